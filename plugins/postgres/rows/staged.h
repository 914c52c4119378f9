/*
 * The table where rows wait that shall replace those of another one.
 *
 * It has the columns, defaults, CHECKs and unique indexes of the table that the rows
 * are for, so that what does not fit shows row by row; triggers and foreign keys have their say
 * when the rows are published. Where there is no such table yet, it is made and changed
 * like any other and becomes that table in the end. It is logged: an unlogged one
 * would be empty behind a crash, while the state says that its rows have come.
 */
#ifndef ROWS_STAGED_H
#define ROWS_STAGED_H

#include "table/table.h"

/* "stage_<pass>_<table>", cut where PostgreSQL would cut it, with a hash then; in the arena. */
struct weir_str staged_name(struct weir_arena *arena, int64_t pass, struct weir_str table);
/* In a transaction; the table has been read. */
enum weir_status staged_begin(
    struct table *table, struct connection *connection, int64_t pass) WEIR_MUST_CHECK;
/* Does another table lose or change rows when these go? Then they cannot be replaced. */
enum weir_status staged_check_references(
    struct table *table, struct connection *connection) WEIR_MUST_CHECK;

#endif
