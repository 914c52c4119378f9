/* The rows of a batch into its table, all or none of them. */
#ifndef SQLITE_INSERT_H
#define SQLITE_INSERT_H

#include "table.h"

/* Inside a transaction. The table gains the columns that the batch brings. */
enum weir_status table_insert(struct table *table, struct weir_batch *batch) WEIR_MUST_CHECK;

/* statements.c: INSERTs that were prepared, one for each set of columns; the least used one goes. */
struct statements *statements_new(void);
void statements_reset(struct statements *statements);
void statements_free(struct statements *statements);
/* The INSERT for those uses (enum use) of the table's columns, in their order; NULL and SQLite's
 * code. */
sqlite3_stmt *statements_get(struct table *table, const unsigned char *uses, int *ret_code);

#endif
