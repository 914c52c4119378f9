/*
 * How many requests an origin bears at once, found out as they go: one more as long as
 * it goes well, half as many when it does not (AIMD, as TCP does it).
 *
 * Judged is once a round trip: of requests sent since the last decision, as many
 * answers as may be in flight. It goes badly when the server says so (429, 503, no
 * answer in time), or when the mean latency of a round is beyond twice the best of
 * the last minute: then requests only wait in the server's queue, and it is cut to
 * what the server works at. That brings the latency down again, so the best stays
 * honest. Until the first time it doubles each round.
 *
 * Arithmetic alone, in microseconds of any clock that does not go back.
 */
#ifndef WEIR_HTTP_ADAPTIVE_H
#define WEIR_HTTP_ADAPTIVE_H

#include <stdbool.h>
#include <stdint.h>

struct http_adaptive {
    uint64_t ceiling;
    uint64_t allowed;
    bool has_backed_off; /* the first doubling is over */
    uint64_t round_us;   /* when this round began */
    uint64_t n;          /* its answers */
    uint64_t sum_us;     /* of their latencies */
    bool was_full;       /* as many were in flight as may be */
    uint64_t best_us[2]; /* of this half of a minute, and of the one before; 0: none */
    uint64_t half_us;    /* when it began */
};

void http_adaptive_init(struct http_adaptive *adaptive, uint64_t ceiling, uint64_t now_us);
/* An answer, or none: how many were in flight with it, how long it took, whether all was well. */
void http_adaptive_answer(struct http_adaptive *adaptive, uint64_t in_flight, uint64_t latency_us,
    bool is_well, uint64_t now_us);

#endif
