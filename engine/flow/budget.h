/*
 * The memory budget: bytes that flow, counted from the request until they are loaded.
 *
 * Two things count against it: what the extractor has reserved for answers that
 * are on their way, and what batches hold. Counting is atomic, since workers and
 * the loader's thread count as well as the loop.
 */
#ifndef FLOW_BUDGET_H
#define FLOW_BUDGET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct budget {
    size_t limit;
    atomic_size_t held;
    atomic_size_t peak;
    atomic_bool refused; /* somebody was told to wait for room */
};

void budget_init(struct budget *budget, size_t limit);
/* Counts the bytes if they fit below `limit` (at most budget->limit), or if nothing at all is
 * held: one thing may always go on, else a single large answer would stop the run for ever. */
bool budget_reserve(struct budget *budget, size_t limit, size_t bytes);
/* Counts bytes that are there already, room or not. */
void budget_add(struct budget *budget, size_t bytes);
/* True when somebody waits who should be told of the room. */
bool budget_release(struct budget *budget, size_t bytes);

#endif
