/*
 * Dead letters in the transaction of a lane: rows that it sets aside are written down,
 * letters whose rows it loads are deleted.
 */
#ifndef STATE_LETTERS_SETTLE_H
#define STATE_LETTERS_SETTLE_H

#include "state.h"
#include "transaction/transaction.h"

/* letters.c: as connection_fail. */
enum weir_status letters_fail(
    struct connection *connection, const struct state *state, const char *doing) WEIR_MUST_CHECK;
/* Writes none, to see whether it could. */
enum weir_status letters_try(
    struct connection *connection, const struct state *state) WEIR_MUST_CHECK;

/* Before the rows: letters that are put back must still be there; units of those that are not are
 * voided. */
enum weir_status letters_lock(struct connection *connection, const struct state *state,
    struct transaction *transaction, struct weir_arena *arena) WEIR_MUST_CHECK;
/* Behind the rows: writes what was set aside, and removes letters that were put back. One that was
 * set aside again stays, with its new reason. */
enum weir_status letters_settle(struct connection *connection, const struct state *state,
    const struct transaction *transaction, struct weir_arena *arena) WEIR_MUST_CHECK;

#endif
