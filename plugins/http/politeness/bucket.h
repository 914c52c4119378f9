/*
 * How much may be asked of a server: tokens, and what it may still be counting.
 *
 * Tokens come back at an even rate, as many as may be taken at once (`burst`). That
 * alone does not keep a limit, since a server counts when requests reach it and not
 * when they were sent. So each is also held to count for a whole interval, from the
 * latest moment at which the server may have counted it: when its answer came, or an
 * interval after it was sent. No more than `limit` count at a time. Whatever the
 * network does, no interval of the server's then has more than `limit` in it, as
 * long as requests do not take longer than an interval to arrive.
 *
 * Arithmetic alone: times are microseconds of any clock that does not go back.
 */
#ifndef WEIR_HTTP_BUCKET_H
#define WEIR_HTTP_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

enum {
    HTTP_BUCKET_STEPS = 128,                      /* that an interval is counted in */
    HTTP_BUCKET_SLOTS = 2 * HTTP_BUCKET_STEPS + 4 /* the past interval, and the one to come */
};

struct http_bucket {
    uint64_t limit, burst;
    uint64_t interval_us, step_us;
    double tokens;
    uint64_t refilled_us;
    uint64_t oldest;  /* step, from which on requests count */
    uint64_t counted; /* sum of the slots */
    uint32_t slots[HTTP_BUCKET_SLOTS];
    /* What the server said is left; see http_bucket_hear. */
    uint64_t left;
    uint64_t left_until_us; /* 0: it said nothing, or that is over */
};

/* A full one. burst is from 1 to limit; an interval has at least 10 ms. */
void http_bucket_init(struct http_bucket *bucket, uint64_t limit, uint64_t interval_us,
    uint64_t burst, uint64_t now_us);
/*
 * How long until `weight` tokens (no more than burst) can be taken, as far as is known now; 0: at
 * once. An answer that comes meanwhile may make it sooner or later.
 */
uint64_t http_bucket_wait(struct http_bucket *bucket, uint64_t weight, uint64_t now_us);
/* Takes them: a request is sent now. What it returns goes to http_bucket_answered. */
uint64_t http_bucket_take(struct http_bucket *bucket, uint64_t weight, uint64_t now_us);
/* Its answer is here, or never will be. */
void http_bucket_answered(
    struct http_bucket *bucket, uint64_t weight, uint64_t ticket, uint64_t now_us);
/*
 * The server says how much is left until its count begins anew. What else was sent meanwhile, it
 * may not have counted yet: `unanswered`.
 */
void http_bucket_hear(struct http_bucket *bucket, uint64_t left, uint64_t unanswered,
    uint64_t reset_us, uint64_t now_us);

#endif
