/* The beginning of a run: what earlier ones have left is looked at, and nothing written. */
#ifndef STORE_OPEN_H
#define STORE_OPEN_H

#include "load.h"

/* In the fiber of the control connection. Takes the lock; what is found is in the arena. */
enum weir_status open_run(struct postgres_load *load, const struct weir_run *run,
    struct weir_arena *arena, struct weir_found *ret_found) WEIR_MUST_CHECK;

/* In a transaction: finds it, or sees whether it is as it was found. */
enum weir_status open_find(struct connection *control, const struct state *state,
    struct weir_arena *arena, struct weir_found *ret_found) WEIR_MUST_CHECK;
bool open_is_same(const struct weir_found *a, const struct weir_found *b);

#endif
