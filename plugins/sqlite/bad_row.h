/* One row that a table cannot take. */
#ifndef SQLITE_BAD_ROW_H
#define SQLITE_BAD_ROW_H

#include "table.h"

/*
 * Tells of a row that is at fault; the format says why, without any value of a row.
 * `column` may be NULL. WEIR_OK where such rows are set aside: go on with the next one.
 */
enum weir_status bad_row(struct table *table, struct weir_batch *batch, size_t row,
    const char *column, enum weir_fault fault, const char *code, const char *format, ...)
    WEIR_PRINTF(7, 8) WEIR_MUST_CHECK;

/* The same of all rows: one by one where they are set aside, else in one message for all. */
enum weir_status bad_rows(struct table *table, struct weir_batch *batch, const char *column,
    enum weir_fault fault, const char *code, const char *format, ...)
    WEIR_PRINTF(6, 7) WEIR_MUST_CHECK;
/* What SQLite said when it was given the row. */
enum weir_status bad_row_of_sqlite(
    struct table *table, struct weir_batch *batch, size_t row) WEIR_MUST_CHECK;

/* Takes the rows that were set aside out of the batch. */
void bad_rows_drop(struct weir_batch *batch);

#endif
