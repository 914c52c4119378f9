/*
 * Merge: a row whose key the table has already brings that row up to date.
 *
 * Rows are copied into a temporary table of the lane's connection and go from
 * there into the table in one statement. The newest version wins in whatever order
 * versions come, and a row that is the same already is not written, so that
 * loading rows again changes nothing.
 */
#ifndef ROWS_MERGE_H
#define ROWS_MERGE_H

#include "inside.h"

#include <weir/incremental.h>

/* How statements call the row that is there, and the one that comes. */
#define MERGE_OLD "\"_weir_row\""
#define MERGE_NEW "\"_weir_new\""

/* What is prepared for one table on one connection. */
struct merge {
    struct merge *next;
    const struct table *table;
    uint64_t version;  /* of the table when this was prepared */
    uint64_t n_opened; /* of the connection */
    size_t n_brought;
    struct weir_arena *arena;
    const char **equals; /* for each column of the table: the operator of its key; NULL: "=" */
    const struct column **columns; /* that the source brings, in the order of the table */
    size_t n_columns;
    const char *staging; /* "pg_temp"."weir_merge_1" */
    const char *make;    /* makes it, with the defaults that rows without a column get */
    const char *upsert;
    const struct column *order; /* what tells versions apart; NULL: the one that comes last wins */
    /* Where the server cannot tell which version is newer: what the values mean, and the column of the
     * staging table that holds their key. NULL: it can. */
    const struct weir_incremental *cursor;
    struct weir_str key_column;
    /* Of the staging table: which row came when, since its ctid does not tell. Empty: there is no room
     * for another column, and the table is emptied so that it does. */
    struct weir_str order_column;
    struct weir_arena *scratch; /* keys of one COPY */
};

/* Makes ready for as many of the rows as fill columns that the source is known to bring by then;
 * *ret_n of them. What they bring is known from now on. */
enum weir_status merge_begin(
    struct loading *loading, const struct row_ref *refs, size_t n, size_t *ret_n) WEIR_MUST_CHECK;
/* Is that ready for all of these rows already, and the merge one statement? */
bool merge_is_ready(struct loading *loading, size_t n_batches);
/* From the staging table, in which there are so many rows, into the table. */
enum weir_status merge_run(struct loading *loading, size_t n_rows) WEIR_MUST_CHECK;
void merge_free(struct merge *merge);

/* merge_sql.c: the statements; texts in merge->arena. */
void merge_build(struct merge *merge);
/* The key columns, of `of` ("" or a name with a dot), with commas. */
void merge_append_key(struct weir_buf *sql, const struct table *table, const char *of);
/* "a".k = "b".k AND ... */
void merge_append_same_key(
    struct weir_buf *sql, const struct merge *merge, const char *a, const char *b);
/* What tells the order in which rows came. */
void merge_append_order(struct weir_buf *sql, const struct merge *merge);
void merge_append_columns(struct weir_buf *sql, const struct merge *merge, const char *of);
/* Behind the rows: ON CONFLICT ... */
void merge_append_conflict(struct weir_buf *sql, const struct merge *merge, bool compares);
/* A condition on MERGE_NEW: nothing would be changed by it. */
void merge_append_is_there(struct weir_buf *sql, const struct merge *merge, bool compares);
void merge_append_target(struct weir_buf *sql, const struct merge *merge);

/* key_operators.c: by which operators keys are equal. */
enum weir_status keys_find_operators(
    struct merge *merge, struct connection *connection) WEIR_MUST_CHECK;

/* staging.c: what makes the table (merge->make); makes it where it is not there. */
enum weir_status staging_plan(struct merge *merge, struct loading *loading) WEIR_MUST_CHECK;
enum weir_status staging_begin(struct loading *loading) WEIR_MUST_CHECK;
/* Nothing of what was tried before is in it. */
enum weir_status staging_clear(struct loading *loading) WEIR_MUST_CHECK;

/* brought.c: the columns that the source is known to bring, of all lanes. */
size_t brought_note(struct table *table, const struct mapping *mapping);
bool brought_has_all(const struct table *table, const struct mapping *mapping);
bool brought_has(const struct table *table, struct weir_str name);

/* version.c: versions that only weir can compare. */
const struct weir_incremental *version_cursor(
    const struct table *table, const struct column *order, struct weir_arena *arena);
/* A field of a COPY: the key of the row's version. */
void merge_add_key(
    struct merge *merge, struct weir_buf *chunk, const struct mapping *mapping, size_t row);
enum weir_status version_run(struct loading *loading, size_t n_rows) WEIR_MUST_CHECK;

#endif
