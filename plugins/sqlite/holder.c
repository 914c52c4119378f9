#include "holder.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <weir/str.h>

/* The file as /proc/locks names it: "08:01:1234". */
static bool describe_file(const char *path, const char *suffix, char *out, size_t size)
{
    char name[4096];
    struct stat file;

    if (snprintf(name, sizeof(name), "%s%s", path, suffix) >= (int)sizeof(name) ||
        stat(name, &file) != 0)
        return false;
    (void)snprintf(out, size, "%02x:%02x:%llu", major(file.st_dev), minor(file.st_dev),
        (unsigned long long)file.st_ino);
    return true;
}

/* The process with a lock on the file; who writes goes before who reads. 0: nobody known. */
static long find_process(const char *file)
{
    FILE *locks = fopen("/proc/locks", "re");
    char line[256];
    long found = 0;

    if (!locks)
        return 0;
    while (fgets(line, sizeof(line), locks)) {
        char mode[16];
        char id[64];
        long pid;

        /* 12: POSIX  ADVISORY  WRITE 4711 08:01:1234 1073741825 1073741825 */
        if (sscanf(line, "%*s %*s %*s %15s %ld %63s", mode, &pid, id) != 3 ||
            strcmp(id, file) != 0 || pid <= 0 || pid == (long)getpid())
            continue;
        if (!found || strcmp(mode, "WRITE") == 0)
            found = pid;
    }
    (void)fclose(locks);
    return found;
}

static void read_command(long pid, char *out, size_t size)
{
    char path[64];
    char name[64] = "";
    FILE *file;

    (void)snprintf(path, sizeof(path), "/proc/%ld/comm", pid);
    file = fopen(path, "re");
    if (file) {
        if (fgets(name, sizeof(name), file))
            name[strcspn(name, "\n")] = '\0';
        (void)fclose(file);
    }
    (void)weir_str_printable(weir_str(name), out, size);
}

void lock_holder_find(struct lock_holder *holder, const char *path)
{
    /* In WAL mode the locks are on the file beside it. */
    static const char *const suffixes[] = {"", "-shm"};
    char file[64];
    char command[32];
    long pid = 0;

    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]) && !pid; i++)
        if (describe_file(path, suffixes[i], file, sizeof(file)))
            pid = find_process(file);
    (void)snprintf(holder->text, sizeof(holder->text), "another connection");
    if (!pid)
        return;
    read_command(pid, command, sizeof(command));
    if (command[0])
        (void)snprintf(holder->text, sizeof(holder->text), "process %ld (%s)", pid, command);
    else
        (void)snprintf(holder->text, sizeof(holder->text), "process %ld", pid);
}
