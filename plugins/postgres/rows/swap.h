/* Staged rows take the place of those that are there, or all stay as they are. */
#ifndef ROWS_SWAP_H
#define ROWS_SWAP_H

#include "table/table.h"

/* In a transaction; both tables of each pair have been read. WEIR_REJECT: their tables do not take
 * the rows, as weir_fail has told, and nothing is changed. */
enum weir_status swap_tables(
    struct connection *connection, struct table *const *tables, size_t n) WEIR_MUST_CHECK;

#endif
