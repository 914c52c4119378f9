#include "polite.h"

#include "source/attempt.h"
#include "source/gate.h"
#include "source/hand_over.h"
#include "source/schedule.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    LEAST_WAIT_US = 1000, /* what a timer can tell apart */
    TOLD_US = 5000000,    /* waits from this long on are told in the log */
};

static struct http_polite *polite_of(const struct http_page *page)
{
    return &page->chain->resource->source->polite;
}

static uint64_t now_us(void)
{
    return uv_hrtime() / 1000;
}

/* --- what a page takes -------------------------------------------------------------------- */

static struct http_peer *peer_of(const struct http_page *page, uint64_t now)
{
    struct http_polite *polite = polite_of(page);
    struct http_host *host = page->chain->host;

    if (host->peer)
        return host->peer;
    if (!polite->is_calling)
        http_peers_trim(&polite->peers, now);
    host->peer = http_peer_use(&polite->peers, host->origin, now);
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
            permit->uses[permit->n++] =
                (struct http_use){.meter = http_peer_meter(peer_of(page, now), &polite->limits, i,
                                      polite->logins[resource - resource->source->resources], now),
                    .weight = weights[i]};
    return page->permit = permit;
}

/* --- queues ------------------------------------------------------------------------------- */

static void on_timer(uv_timer_t *timer);

static void arm(struct http_polite *polite)
{
    const struct http_waiter *first = http_waiting_first(&polite->waiting);
    uint64_t now = uv_hrtime() / 1000000;

    if (!first) {
        uv_timer_stop(&polite->timer);
        return;
    }
    uv_update_time(polite->timer.loop);
    uv_timer_start(&polite->timer, on_timer, first->due_ms > now ? first->due_ms - now : 0, 0);
}

/* The queue is looked at after so long, or earlier if it was to be. */
static void expect(struct http_polite *polite, struct http_queue *queue, uint64_t wait)
{
    uint64_t due_ms = (now_us() + (wait > LEAST_WAIT_US ? wait : LEAST_WAIT_US) + 999) / 1000;

    if (queue->is_waiting && queue->waiter.due_ms <= due_ms)
        return;
    if (queue->is_waiting)
        http_waiting_remove(&polite->waiting, &queue->waiter);
    queue->is_waiting = true;
    http_waiting_add(&polite->waiting, &queue->waiter, due_ms);
    if (http_waiting_first(&polite->waiting) == &queue->waiter)
        arm(polite);
}

static void tell(const struct http_page *page, const struct http_meter *meter, uint64_t wait)
{
    if (wait >= TOLD_US && meter->queue.pages.n == 0)
        weir_log(page->chain->resource->source->stage, WEIR_LOG_INFO,
            "rate limit '%s' of %s: the next request is sent in %" PRIu64 " s", meter->limit->name,
            meter->origin, wait / 1000000);
}

static void park(struct http_page *page, struct http_meter *meter, uint64_t wait, uint64_t now)
{
    tell(page, meter, wait);
    page->permit->was_called = false;
    page->permit->parked_us = now;
    http_gate_park(page, &meter->queue.pages);
    expect(polite_of(page), &meter->queue, wait);
}

static void call(struct http_page *page, uint64_t now)
{
    page->permit->was_called = true;
    page->chain->resource->weir->progress->backoff_us += now - page->permit->parked_us;
    http_gate_unpark(page);
}

static uint64_t weight_in(const struct http_page *page, const struct http_meter *meter)
{
    for (size_t i = 0; i < page->permit->n; i++)
        if (page->permit->uses[i].meter == meter)
            return page->permit->uses[i].weight;
    return 0;
}

/* While answers are under way they are waited for first: to fail may end the run, and drop them. */
static bool is_too_long(const struct http_meter *meter, uint64_t wait)
{
    return wait > meter->limit->max_wait * 1000 && meter->in_flight == 0;
}

/* As many as there are tokens for; all of them, to fail, where it would take too long. */
static void call_pages(struct http_queue *queue, uint64_t now)
{
    struct http_meter *meter = queue->meter;
    uint64_t weight = 0;
    struct http_page *last = NULL;

    for (struct http_page *page = queue->pages.first; page; page = page->behind) {
        uint64_t wait;

        weight += weight_in(page, meter);
        if (weight > meter->bucket.burst)
            break;
        wait = http_bucket_wait(&meter->bucket, weight, now);
        if (wait > 0 && !is_too_long(meter, wait))
            break;
        last = page;
    }
    /* The last first, for each goes before the others that are ready. */
    while (last) {
        struct http_page *before = last->before;

        call(last, now);
        last = before;
    }
}

/* The queue is looked at when its first page may go, or must fail. */
static void expect_next(struct http_polite *polite, struct http_queue *queue, uint64_t now)
{
    uint64_t wait =
        http_bucket_wait(&queue->meter->bucket, weight_in(queue->pages.first, queue->meter), now);

    expect(polite, queue, is_too_long(queue->meter, wait) ? 0 : wait);
}

static void on_timer(uv_timer_t *timer)
{
    struct http_source *source = timer->data;
    struct http_polite *polite = &source->polite;
    uint64_t now = now_us();
    struct http_queue *called = NULL;
    struct http_waiter *waiter;

    while ((waiter = http_waiting_first(&polite->waiting)) && waiter->due_ms <= now / 1000) {
        struct http_queue *queue = (struct http_queue *)(void *)waiter;

        http_waiting_remove(&polite->waiting, waiter);
        queue->is_waiting = false;
        queue->next = called;
        called = queue;
        call_pages(queue, now);
    }
    polite->is_calling = true;
    http_schedule(source);
    polite->is_calling = false;
    for (; called; called = called->next)
        if (called->pages.n)
            expect_next(polite, called, now_us());
    arm(polite);
    http_hand_notify(source);
}

/* --- the gate ----------------------------------------------------------------------------- */

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
        uint64_t wait = http_bucket_wait(&use->meter->bucket, use->weight, now);

        /* Nobody goes past those who wait already. */
        if (wait > longest || (!slowest && use->meter->queue.pages.n && !permit->was_called)) {
            slowest = use->meter;
            longest = wait;
        }
    }
    if (!slowest)
        return true;
    if (is_too_long(slowest, longest))
        fail(page, slowest, longest);
    else
        park(page, slowest, longest, now);
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
    struct http_permit *permit = page->permit;
    uint64_t now;

    if (!permit)
        return;
    now = now_us();
    for (size_t i = 0; i < permit->n && permit->is_taken; i++) {
        const struct http_use *use = &permit->uses[i];
        struct http_queue *queue = &use->meter->queue;

        http_bucket_answered(&use->meter->bucket, use->weight, use->ticket, now);
        use->meter->in_flight -= use->weight;
        if (queue->pages.n)
            expect_next(polite_of(page), queue, now);
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
