#include "write_all.h"

#include <errno.h>
#include <unistd.h>

bool http_write_all(int fd, const void *bytes, size_t n)
{
    const char *at = bytes;

    while (n > 0) {
        ssize_t written = write(fd, at, n);

        if (written < 0 && errno != EINTR)
            return false;
        if (written > 0) {
            at += written;
            n -= (size_t)written;
        }
    }
    return true;
}
