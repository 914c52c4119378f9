/*
 * Merge: a row whose key the table has already brings that row up to date.
 *
 * The newest version wins in whatever order versions come, and a row that is the
 * same already is not written, so that loading rows again changes nothing.
 */
#ifndef SQLITE_MERGE_H
#define SQLITE_MERGE_H

#include "match.h"

/* How an INSERT names the row that is there. */
#define TABLE_ALIAS "\"_weir_row\""

/* What tells versions apart must be among what rows bring. */
enum weir_status merge_check_order(struct table *table, const struct match *match) WEIR_MUST_CHECK;
/* Rows without a key cannot be told apart, in any of its columns. */
enum weir_status merge_check_keys(
    struct table *table, const struct match *match, struct weir_batch *batch) WEIR_MUST_CHECK;
/* Marks what a row that is there loses: columns that the source brings, but not in this batch. */
void merge_mark_defaults(struct match *match, const struct table *table);
/* What stands behind the VALUES of an INSERT into the table as TABLE_ALIAS. */
void merge_append(sqlite3_str *sql, const struct table *table, const unsigned char *uses);

#endif
