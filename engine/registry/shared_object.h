/*
 * Is a file a whole shared object for this machine? Asked before dlopen, because
 * dlopen maps what the file says it has: a file that was cut short ends the
 * process with SIGBUS instead of an error.
 */
#ifndef REGISTRY_SHARED_OBJECT_H
#define REGISTRY_SHARED_OBJECT_H

#include <weir/status.h>

enum weir_status shared_object_check(
    const char *path, struct weir_error *ret_error) WEIR_MUST_CHECK;

#endif
