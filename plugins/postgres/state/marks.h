/*
 * Marks: the highest cursor value of each series. Those of open generations are only
 * seen; they become the marks of the pipeline when a generation is done.
 */
#ifndef STATE_MARKS_H
#define STATE_MARKS_H

#include "query/script.h"
#include "state.h"
#include "transaction/transaction.h"

/* In the transaction of a lane: raises what was seen to the marks of its units. */
enum weir_status marks_raise(struct connection *connection, const struct state *state,
    const struct transaction *transaction, struct weir_arena *arena) WEIR_MUST_CHECK;
/* The same as a part of a script, which fails where E-LIMIT-TIES would have to be told. */
void marks_script(struct script *script, const struct state *state,
    const struct transaction *transaction, struct weir_arena *arena);
/* Fails with E-LIMIT-TIES. */
enum weir_status marks_refuse_ties(struct connection *connection) WEIR_MUST_CHECK;

#endif
