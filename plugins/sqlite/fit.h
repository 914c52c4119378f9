/* Does a column hold these values unchanged? Asked before the first row of a batch is written. */
#ifndef SQLITE_FIT_H
#define SQLITE_FIT_H

#include "table.h"

/* Fails with E-TYPE, or E-ROW-CONSTRAINT for a null that SQLite would give a number. */
enum weir_status fit_check(struct table *table, const struct column *column,
    struct weir_batch *batch, const struct weir_column *source) WEIR_MUST_CHECK;

/* numeric.c: true if a numeric column leaves the text as it is, or makes it the same number. */
bool numeric_keeps(struct weir_str text);

#endif
