/* weir: argv to command. */
#include "command/command.h"
#include "report/log.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <weir/version.h>

static const struct command *const commands[] = {
    &command_run,
    &command_check,
    &command_preview,
    &command_replay,
    &command_state,
    &command_plugin,
};

enum { N_COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static void print_help(FILE *out)
{
    fputs("weir - from REST APIs to databases, by one readable file\n\nCommands:\n", out);
    for (size_t i = 0; i < N_COMMANDS; i++)
        fprintf(out, "  weir %-10s %s\n", commands[i]->name, commands[i]->summary);
    fputs("\n"
          "  weir COMMAND --help tells more, with an example\n"
          "  weir --version\n"
          "\n"
          "Example:\n"
          "  weir run pipelines/quickstart.yaml\n",
        out);
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < N_COMMANDS; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static const char *command_name(const void *candidates, size_t i)
{
    (void)candidates;
    return commands[i]->name;
}

static int unknown_command(const char *name)
{
    struct weir_arena *arena = weir_arena_new();
    char shown[128];

    (void)weir_str_printable(weir_str(name), shown, sizeof(shown));
    fprintf(stderr, "weir: error[E-USAGE]: there is no command '%s'%s; see weir --help\n", shown,
        weir_did_you_mean(arena, name, command_name, NULL, N_COMMANDS));
    weir_arena_free(arena);
    return WEIR_FAULT_USAGE;
}

/*
 * Who starts us may have closed stdin, stdout or stderr. The next file or socket
 * would get that number, and messages would be written into it.
 */
static bool occupy_standard_files(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
            return false;
    return true;
}

/* The soft limit is low for programs that use select(), which is none of us. */
static void allow_many_files(void)
{
    const rlim_t enough = 4096;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= enough)
        return;
    limit.rlim_cur = limit.rlim_max < enough ? limit.rlim_max : enough;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

/*
 * What belongs to the process and not to any part of it, once and before any
 * thread: plugins may count on it. A limit on the size of files is an error of a
 * write like any other, and no signal. With SSLKEYLOGFILE libcurl would write the
 * keys of connections to a file. SQLite's memory statistics cost it a mutex at
 * every allocation, and nobody reads them.
 */
static void prepare_process(void)
{
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    unsetenv("SSLKEYLOGFILE");
    allow_many_files();
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    curl_global_init(CURL_GLOBAL_ALL);
}

int main(int argc, char **argv)
{
    const struct command *command;

    if (!occupy_standard_files())
        return WEIR_FAULT_USAGE;
    if (argc < 2) {
        print_help(stderr);
        return WEIR_FAULT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("weir %s\n", WEIR_VERSION);
        return 0;
    }
    command = find_command(argv[1]);
    if (!command)
        return unknown_command(argv[1]);
    prepare_process();
    return command->run(argc - 1, argv + 1);
}
