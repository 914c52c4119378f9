/*
 * The table where rows wait that shall replace those of another one.
 *
 * It has the types, keys and defaults of the table that the rows are for, so that
 * what does not fit shows row by row; triggers, foreign keys and CHECKs have their
 * say when the rows are published. Where there is no such table yet, it is made
 * and widened like any other and becomes that table in the end.
 */
#ifndef SQLITE_STAGED_H
#define SQLITE_STAGED_H

#include "table.h"

/* Inside a transaction. From now on the table's rows go to its staged one, which an earlier run of
 * the pass may have begun to fill. */
enum weir_status staged_begin(struct table *table, struct weir_str name) WEIR_MUST_CHECK;
/* Before rows come: both are known as they are, and the staged one is there if it can be. */
enum weir_status staged_ready(struct table *table) WEIR_MUST_CHECK;
/* Does another table lose or change rows when these go? Then they cannot be replaced. */
enum weir_status staged_check_references(struct table *table) WEIR_MUST_CHECK;

#endif
