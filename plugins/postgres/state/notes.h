/* Notes of units, as the lanes write them: with the rows, each of the generation that left it. */
#ifndef STATE_NOTES_H
#define STATE_NOTES_H

#include "query/script.h"
#include "state.h"
#include "transaction/transaction.h"

/* Does a unit of it bear one? */
bool notes_are_there(const struct transaction *transaction);

/* In the transaction of a lane, behind its guards. */
enum weir_status notes_write(struct connection *connection, const struct state *state,
    const struct transaction *transaction, struct weir_arena *arena) WEIR_MUST_CHECK;
/* The same as a part of a script. */
void notes_script(struct script *script, const struct state *state,
    const struct transaction *transaction, struct weir_arena *arena);

#endif
