/*
 * What a pipeline promises about its rows, and which of its parts is the weakest
 * link: told by `weir check`, before anything runs.
 */
#ifndef STATE_GUARANTEE_H
#define STATE_GUARANTEE_H

#include "plan/plan.h"

enum promise {
    PROMISE_AT_LEAST_ONCE,    /* a run that ends early may leave rows that come again */
    PROMISE_EFFECTIVELY_ONCE, /* they may come again, and are there once all the same */
    PROMISE_EXACTLY_ONCE,
};

struct guarantee {
    enum promise promise;
    const char *text;   /* the promise, with what it rests on or what keeps it from being more */
    const char *repeat; /* what a run does when all was done before it */
};

/* Of one resource. The texts live in the arena. */
void guarantee_of(const struct plan *plan, size_t resource, struct weir_arena *arena,
    struct guarantee *ret_guarantee);

#endif
