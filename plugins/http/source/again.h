/*
 * What the log says of requests that are tried again: of each cause the first few
 * lines, and then how many there were, every some seconds. A server that is down
 * fails all that are in flight, again and again, in the same way.
 */
#ifndef WEIR_HTTP_AGAIN_H
#define WEIR_HTTP_AGAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    HTTP_AGAIN_LINES = 5,
    HTTP_AGAIN_PERIOD_MS = 10000,
    HTTP_AGAIN_CAUSES = 16,
    HTTP_AGAIN_CAUSE_SIZE = 160,
};

struct http_page;
struct http_source;
struct weir_error;

struct http_again_cause {
    char text[HTTP_AGAIN_CAUSE_SIZE]; /* what all of them have in common; "": free */
    uint64_t since_ms;                /* when the first of these lines came */
    unsigned told;
    uint64_t n_more; /* behind them */
};

struct http_again {
    struct http_again_cause causes[HTTP_AGAIN_CAUSES];
};

/* The page is tried again; `when` says "in 2.00 s". */
void http_again_tell(
    const struct http_page *page, const struct weir_error *reason, const char *when);
/* Tells of those that were only counted, where that is due, or of all. */
void http_again_sum(struct http_source *source, bool all);

#endif
