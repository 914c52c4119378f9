#include "polite.h"

#include "queue.h"
#include "source/attempt.h"
#include "source/source.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static struct http_polite *polite_of(const struct http_page *page)
{
    return &page->chain->resource->source->polite;
}

static uint64_t now_us(void)
{
    return uv_hrtime() / 1000;
}

/* --- what a page takes -------------------------------------------------------------------- */

struct http_peer *http_polite_peer(const struct http_page *page, uint64_t now)
{
    const struct http_source *source = page->chain->resource->source;
    struct http_polite *polite = polite_of(page);
    struct http_host *host = page->chain->host;

    if (host->peer)
        return host->peer;
    if (!polite->is_calling)
        http_peers_trim(&polite->peers, now);
    host->peer = http_peer_use(&polite->peers, host->origin, now);
    if (source->options->concurrency.adaptive && !host->peer->adaptive.ceiling)
        http_adaptive_init(&host->peer->adaptive, source->max_per_host, now);
    return host->peer;
}

/* Which meters its request goes by. */
static struct http_permit *permit_of(struct http_page *page, uint64_t now)
{
    const struct http_resource *resource = page->chain->resource;
    struct http_polite *polite = polite_of(page);
    uint64_t weights[HTTP_LIMITS_MAX];
    struct http_permit *permit = page->permit;

    if (permit)
        return permit;
    http_attempt_prepare(page);
    http_limits_weigh(&polite->limits, page->url, weights);
    permit = weir_calloc(1, sizeof(*permit) + polite->limits.n * sizeof(permit->uses[0]));
    /* Redirected to another origin, it takes nothing of this one's. */
    for (size_t i = 0; i < polite->limits.n && !page->home; i++)
        if (weights[i])
            permit->uses[permit->n++] = (struct http_use){
                .meter = http_peer_meter(http_polite_peer(page, now), &polite->limits, i,
                    polite->logins[resource - resource->source->resources], now),
                .weight = weights[i]};
    return page->permit = permit;
}

/* --- the gate ----------------------------------------------------------------------------- */

/* The shortest of what its limits let it wait. */
static uint64_t most_wait(const struct http_permit *permit)
{
    uint64_t most = UINT64_MAX;

    for (size_t i = 0; i < permit->n; i++)
        if (permit->uses[i].meter->limit->max_wait * 1000 < most)
            most = permit->uses[i].meter->limit->max_wait * 1000;
    return most;
}

static void fail_left_alone(struct http_page *page, uint64_t wait)
{
    struct weir_error error = {0};

    weir_error_set(&error, WEIR_FAULT_SOURCE, "E-RATE-LIMIT",
        "the server wants to be left alone for another %" PRIu64
        " s, which is more than max_wait; run again later, or raise max_wait",
        (wait + 999999) / 1000000);
    http_attempt_give_up(page, &error);
}

bool http_polite_may_ask(struct http_page *page)
{
    const struct http_host *host = page->chain->host;
    struct http_peer *peer;
    uint64_t now, wait;

    if (page->home || (polite_of(page)->peers.n == 0 &&
                          !page->chain->resource->source->options->concurrency.adaptive))
        return true;
    now = now_us();
    peer = http_polite_peer(page, now);
    if (peer->quiet_until_us <= now)
        return true;
    wait = peer->quiet_until_us - now;
    if (wait <= most_wait(permit_of(page, now)) || host->in_flight) {
        http_queue_park(page, &peer->quiet, wait, now);
        return false;
    }
    fail_left_alone(page, wait);
    return false;
}

static void fail(struct http_page *page, const struct http_meter *meter, uint64_t wait)
{
    struct weir_error error = {0};

    weir_error_set(&error, WEIR_FAULT_SOURCE, "E-RATE-LIMIT",
        "rate limit '%s': it could be sent in %" PRIu64 " s, and max_wait is %" PRIu64
        " s; run again later, or raise max_wait",
        meter->limit->name, (wait + 999999) / 1000000, meter->limit->max_wait / 1000);
    http_attempt_give_up(page, &error);
}

