/* Bound values as the protocol sends them: scalars as texts, arrays and bytes in binary. */
#ifndef QUERY_PARAMS_H
#define QUERY_PARAMS_H

#include "query.h"

#include <weir/buf.h>

enum { PARAMS_MAX = 64 };

struct params {
    Oid types[PARAMS_MAX];
    const char *values[PARAMS_MAX];
    int lengths[PARAMS_MAX];
    int formats[PARAMS_MAX];
    int n;
    struct weir_buf bytes; /* what values point into */
};

/* False: together they are too large, or a text holds a NUL. params_done follows in any case. */
bool params_init(struct params *params, const struct bound *values, size_t n) WEIR_MUST_CHECK;
void params_done(struct params *params);

#endif
