/*
 * Wider types for columns of tables that this run has made.
 *
 * Whether a column's first batch shows 5 and a later one 5.5, or both stand in
 * one, is chance, and must make no difference: the column becomes what it would
 * be had all values come at once. A table that was there before the run, or that
 * somebody else has changed since, keeps its types.
 */
#ifndef SQLITE_WIDEN_H
#define SQLITE_WIDEN_H

#include "table.h"

/* Inside a transaction. Marks the column if the values that come ask for another type. */
enum weir_status widen_plan(struct table *table, struct column *column,
    const struct weir_column *source, size_t n_rows) WEIR_MUST_CHECK;
/* Gives the values the form that they have in a column where ints, floats and others meet. */
void widen_settle(const struct column *column, const struct weir_column *source, size_t n_rows);
/* Makes the table anew with the types that were planned; its rows and their numbers stay. */
enum weir_status widen_table(struct table *table) WEIR_MUST_CHECK;
/* Logs what was widened; once the batch is in. */
void widen_tell(struct table *table);

/* Notes that the table is, as it stands now, the work of this run. */
enum weir_status widen_note_made(struct table *table) WEIR_MUST_CHECK;
/* Is it still that? What somebody else has changed is his. */
enum weir_status widen_check_made(struct table *table) WEIR_MUST_CHECK;

#endif
