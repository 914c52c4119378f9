/*
 * Gaps: units that were given up. One that is alone is a hole, behind which its
 * chain went on; at any other its chain stands and waits. All in the transaction of
 * a lane.
 */
#ifndef STATE_GAPS_H
#define STATE_GAPS_H

#include "chains.h"

/* Writes the gap that the unit leaves, or brings it up to date. */
enum weir_status gaps_put(struct connection *connection, int64_t generation,
    const struct weir_unit *unit) WEIR_MUST_CHECK;
/* A hole of an earlier run that is asked for again: it goes, or, left out once more, is brought up to
 * date. *ret_there tells whether there was one. */
enum weir_status gaps_fill(struct connection *connection, int64_t generation,
    const struct weir_unit *unit, bool *ret_there) WEIR_MUST_CHECK;
/* Chains that have moved wait nowhere before where they stand now. */
enum weir_status gaps_pass(struct connection *connection, struct state *state,
    const struct chains *chains, struct weir_arena *arena) WEIR_MUST_CHECK;

#endif
