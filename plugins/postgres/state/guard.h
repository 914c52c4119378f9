/*
 * The guards of one transaction: the fence, the lane's token, and the chains of all
 * its units, in as few statements as that takes.
 */
#ifndef STATE_GUARD_H
#define STATE_GUARD_H

#include "state.h"
#include "transaction/transaction.h"

/*
 * At the beginning of a lane's transaction: the epoch is this run's (else E-FENCED), and
 * the lane's token becomes the transaction's. With `was_unknown` (the outcome of an earlier try is not
 * known) the token is looked at first, behind its lock: *ret_committed says that it was committed
 * after all, and nothing is to be done.
 */
enum weir_status guard_enter(struct connection *connection, struct state *state, size_t lane,
    const struct transaction *transaction, bool was_unknown, bool *ret_committed) WEIR_MUST_CHECK;
/* In a transaction of the control connection, when no lane has anything to send: does the server still
 * have what it has said is committed (else E-DB-LOST)? `token` is the lane's last one. */
enum weir_status guard_confirm(struct connection *control, const struct state *state, size_t lane,
    int64_t token) WEIR_MUST_CHECK;
/*
 * Moves the chains of all units. Units that are done already, or behind one that is missing in a run
 * that is failing, are voided (weir_batch_void_unit); one that is missing otherwise is E-BUG.
 */
enum weir_status guard_units(struct connection *connection, struct state *state,
    struct transaction *transaction) WEIR_MUST_CHECK;
/* Behind the rows: what was set aside, gaps, marks, the numbers of rows. */
enum weir_status guard_settle(struct connection *connection, struct state *state,
    struct transaction *transaction) WEIR_MUST_CHECK;

#endif
