#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAMES_TRIED = 100 };

/* What to do about it, where that can be said. */
static const char *remedy(int error)
{
    switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return "; make room and run again";
    case ENOENT:
    case EACCES:
    case EROFS:
        return "; make the folder, or check who may write there";
    case EISDIR:
        return "; name a file in it";
    default:
        return "";
    }
}

static void fail(struct output *out, const char *doing, int error)
{
    bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;

    out->status =
        weir_fail(out->stage, WEIR_FAULT_DESTINATION, full ? "E-FILE-DISK-FULL" : "E-FILE-WRITE",
            "%s: cannot %s: %s%s", out->path, doing, strerror(error), remedy(error));
}

/* --- opening ---------------------------------------------------------------------------- */

/* Beside the file, so that moving it there is one step that nobody sees halfway. */
static int open_temporary(struct output *out, mode_t mode)
{
    int fd = -1;

    for (int i = 0; i < NAMES_TRIED && fd < 0; i++) {
        const char *name =
            weir_printf(out->stage->arena, "%s.weir-%ld-%d", out->place, (long)getpid(), i);

        fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0)
            out->temporary = name;
        else if (errno != EEXIST)
            break;
    }
    if (fd >= 0 && mode)
        (void)fchmod(fd, mode);
    return fd;
}

static void open_file(struct output *out, const struct stat *old)
{
    char *real = old ? realpath(out->path, NULL) : NULL;

    out->place = weir_copy_text(out->stage->arena, real ? real : out->path);
    free(real);
    out->fd = open_temporary(out, old ? old->st_mode & 0777 : 0);
    if (out->fd < 0)
        fail(out, "write a file there", errno);
}

static void open_path(struct output *out)
{
    struct stat old;

    if (stat(out->path, &old) != 0) {
        open_file(out, NULL);
    } else if (S_ISDIR(old.st_mode)) {
        fail(out, "write a file there", EISDIR);
    } else if (S_ISREG(old.st_mode)) {
        open_file(out, &old);
    } else {
        out->fd = open(out->path, O_WRONLY | O_CLOEXEC);
        if (out->fd < 0)
            fail(out, "open it", errno);
    }
}

enum weir_status output_open(struct output *out, struct weir_stage *stage, const char *path)
{
    *out = (struct output){.stage = stage, .path = path, .fd = -1};
    out->buffer = weir_alloc(stage->arena, OUTPUT_BUFFER_SIZE);
    if (strcmp(path, "-") != 0) {
        open_path(out);
        return out->status;
    }
    out->path = "standard output";
    out->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    if (out->fd < 0)
        fail(out, "write", errno);
    return out->status;
}

/* --- writing ---------------------------------------------------------------------------- */

/* Standard output may be a pipe that somebody else made non-blocking. */
static bool wait_until_writable(const struct output *out)
{
    struct pollfd ready = {.fd = out->fd, .events = POLLOUT};

    while (poll(&ready, 1, 100) == 0)
        if (weir_stopping(out->stage))
            return false;
    return true;
}

static void write_all(struct output *out, const char *bytes, size_t n)
{
    while (n > 0 && out->status == WEIR_OK) {
        ssize_t written = write(out->fd, bytes, n);

        if (written >= 0) {
            bytes += written;
            n -= (size_t)written;
        } else if (errno == EPIPE) {
            /* Who reads has seen enough, as head does; nothing is wrong. */
            out->status = WEIR_END;
        } else if (errno == EAGAIN) {
            if (!wait_until_writable(out))
                out->status = WEIR_END;
        } else if (errno != EINTR) {
            fail(out, "write", errno);
        }
    }
}

void output_flush(struct output *out)
{
    write_all(out, out->buffer, out->n);
    out->n = 0;
}

void output_add(struct output *out, const char *bytes, size_t n)
{
    if (out->n + n > OUTPUT_BUFFER_SIZE)
        output_flush(out);
    if (n > OUTPUT_BUFFER_SIZE) {
        write_all(out, bytes, n);
    } else {
        memcpy(out->buffer + out->n, bytes, n);
        out->n += n;
    }
}

void output_sync(struct output *out)
{
    output_flush(out);
    if (out->status == WEIR_OK && out->temporary && fsync(out->fd) != 0)
        fail(out, "write", errno);
}

/* --- closing ---------------------------------------------------------------------------- */

/* The new name is on the disk when the folder is. */
static void sync_folder(const char *path)
{
    char folder[4096];
    char *slash;
    int fd;

    if (snprintf(folder, sizeof(folder), "%s", path) >= (int)sizeof(folder))
        return;
    slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder ? 1 : 0] = '\0';
    fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    (void)fsync(fd);
    (void)close(fd);
}

static void move_to_place(struct output *out)
{
    output_sync(out);
    if (out->status == WEIR_FAIL)
        return;
    if (rename(out->temporary, out->place) != 0) {
        fail(out, "move the file to its place", errno);
        return;
    }
    out->temporary = NULL;
    sync_folder(out->place);
}

void output_close(struct output *out, bool keep)
{
    if (out->fd < 0)
        return;
    if (out->temporary && keep)
        move_to_place(out);
    (void)close(out->fd);
    out->fd = -1;
    if (out->temporary)
        (void)unlink(out->temporary);
    out->temporary = NULL;
}
