/* Bound values written as SQL, where they are sent in a script, which takes none. */
#ifndef QUERY_LITERALS_H
#define QUERY_LITERALS_H

#include "query.h"

#include <weir/buf.h>

/* Appends their literals with commas between them: what they are, the statement says that takes
 * them. False: a text holds a NUL, or the buffer's limit is passed. */
bool literals_append(struct weir_buf *sql, const struct bound *values, size_t n) WEIR_MUST_CHECK;

#endif
