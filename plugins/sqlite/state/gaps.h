/*
 * Gaps: units that were given up. One that is alone is a hole, behind which its
 * chain went on; at any other its chain stands and waits.
 */
#ifndef STATE_GAPS_H
#define STATE_GAPS_H

#include "state.h"

/* Of one unit, inside a transaction. SQLite's code. */

/* Writes the gap that the unit leaves, or brings it up to date. */
int gaps_put(struct state *state, int64_t generation, const struct weir_unit *unit);
/* *ret_there tells whether there was one to be removed or to be brought up to date. */
int gaps_remove(
    struct state *state, int64_t generation, const struct weir_position *position, bool *ret_there);
int gaps_renew(
    struct state *state, int64_t generation, const struct weir_unit *unit, bool *ret_there);
/* The chain has gone on to `number`: it waits nowhere before that any more. */
int gaps_pass(
    struct state *state, int64_t generation, const struct weir_id *chain, uint64_t number);

enum weir_status gaps_read(struct state *state, int64_t generation, size_t index,
    const struct weir_reading *reading) WEIR_MUST_CHECK;
enum weir_status gaps_exist(
    struct state *state, int64_t generation, bool *ret_exist) WEIR_MUST_CHECK;
/* Is there a chain of the pass that waits at a gap? */
enum weir_status gaps_find_waiting(
    struct state *state, int64_t pass, bool *ret_waiting) WEIR_MUST_CHECK;
enum weir_status gaps_forget(struct state *state, int64_t generation) WEIR_MUST_CHECK;
enum weir_status gaps_forget_pass(struct state *state, int64_t pass) WEIR_MUST_CHECK;

#endif
