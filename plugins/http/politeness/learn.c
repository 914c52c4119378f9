/* What answers say about how often and how much an origin wants to be asked. */
#include "client/retry.h"
#include "left.h"
#include "polite.h"
#include "source/source.h"

#include <time.h>

enum { MOST_QUIET_MS = 2000000000 }; /* some weeks */

static uint64_t now_us(void)
{
    return uv_hrtime() / 1000;
}

static int64_t clock_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- what is left of a limit -------------------------------------------------------------- */

static void hear(const struct http_use *use, const struct http_response *response)
{
    struct http_meter *meter = use->meter;
    const struct http_limit *limit = meter->limit;
    const char *remaining = http_response_header(response, limit->remaining_header);
    const char *reset =
        limit->reset_header ? http_response_header(response, limit->reset_header) : NULL;
    struct http_left told;
    uint64_t now = now_us();

    http_left_read(&told, remaining, reset, clock_ms());
    if (!told.has_reset)
        told.reset_ms = limit->interval;
    /* A count that is over already says nothing of the next one. */
    meter->is_deaf = !told.has_left || told.reset_ms == 0;
    if (meter->is_deaf)
        return;
    http_bucket_hear(
        &meter->bucket, told.left, meter->in_flight - use->weight, now + told.reset_ms * 1000, now);
}

/* --- being left alone --------------------------------------------------------------------- */

/* After a pause one request shows whether more may follow: each good answer lets one more go. */
static void trust(const struct http_source *source, struct http_peer *peer)
{
    if (!peer->careful || peer->quiet_until_us > now_us())
        return;
    peer->careful++;
    if (peer->careful >= source->max_per_host)
        peer->careful = 0;
}

uint64_t http_polite_slots(const struct http_source *source, const struct http_host *host)
{
    const struct http_peer *peer = host->peer;

    if (peer && peer->careful && peer->careful < source->max_per_host)
        return peer->careful;
    return source->max_per_host;
}

void http_polite_learn(
    struct http_page *page, enum http_verdict verdict, const struct http_response *response)
{
    const struct http_permit *permit = page->permit;
    struct http_peer *peer = page->chain->host->peer;

    if (!peer || page->home)
        return;
    if (verdict != HTTP_RETRY && verdict != HTTP_RATE_LIMITED)
        trust(page->chain->resource->source, peer);
    for (size_t i = 0; permit && i < permit->n; i++)
        if (permit->uses[i].meter->limit->remaining_header)
            hear(&permit->uses[i], response);
}

/* Does a limit say how long it may wait? */
static bool has_limit(const struct http_page *page)
{
    const struct http_limits *limits = &page->chain->resource->source->polite.limits;
    uint64_t weights[HTTP_LIMITS_MAX];
    bool any = false;

    http_limits_weigh(limits, page->url, weights);
    for (size_t i = 0; i < limits->n; i++)
        any |= weights[i] > 0;
    return any;
}

static uint64_t quiet_ms(const struct http_page *page, const char *retry_after)
{
    const struct http_retry_options *retry = &page->chain->resource->options->retry;
    uint64_t ms;

    if (!retry->respect_retry_after || !http_retry_after_ms(retry_after, (int64_t)time(NULL), &ms))
        ms = retry->initial_interval;
    else if (ms > retry->max_interval && !has_limit(page))
        ms = retry->max_interval;
    return ms < MOST_QUIET_MS ? ms : MOST_QUIET_MS;
}

void http_polite_slow(struct http_page *page, const char *retry_after)
{
    uint64_t now = now_us(), ms, until;
    struct http_peer *peer;

    if (page->home || !page->url)
        return;
    peer = http_polite_peer(page, now);
    ms = quiet_ms(page, retry_after);
    until = now + ms * 1000;
    peer->careful = 1;
    if (until <= peer->quiet_until_us)
        return;
    if (peer->quiet_until_us <= now)
        weir_log(page->chain->resource->source->stage, WEIR_LOG_INFO,
            "%s is asked nothing for %.1f s: it was asked too fast", peer->origin,
            (double)ms / 1000);
    peer->quiet_until_us = until;
}
