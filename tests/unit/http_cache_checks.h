/* For tests of kept answers: a folder, and entries in it. */
#ifndef HTTP_CACHE_CHECKS_H
#define HTTP_CACHE_CHECKS_H

#include "http_checks.h"

#include "../../plugins/http/cache/entry.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder_path[64];
static int folder;

static inline int folder_setup(void **state)
{
    (void)snprintf(folder_path, sizeof(folder_path), "/tmp/weir-cache-XXXXXX");
    assert_non_null(mkdtemp(folder_path));
    folder = open(folder_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(folder >= 0);
    return http_setup(state);
}

static inline int folder_teardown(void **state)
{
    char command[96];

    (void)close(folder);
    (void)snprintf(command, sizeof(command), "rm -r %s", folder_path);
    assert_int_equal(system(command), 0);
    return http_teardown(state);
}

static inline bool is_there(const char *name)
{
    struct stat stat;

    return fstatat(folder, name, &stat, AT_SYMLINK_NOFOLLOW) == 0;
}

#endif
