/*
 * Rows into a table, inside a transaction that somebody else begins and ends: by
 * COPY, straight (append), into the table where they wait (replace), or by way of a
 * temporary one (merge).
 *
 * A row that only the server can judge (a constraint, a trigger, a type that weir
 * does not know) is found by halves, behind savepoints, and costs no other row.
 */
#ifndef ROWS_ROWS_H
#define ROWS_ROWS_H

#include "query/script.h"
#include "table/table.h"

/* What a lane prepares once and uses again; one for each lane. All zero at first. */
struct rows {
    struct weir_buf chunk;
    void *private;
};

void rows_init(struct rows *rows);
void rows_done(struct rows *rows);

/* The unit whose row ended the run: batches[batch], its unit. */
struct rows_fault {
    bool is_set;
    size_t batch;
    size_t unit;
};

/*
 * Rows of these batches, all of one table, in their order; those that are set aside already are
 * left out, and more may be set aside (weir_batch_reject through weir_reject). WEIR_AGAIN: the
 * transaction is to be run again. WEIR_FAIL: it cannot stand; with ret_fault->is_set that is for a
 * row, which has been told, and units before its own may be loaded without it.
 */
enum weir_status rows_load(struct rows *rows, struct connection *connection, struct table *table,
    struct weir_batch *const *batches, size_t n, struct rows_fault *ret_fault) WEIR_MUST_CHECK;

/*
 * The same as a part of a script: a COPY for all rows that bring the same columns, a merge one
 * statement behind them, and what was known of the table is still true. False: it takes more than
 * that. The script and the batches must live until it has run.
 */
bool rows_script(struct rows *rows, struct connection *connection, struct table *table,
    struct weir_batch *const *batches, size_t n, struct script *script,
    struct weir_arena *arena) WEIR_MUST_CHECK;

#endif
