/*
 * A schedule: runs one behind the other and at once, all that can go wrong with
 * them, and data that changes in between; all of it from one seed.
 */
#ifndef MODEL_WORLD_H
#define MODEL_WORLD_H

#include "model_check.h"

/* What was met, so that a test can tell that it was. */
struct model_met {
    size_t runs, died, locked, fenced, done, gaps, abandoned, nothing, late;
};

struct model_schedule {
    uint64_t seed;
    enum model_mutation mutation;
    size_t n_chains, n_units; /* of a large source; 0: a small one, as the seed has it */
};

/* True when all held; else why not. Adds to what was met. */
bool model_world_run(
    const struct model_schedule *schedule, struct model_met *met, char *why, size_t size);

#endif
