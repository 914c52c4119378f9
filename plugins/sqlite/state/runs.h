/* Runs: who worked on a pipeline, from when to when, and how it ended. The last hundred are kept. */
#ifndef STATE_RUNS_H
#define STATE_RUNS_H

#include "state.h"

/* Inside a transaction, behind fence_raise. */
enum weir_status runs_begin(struct state *state) WEIR_MUST_CHECK;
/* The pass that it works on. */
enum weir_status runs_join(struct state *state, int64_t pass) WEIR_MUST_CHECK;
enum weir_status runs_end(struct state *state, const struct weir_ending *ending) WEIR_MUST_CHECK;

#endif
