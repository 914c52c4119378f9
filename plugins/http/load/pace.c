#include "pace.h"

#include "client/url.h"

#include <inttypes.h>

static uint64_t now_us(void)
{
    return uv_hrtime() / 1000;
}

void http_pace_start(struct http_pace *pace, const struct weir_groups *limits, const char *url)
{
    struct weir_arena *arena = weir_arena_new();
    uint64_t weights[HTTP_LIMITS_MAX], now = now_us();
    struct http_peer *peer;

    http_limits_init(&pace->limits, limits);
    peer = http_peer_use(&pace->peers, http_url_origin(arena, url), now);
    http_limits_weigh(&pace->limits, url, weights);
    for (size_t i = 0; i < pace->limits.n; i++)
        if (weights[i]) {
            pace->weights[pace->n] = weights[i];
            pace->meters[pace->n++] = http_peer_meter(peer, &pace->limits, i, 0, now);
        }
    weir_arena_free(arena);
}

void http_pace_stop(struct http_pace *pace)
{
    http_peers_done(&pace->peers);
    http_limits_done(&pace->limits);
    pace->n = 0;
}

enum weir_status http_pace_wait(
    struct http_pace *pace, uint64_t *ret_ms, struct weir_error *ret_error)
{
    uint64_t now = now_us();

    *ret_ms = 0;
    for (size_t i = 0; i < pace->n; i++) {
        const struct http_limit *limit = pace->meters[i]->limit;
        uint64_t ms = (http_meter_wait(pace->meters[i], pace->weights[i], now) + 999) / 1000;

        /* What is in flight may make it sooner. */
        if (ms > limit->max_wait && pace->meters[i]->in_flight == 0)
            return weir_error_set(ret_error, WEIR_FAULT_DESTINATION, "E-RATE-LIMIT",
                "rate limit '%s': it could be sent in %" PRIu64 " s, and max_wait is %" PRIu64
                " s; run again later, or raise max_wait",
                limit->name, (ms + 999) / 1000, limit->max_wait / 1000);
        if (ms > *ret_ms)
            *ret_ms = ms;
    }
    return WEIR_OK;
}

void http_pace_take(struct http_pace *pace, struct http_paced *paced)
{
    uint64_t now = now_us();

    paced->is_taken = true;
    for (size_t i = 0; i < pace->n; i++) {
        struct http_use *use = &paced->uses[i];

        *use = (struct http_use){.meter = pace->meters[i], .weight = pace->weights[i]};
        use->ticket = http_bucket_take(&use->meter->bucket, use->weight, now);
        use->meter->in_flight += use->weight;
    }
}

void http_pace_answered(
    struct http_pace *pace, struct http_paced *paced, const struct http_response *response)
{
    uint64_t now = now_us();

    if (!paced->is_taken)
        return;
    paced->is_taken = false;
    for (size_t i = 0; i < pace->n; i++) {
        const struct http_use *use = &paced->uses[i];

        if (response && use->meter->limit->remaining_header)
            http_polite_hear(use, response);
        http_bucket_answered(&use->meter->bucket, use->weight, use->ticket, now);
        use->meter->in_flight -= use->weight;
    }
}
