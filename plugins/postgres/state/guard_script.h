/*
 * The guards of a usual transaction as parts of a script: nothing is decided on the way, since all
 * that is expected to be true is asked for in it, and it fails where that is not.
 */
#ifndef STATE_GUARD_SCRIPT_H
#define STATE_GUARD_SCRIPT_H

#include "guard.h"
#include "query/script.h"

/* Is it a usual one? Nothing was set aside or put back, no gap is left, filled or passed. */
bool guard_is_usual(const struct state *state, const struct transaction *transaction);
/* As guard_enter and guard_units do, and behind the rows guard_settle. */
void guard_script_begin(struct script *script, const struct state *state, size_t lane,
    const struct transaction *transaction, struct weir_arena *arena);
void guard_script_end(struct script *script, const struct state *state,
    const struct transaction *transaction, struct weir_arena *arena);

/* guard.c: the fence and the token. */
void guard_script_enter(struct script *script, const struct state *state, size_t lane,
    const struct transaction *transaction);
/* guard_settle.c: the numbers of rows. */
void guard_script_count(struct script *script, const struct state *state,
    const struct transaction *transaction, struct weir_arena *arena);

#endif
