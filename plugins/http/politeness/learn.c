/* What answers say about how often and how much an origin wants to be asked. */
#include "client/retry.h"
#include "left.h"
#include "polite.h"
#include "source/source.h"

#include <string.h>
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

void http_polite_hear(const struct http_use *use, const struct http_response *response)
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

static uint64_t most_in_flight(const struct http_source *source, const struct http_peer *peer)
{
    return peer && peer->adaptive.ceiling ? peer->adaptive.allowed : source->max_per_host;
}

/* After a pause one request shows whether more may follow: each good answer lets one more go. */
static void trust(const struct http_source *source, struct http_peer *peer)
{
    if (!peer->careful || peer->quiet_until_us > now_us())
        return;
    peer->careful++;
    if (peer->careful >= most_in_flight(source, peer))
        peer->careful = 0;
}

uint64_t http_polite_slots(const struct http_source *source, const struct http_host *host)
{
    const struct http_peer *peer = host->peer;
    uint64_t most = most_in_flight(source, peer);

    return peer && peer->careful && peer->careful < most ? peer->careful : most;
}

/* --- how many at once --------------------------------------------------------------------- */

/* Has the server too much to do? */
static bool is_overloaded(enum http_verdict verdict, const struct http_response *response)
{
    const char *code = response->error.code;

    if (verdict == HTTP_RATE_LIMITED || response->status == 408 || response->status == 503 ||
        response->status == 504)
        return true;
    return weir_error_is_set(&response->error) &&
           (strcmp(code, "E-HTTP-STALL") == 0 || strcmp(code, "E-HTTP-CONNECT") == 0);
}

static void adapt(struct http_page *page, struct http_peer *peer, enum http_verdict verdict,
    const struct http_response *response)
{
    bool is_well = !is_overloaded(verdict, response);

    /* Other failures say nothing of it. */
    if (is_well && weir_error_is_set(&response->error))
        return;
    http_adaptive_answer(
        &peer->adaptive, page->chain->host->in_flight, response->elapsed_us, is_well, now_us());
    page->chain->resource->weir->progress->allowed_in_flight = peer->adaptive.allowed;
}

/* --- all of it ---------------------------------------------------------------------------- */

void http_polite_learn(
    struct http_page *page, enum http_verdict verdict, const struct http_response *response)
{
    const struct http_permit *permit = page->permit;
    struct http_peer *peer = page->chain->host->peer;

    if (!peer || page->home)
        return;
    if (peer->adaptive.ceiling)
        adapt(page, peer, verdict, response);
    if (verdict != HTTP_RETRY && verdict != HTTP_RATE_LIMITED)
        trust(page->chain->resource->source, peer);
    for (size_t i = 0; permit && i < permit->n; i++)
        if (permit->uses[i].meter->limit->remaining_header)
            http_polite_hear(&permit->uses[i], response);
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
