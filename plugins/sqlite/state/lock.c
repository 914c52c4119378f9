#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <weir/arena.h>
#include <weir/position.h>

void lock_init(struct lock *lock)
{
    *lock = (struct lock){.fd = -1};
}

/* Each pipeline has a byte of its own, far behind any end: a hash of its name. */
static off_t byte_of(const char *name)
{
    struct weir_id id = weir_id_of(weir_str(name));
    uint64_t hash = 0;

    for (size_t i = 0; i < sizeof(hash); i++)
        hash = hash << 8 | id.bytes[i];
    return (off_t)(hash >> 2);
}

/* Locks of the file and not of the process: no close elsewhere drops them. */
static int set_lock(int fd, off_t start, off_t n_bytes)
{
    struct flock lock = {
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = start, .l_len = n_bytes};

    if (fcntl(fd, F_OFD_SETLK, &lock) == 0)
        return 0;
    return errno == EACCES ? EAGAIN : errno;
}

/* Whoever may write the database must be able to lock it. */
static int open_file(const char *path, const char *database)
{
    struct stat file;
    mode_t mode = stat(database, &file) == 0 ? file.st_mode & 0666 : 0666;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, mode);

    if (fd >= 0 && (fstat(fd, &file) != 0 || !S_ISREG(file.st_mode))) {
        (void)close(fd);
        errno = EINVAL;
        return -1;
    }
    return fd;
}

/* Between our open and our lock the file may have been removed by whoever had it before. */
static bool is_still_there(int fd, const char *path)
{
    struct stat opened;
    struct stat named;

    return fstat(fd, &opened) == 0 && lstat(path, &named) == 0 && opened.st_ino == named.st_ino &&
           opened.st_dev == named.st_dev;
}

int lock_try(struct lock *lock, const char *database, const char *name)
{
    size_t size = strlen(database) + sizeof(".weir-lock");
    char *path = weir_malloc(size);
    int error;
    int fd;

    (void)snprintf(path, size, "%s.weir-lock", database);
    fd = open_file(path, database);
    error = fd < 0 ? errno : set_lock(fd, byte_of(name), 1);
    if (error == 0 && !is_still_there(fd, path))
        error = EAGAIN;
    if (error == 0) {
        *lock = (struct lock){fd, path};
        return 0;
    }
    if (fd >= 0)
        (void)close(fd);
    free(path);
    return error;
}

void lock_release(struct lock *lock)
{
    if (lock->fd < 0)
        return;
    /* All of it: then nobody has a byte of it, and who opens it now finds it gone. */
    if (set_lock(lock->fd, 0, 0) == 0)
        (void)unlink(lock->path);
    (void)close(lock->fd);
    free(lock->path);
    lock_init(lock);
}
