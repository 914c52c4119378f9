/* The runs: one row for each, written when it begins and when it ends. The last hundred are kept. */
#ifndef STATE_RUNS_H
#define STATE_RUNS_H

#include "state.h"

/* All in a transaction of the control connection. */

/* Behind fence_raise. */
enum weir_status runs_begin(struct connection *control, const struct state *state) WEIR_MUST_CHECK;
/* The pass that it works on. */
enum weir_status runs_join(
    struct connection *control, const struct state *state, int64_t pass) WEIR_MUST_CHECK;
enum weir_status runs_end(struct connection *control, const struct state *state,
    const struct weir_ending *ending) WEIR_MUST_CHECK;

/*
 * After a commit whose outcome is not known: is what it should have written there? The run's row,
 * and its end, are in the transactions of everything else.
 */
enum weir_status runs_has_begun(
    struct connection *control, const struct state *state, bool *ret_begun) WEIR_MUST_CHECK;
enum weir_status runs_has_ended(
    struct connection *control, const struct state *state, bool *ret_ended) WEIR_MUST_CHECK;

/* Tells them, the last one first. */
enum weir_status runs_show(struct connection *control, const char *pipeline,
    const struct weir_showing *showing) WEIR_MUST_CHECK;

#endif
