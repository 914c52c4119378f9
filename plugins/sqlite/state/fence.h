/*
 * Who may write. Each run raises the epoch of its pipeline, and whoever finds
 * another one than its own has been replaced.
 */
#ifndef STATE_FENCE_H
#define STATE_FENCE_H

#include "state.h"

/* Takes the pipeline's lock; E-LOCKED names who has it. With `takeover` it need not be free. */
enum weir_status fence_lock(
    struct state *state, const char *pipeline, bool takeover) WEIR_MUST_CHECK;
/* Inside a transaction: ends what other runs may write, and gives the new epoch. */
enum weir_status fence_raise(
    struct state *state, const char *pipeline, int64_t *ret_epoch) WEIR_MUST_CHECK;
enum weir_status fence_check(struct state *state) WEIR_MUST_CHECK;

#endif
