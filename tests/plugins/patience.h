/*
 * For loaders on the loop that are tests: callbacks that take their time. Each
 * answers WEIR_AGAIN until a timer has woken it.
 */
#ifndef PATIENCE_H
#define PATIENCE_H

#include <weir/loop.h>

#include <string.h>

enum { PATIENCE_ARGS = 3 };

/* All zero at first. */
struct patience {
    uint64_t wait_ms; /* of each callback */
    /* private */
    struct weir_stage *stage;
    uv_timer_t *timer;
    const char *under_way; /* the callback that waits; NULL: none */
    const void *args[PATIENCE_ARGS];
    bool is_ready;
    /* what happened */
    int waits;
    int mistakes; /* another callback than the one that waits, or other arguments */
};

static inline void patience_ends(uv_timer_t *timer)
{
    struct patience *patience = timer->data;

    patience->is_ready = true;
    weir_wake(patience->stage);
}

static inline void patience_begin(
    struct patience *patience, struct weir_stage *stage, const char *what, const void *const *args)
{
    if (!patience->timer) {
        patience->stage = stage;
        patience->timer = weir_new(stage->arena, uv_timer_t);
        uv_timer_init(weir_loop(stage), patience->timer);
        patience->timer->data = patience;
    }
    patience->under_way = what;
    memcpy(patience->args, args, sizeof(patience->args));
    patience->waits++;
    uv_timer_start(patience->timer, patience_ends, patience->wait_ms, 0);
}

/* At the head of a callback: is WEIR_AGAIN to be answered? */
static inline bool patience_asks(struct patience *patience, struct weir_stage *stage,
    const char *what, const void *a, const void *b, const void *c)
{
    const void *const args[PATIENCE_ARGS] = {a, b, c};

    if (!patience->under_way) {
        patience_begin(patience, stage, what, args);
        return true;
    }
    if (strcmp(patience->under_way, what) != 0 || memcmp(patience->args, args, sizeof(args)) != 0)
        patience->mistakes++;
    if (!patience->is_ready)
        return true;
    patience->is_ready = false;
    patience->under_way = NULL;
    return false;
}

/* In `stop`. */
static inline void patience_done(struct patience *patience)
{
    if (patience->timer)
        uv_close((uv_handle_t *)patience->timer, NULL);
    patience->timer = NULL;
}

#endif
