/*
 * The epoch of a pipeline: each run raises it, and whoever finds another one than
 * its own has been replaced.
 */
#ifndef STATE_FENCE_H
#define STATE_FENCE_H

#include "state.h"

/* All in a transaction of the control connection. */

/* Waits until no transaction of another run is under way. */
enum weir_status fence_raise(
    struct connection *control, const char *pipeline, int64_t *ret_epoch) WEIR_MUST_CHECK;
/* Is it still this run's? No other run can begin until the transaction ends. */
enum weir_status fence_check(struct connection *control, const struct state *state) WEIR_MUST_CHECK;
/* What is told where it is not. */
enum weir_status fence_refuse(
    struct connection *connection, const struct state *state) WEIR_MUST_CHECK;

#endif
