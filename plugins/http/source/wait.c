#include "wait.h"

#include <stdlib.h>
#include <weir/arena.h>

static void put(struct http_waiting *waiting, size_t at, struct http_waiter *waiter)
{
    waiting->heap[at] = waiter;
    waiter->at = at;
}

static void rise(struct http_waiting *waiting, struct http_waiter *waiter)
{
    size_t at = waiter->at;

    while (at > 0 && waiting->heap[(at - 1) / 2]->due_ms > waiter->due_ms) {
        put(waiting, at, waiting->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    put(waiting, at, waiter);
}

static void sink(struct http_waiting *waiting, struct http_waiter *waiter)
{
    size_t at = waiter->at;

    for (;;) {
        size_t child = at * 2 + 1;

        if (child + 1 < waiting->n &&
            waiting->heap[child + 1]->due_ms < waiting->heap[child]->due_ms)
            child++;
        if (child >= waiting->n || waiting->heap[child]->due_ms >= waiter->due_ms)
            break;
        put(waiting, at, waiting->heap[child]);
        at = child;
    }
    put(waiting, at, waiter);
}

void http_waiting_add(struct http_waiting *waiting, struct http_waiter *waiter, uint64_t due_ms)
{
    if (waiting->n == waiting->capacity) {
        waiting->capacity = waiting->capacity ? waiting->capacity * 2 : 16;
        waiting->heap =
            weir_realloc(waiting->heap, waiting->capacity * sizeof(struct http_waiter *));
    }
    waiter->due_ms = due_ms;
    put(waiting, waiting->n++, waiter);
    rise(waiting, waiter);
}

void http_waiting_remove(struct http_waiting *waiting, struct http_waiter *waiter)
{
    size_t at = waiter->at;
    struct http_waiter *last = waiting->heap[--waiting->n];

    if (last == waiter)
        return;
    put(waiting, at, last);
    rise(waiting, last);
    sink(waiting, last);
}

struct http_waiter *http_waiting_first(const struct http_waiting *waiting)
{
    return waiting->n ? waiting->heap[0] : NULL;
}

void http_waiting_done(struct http_waiting *waiting)
{
    free(waiting->heap);
    *waiting = (struct http_waiting){0};
}
