/*
 * A parsed path: the steps from the root of a document to what it names.
 */
#ifndef WEIR_SRC_PATH_H
#define WEIR_SRC_PATH_H

#include <stdint.h>

#include <weir/json.h>

enum { PATH_MAX_STEPS = 32 };

enum path_step_kind {
    PATH_KEY,   /* .name */
    PATH_INDEX, /* [2]; [-1] is the last */
    PATH_EACH,  /* [*] */
};

struct path_step {
    enum path_step_kind kind;
    struct weir_str key;
    int32_t index;
    size_t end; /* of the step in the path's text */
};

struct weir_path {
    const char *text;
    size_t n_steps;
    struct path_step steps[PATH_MAX_STEPS];
};

#endif