bool http_polite_pass(struct http_page *page)
{
    struct http_meter *slowest = NULL;
    const struct http_permit *permit;
    uint64_t now, longest = 0;

    if (polite_of(page)->limits.n == 0)
        return true;
    now = now_us();
    permit = permit_of(page, now);
    for (size_t i = 0; i < permit->n; i++) {
        const struct http_use *use = &permit->uses[i];
        uint64_t wait = http_meter_wait(use->meter, use->weight, now);

        /* Nobody goes past those who wait already. */
        if (wait > longest || (!slowest && use->meter->queue.pages.n && !permit->was_called)) {
            slowest = use->meter;
            longest = wait;
        }
    }
    if (!slowest)
        return true;
    if (http_queue_is_too_long(slowest, longest))
        fail(page, slowest, longest);
    else
        http_queue_park(page, &slowest->queue, longest, now);
    return false;
}

void http_polite_enter(struct http_page *page)
{
    struct http_permit *permit = page->permit;
    uint64_t now;

    if (!permit)
        return;
    now = now_us();
    permit->is_taken = true;
    for (size_t i = 0; i < permit->n; i++) {
        struct http_use *use = &permit->uses[i];

        use->ticket = http_bucket_take(&use->meter->bucket, use->weight, now);
        use->meter->in_flight += use->weight;
    }
}

void http_polite_leave(struct http_page *page)
{
    const struct http_host *host = page->chain->host;
    struct http_permit *permit = page->permit;
    uint64_t now;

    /* The last answer: whether those who wait would wait too long can be told now. */
    if (host && host->peer && host->peer->quiet.pages.n && host->in_flight == 0)
        http_queue_expect(polite_of(page), &host->peer->quiet, 0);
    if (!permit)
        return;
    now = now_us();
    for (size_t i = 0; i < permit->n && permit->is_taken; i++) {
        const struct http_use *use = &permit->uses[i];
        struct http_queue *queue = &use->meter->queue;

        http_bucket_answered(&use->meter->bucket, use->weight, use->ticket, now);
        use->meter->in_flight -= use->weight;
        if (queue->pages.n)
            http_queue_expect_next(polite_of(page), queue, now);
    }
    page->permit = NULL;
    free(permit);
}

/* --- from start to stop ------------------------------------------------------------------- */

/* What is written the same, or stands at one place for several resources, is one login. */
static bool is_same_login(
    struct weir_arena *arena, const struct http_resource *a, const struct http_resource *b)
{
    const struct weir_variant *x = &a->options->auth, *y = &b->options->auth;
    struct weir_str left, right;

    if (x->type != y->type || !x->node != !y->node)
        return false;
    if (!x->node || x->node == y->node)
        return true;
    left = weir_node_to_json(arena, x->node);
    right = weir_node_to_json(arena, y->node);
    return left.len == right.len && memcmp(left.ptr, right.ptr, left.len) == 0;
}

static void number_logins(struct http_source *source, size_t *logins)
{
    struct weir_arena *arena = weir_arena_new();

    for (size_t i = 0; i < source->n_resources; i++) {
        logins[i] = 0;
        while (!is_same_login(arena, &source->resources[logins[i]], &source->resources[i]))
            logins[i]++;
    }
    weir_arena_free(arena);
}

void http_polite_start(struct http_source *source)
{
    struct http_polite *polite = &source->polite;
    struct weir_stage *stage = source->stage;

    http_limits_init(&polite->limits, &source->options->rate_limits);
    polite->logins = weir_new_array(stage->arena, source->n_resources, size_t);
    if (polite->limits.n)
        number_logins(source, polite->logins);
    uv_timer_init(weir_loop(stage), &polite->timer);
    polite->timer.data = source;
    polite->has_timer = true;
}

void http_polite_stop(struct http_source *source)
{
    struct http_polite *polite = &source->polite;

    if (polite->has_timer)
        uv_close((uv_handle_t *)&polite->timer, NULL);
    http_waiting_done(&polite->waiting);
    http_peers_done(&polite->peers);
    http_limits_done(&polite->limits);
}
