#include "queue.h"

#include "source/gate.h"
#include "source/hand_over.h"
#include "source/schedule.h"

#include <inttypes.h>

enum {
    LEAST_WAIT_US = 1000, /* what a timer can tell apart */
    TOLD_US = 5000000,    /* waits from this long on are told in the log */
};

static uint64_t now_us(void)
{
    return uv_hrtime() / 1000;
}

static void on_timer(uv_timer_t *timer);

static void arm(struct http_polite *polite)
{
    const struct http_waiter *first = http_waiting_first(&polite->waiting);
    uint64_t now = now_us() / 1000;

    if (!first) {
        uv_timer_stop(&polite->timer);
        return;
    }
    uv_update_time(polite->timer.loop);
    uv_timer_start(&polite->timer, on_timer, first->due_ms > now ? first->due_ms - now : 0, 0);
}

void http_queue_expect(struct http_polite *polite, struct http_queue *queue, uint64_t wait_us)
{
    uint64_t wait = wait_us > LEAST_WAIT_US ? wait_us : LEAST_WAIT_US;
    uint64_t due_ms = (now_us() + wait + 999) / 1000;

    if (queue->is_waiting && queue->waiter.due_ms <= due_ms)
        return;
    if (queue->is_waiting)
        http_waiting_remove(&polite->waiting, &queue->waiter);
    queue->is_waiting = true;
    http_waiting_add(&polite->waiting, &queue->waiter, due_ms);
    if (http_waiting_first(&polite->waiting) == &queue->waiter)
        arm(polite);
}

static void tell(const struct http_page *page, const struct http_queue *queue, uint64_t wait_us)
{
    const struct http_meter *meter = queue->meter;

    if (meter && wait_us >= TOLD_US && queue->pages.n == 0)
        weir_log(page->chain->resource->source->stage, WEIR_LOG_INFO,
            "rate limit '%s' of %s: the next request is sent in %" PRIu64 " s", meter->limit->name,
            meter->origin, wait_us / 1000000);
}

void http_queue_park(
    struct http_page *page, struct http_queue *queue, uint64_t wait_us, uint64_t now)
{
    tell(page, queue, wait_us);
    page->permit->was_called = false;
    page->permit->parked_us = now;
    http_gate_park(page, &queue->pages);
    http_queue_expect(&page->chain->resource->source->polite, queue, wait_us);
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

bool http_queue_is_too_long(const struct http_meter *meter, uint64_t wait_us)
{
    return wait_us > meter->limit->max_wait * 1000 && meter->in_flight == 0;
}

/* The last that there are tokens for; of all, where they are to fail. */
static struct http_page *last_to_call(struct http_queue *queue, uint64_t now)
{
    struct http_meter *meter = queue->meter;
    struct http_page *last = NULL;
    uint64_t weight = 0;

    if (!meter)
        return queue->pages.last;
    for (struct http_page *page = queue->pages.first; page; page = page->behind) {
        uint64_t wait;

        weight += weight_in(page, meter);
        if (weight > meter->bucket.burst)
            break;
        wait = http_meter_wait(meter, weight, now);
        if (wait > 0 && !http_queue_is_too_long(meter, wait))
            break;
        last = page;
    }
    return last;
}

/* The last one first, for each goes before all that are ready. */
static void call_pages(struct http_queue *queue, uint64_t now)
{
    struct http_page *page = last_to_call(queue, now);

    while (page) {
        struct http_page *before = page->before;

        call(page, now);
        page = before;
    }
}

void http_queue_expect_next(struct http_polite *polite, struct http_queue *queue, uint64_t now)
{
    struct http_meter *meter = queue->meter;
    uint64_t wait;

    if (!meter) {
        wait = queue->peer->quiet_until_us;
        http_queue_expect(polite, queue, wait > now ? wait - now : 0);
        return;
    }
    wait = http_meter_wait(meter, weight_in(queue->pages.first, meter), now);
    http_queue_expect(polite, queue, http_queue_is_too_long(meter, wait) ? 0 : wait);
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
    /* Peers are not forgotten meanwhile: their queues are in the list. */
    polite->is_calling = true;
    http_schedule(source);
    polite->is_calling = false;
    for (; called; called = called->next)
        if (called->pages.n)
            http_queue_expect_next(polite, called, now_us());
    arm(polite);
    http_hand_notify(source);
}
