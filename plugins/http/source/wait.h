/*
 * Requests that wait for their next try, the earliest first: a heap behind one
 * timer.
 */
#ifndef WEIR_HTTP_WAIT_H
#define WEIR_HTTP_WAIT_H

#include <stddef.h>
#include <stdint.h>

/* Inside what waits. */
struct http_waiter {
    uint64_t due_ms;
    size_t at; /* its place in the heap */
};

struct http_waiting {
    struct http_waiter **heap;
    size_t n;
    size_t capacity;
};

/* A zeroed one is empty. */
void http_waiting_add(struct http_waiting *waiting, struct http_waiter *waiter, uint64_t due_ms);
void http_waiting_remove(struct http_waiting *waiting, struct http_waiter *waiter);
/* The earliest, or NULL. */
struct http_waiter *http_waiting_first(const struct http_waiting *waiting);
void http_waiting_done(struct http_waiting *waiting);

#endif
