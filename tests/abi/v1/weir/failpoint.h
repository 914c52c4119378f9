/*
 * Failpoints: named places at which a test ends the program, or makes a call fail.
 *
 * They are compiled in where WEIR_FAILPOINTS is defined (cmake -DWEIR_FAILPOINTS=ON)
 * and are nothing elsewhere. The environment says what happens:
 *
 *   WEIR_FAIL=name:k:action   when the place is reached for the k-th time, from 1, by
 *                             whichever thread: kill (SIGKILL to itself), exit
 *                             (_exit(99), nothing is flushed) or eio (the value EIO)
 *   WEIR_FAIL_LOG=file        each place that is reached adds its name, once a process
 *
 * What is called with a place's name behind it:
 *
 *   if (WEIR_FAILPOINT("before_commit"))
 *       return commit_failed(...);       as if the system had said EIO
 *   WEIR_FAILPOINT("after_commit");      a place at which nothing can fail any more
 */
#ifndef WEIR_FAILPOINT_H
#define WEIR_FAILPOINT_H

#include <weir/export.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { WEIR_FAILPOINT_EXIT = 99 };

/* 0 to go on, or the errno that the place is to fail with. From any thread. A WEIR_FAIL that cannot
 * be read ends the program: a test with a typing error would pass and test nothing. */
WEIR_API int weir_failpoint_reached(const char *name);

static inline int weir_failpoint_absent(const char *name)
{
    (void)name;
    return 0;
}

#ifdef WEIR_FAILPOINTS
#    define WEIR_FAILPOINT(name) weir_failpoint_reached(name)
#else
#    define WEIR_FAILPOINT(name) weir_failpoint_absent(name)
#endif

#ifdef __cplusplus
}
#endif
#endif
