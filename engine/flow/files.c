#include "files.h"

#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

/*
 * The loop, its wake-ups and signals take eight, a database with its journal and
 * folder four, a connection and the finding of its address four. libuv ends the
 * process when it cannot have its own, so that is asked for before.
 */
enum { LEAST_FILES = 16 };

bool files_suffice(struct weir_error *ret_error)
{
    int files[LEAST_FILES];
    size_t n = 0;
    bool enough;

    while (n < LEAST_FILES && (files[n] = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)
        n++;
    enough = n == LEAST_FILES;
    if (!enough)
        weir_error_set(ret_error, WEIR_FAULT_USAGE, "E-LIMIT-FILES",
            "only %zu more files can be open at once, and a run needs %d; raise ulimit -n", n,
            LEAST_FILES);
    while (n)
        close(files[--n]);
    return enough;
}
