/* Bound values written into a statement, where it is sent together with others, which takes none. */
#ifndef QUERY_LITERALS_H
#define QUERY_LITERALS_H

#include "query.h"

#include <weir/buf.h>

/*
 * Appends the statement with a literal in the place of each $1, $2, ..., which say their types
 * ($1::bigint[]). False: a text holds a NUL, or the buffer's limit is passed.
 */
bool literals_append(struct weir_buf *sql, const char *statement, const struct bound *values,
    size_t n) WEIR_MUST_CHECK;

#endif
