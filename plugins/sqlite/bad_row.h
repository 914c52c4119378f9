/* One row that a table cannot take. */
#ifndef SQLITE_BAD_ROW_H
#define SQLITE_BAD_ROW_H

#include "table.h"

/*
 * Tells of a row that is at fault; the format says why, without any value of a row.
 * `column` may be NULL.
 */
enum weir_status bad_row(struct table *table, struct weir_batch *batch, size_t row,
    const char *column, enum weir_fault fault, const char *code, const char *format, ...)
    WEIR_PRINTF(7, 8) WEIR_MUST_CHECK;

/* The row as messages count it: from 1, within its unit. */
size_t row_in_unit(const struct weir_batch *batch, size_t row);

#endif
