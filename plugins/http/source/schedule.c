#include "schedule.h"

#include "attempt.h"
#include "cache/kept.h"
#include "gate.h"
#include "hand_over.h"
#include "job/job.h"
#include "room.h"

enum {
    LEAST_ESTIMATE = 4 * 1024,
    OPEN_CHAINS = 1024, /* and some for each slot: those that wait to be decoded count too */
    SPARE_PAGES = 64,   /* ready or waiting beyond what the slots can take */
    MOST_KEPT = 256,    /* kept answers that are taken before the loop has its turn */
};

/* The next page that may be sent; those that are held back are parked. */
static struct http_page *next_ready(struct http_resource *resource)
{
    struct http_page *page;

    do
        page = http_page_list_take(&resource->ready);
    while (page && !http_kept_look(page) && !http_gate_pass(page));
    return page;
}

/* While a server turns most requests away, those that wait for another try pile up. Beyond a
 * bound no partition is begun, so it is not asked for ever more. */
static bool may_open(const struct http_resource *resource)
{
    size_t slots = resource->source->max_in_flight;

    return !resource->exhausted && !resource->source->failed && resource->source->skips_left &&
           http_job_may_create(resource) && resource->n_chains < OPEN_CHAINS + 4 * slots &&
           resource->n_waiting < SPARE_PAGES + 4 * slots &&
           resource->n_parked + resource->ready.n < SPARE_PAGES + slots;
}

static struct http_page *next_page(struct http_resource *resource)
{
    struct http_page *page;

    /* What is kept passes the gate when all else would be held back. */
    if ((!resource->keeping && http_gate_is_shut(resource)) || http_feed_is_full(resource))
        return NULL;
    page = next_ready(resource);
    while (!page && may_open(resource)) {
        struct weir_error error = {0};
        enum weir_status status = http_chain_open(resource, &error);

        /* Its parent has to be read first. */
        if (status == WEIR_AGAIN && resource->feed && resource->feed->is_dry)
            return NULL;
        if (status == WEIR_AGAIN)
            uv_timer_start(&resource->source->skip_timer, http_schedule_on_skip, 0, 0);
        else if (status != WEIR_OK)
            resource->exhausted = true;
        if (status == WEIR_FAIL)
            http_source_fail(resource->source, &error);
        page = next_ready(resource);
    }
    return page;
}

enum started { STARTED, SKIPPED, NOTHING_TO_START, NO_ROOM };

static enum started start_one(struct http_resource *resource)
{
    struct http_page *page = next_page(resource);
    bool is_kept = page && http_kept_look(page);
    size_t size = is_kept ? http_kept_size(page) : resource->estimate;

    if (!page)
        return NOTHING_TO_START;
    if (page->reserved == 0 || (is_kept && page->reserved < size)) {
        /* Answers that arrive go before new ones. */
        if (resource->source->paused.n ||
            !weir_reserve(resource->source->stage, size - page->reserved)) {
            http_page_list_prepend(&resource->ready, page);
            return NO_ROOM;
        }
        page->reserved = size;
    }
    if (is_kept)
        http_attempt_skip(page);
    else
        http_attempt(page);
    return is_kept ? SKIPPED : STARTED;
}

/* Kept answers take no slot, so something else has to hold them back. */
static bool has_taken_enough(struct http_source *source, size_t n_kept)
{
    if (n_kept >= MOST_KEPT)
        uv_timer_start(&source->skip_timer, http_schedule_on_skip, 0, 0);
    source->no_room = n_kept >= MOST_KEPT || source->finished_bytes >= HTTP_MOST_FINISHED_BYTES;
    return source->no_room;
}

void http_schedule(struct http_source *source)
{
    size_t idle = 0, n_kept = 0;

    if (source->failed || source->doomed || weir_stopping(source->stage))
        return;
    http_room_resume(source);
    source->starved = false;
    source->no_room = source->finished_bytes >= HTTP_MOST_FINISHED_BYTES;
    if (source->no_room)
        return;
    while (source->in_flight < source->max_in_flight && idle < source->n_resources) {
        struct http_resource *resource = &source->resources[source->turn];
        enum started started = start_one(resource);

        if (started == NO_ROOM) {
            source->no_room = true;
            return;
        }
        idle = started == NOTHING_TO_START ? idle + 1 : 0;
        if (started == SKIPPED && has_taken_enough(source, ++n_kept))
            return;
        source->turn = (source->turn + 1) % source->n_resources;
        if (source->failed || source->doomed)
            return;
    }
    source->starved = source->in_flight < source->max_in_flight;
}

void http_schedule_ready(struct http_page *page, bool first)
{
    struct http_page_list *ready = &page->chain->resource->ready;

    page->state = HTTP_PAGE_READY;
    if (first)
        http_page_list_prepend(ready, page);
    else
        http_page_list_append(ready, page);
}

void http_schedule_enter(struct http_page *page)
{
    struct http_resource *resource = page->chain->resource;

    resource->source->in_flight++;
    resource->weir->progress->in_flight++;
    page->chain->host->in_flight++;
    http_polite_enter(page);
}

void http_schedule_leave(struct http_page *page)
{
    struct http_resource *resource = page->chain->resource;

    resource->source->in_flight--;
    resource->weir->progress->in_flight--;
    page->chain->host->in_flight--;
    http_polite_leave(page);
    http_room_leave(page);
    http_gate_leave(page);
}

static void arm(struct http_source *source)
{
    const struct http_waiter *first = http_waiting_first(&source->waiting);
    uint64_t now = http_source_now(source);

    if (!first) {
        uv_timer_stop(&source->retry_timer);
        return;
    }
    uv_timer_start(&source->retry_timer, http_schedule_on_timer,
        first->due_ms > now ? first->due_ms - now : 0, 0);
}

void http_schedule_retry(struct http_page *page, uint64_t wait_ms)
{
    struct http_resource *resource = page->chain->resource;
    struct http_source *source = resource->source;

    page->state = HTTP_PAGE_WAITING;
    resource->n_waiting++;
    http_waiting_add(&source->waiting, &page->waiter, http_source_now(source) + wait_ms);
    if (http_waiting_first(&source->waiting) == &page->waiter)
        arm(source);
}

void http_schedule_forget(struct http_page *page)
{
    struct http_resource *resource = page->chain->resource;

    if (page->state == HTTP_PAGE_WAITING) {
        http_waiting_remove(&resource->source->waiting, &page->waiter);
        resource->n_waiting--;
    }
    http_gate_forget(page);
    http_page_list_remove(page);
}

void http_schedule_on_timer(uv_timer_t *timer)
{
    struct http_source *source = timer->data;
    uint64_t now = http_source_now(source);
    struct http_waiter *waiter;

    http_again_sum(source, false);
    while ((waiter = http_waiting_first(&source->waiting)) && waiter->due_ms <= now) {
        struct http_page *page = (struct http_page *)(void *)waiter;

        http_waiting_remove(&source->waiting, waiter);
        page->chain->resource->n_waiting--;
        http_schedule_ready(page, true);
    }
    arm(source);
    http_schedule(source);
    http_hand_notify(source);
}

void http_schedule_on_skip(uv_timer_t *timer)
{
    struct http_source *source = timer->data;

    source->skips_left = HTTP_MOST_SKIPS;
    http_schedule(source);
    http_hand_notify(source);
}

void http_schedule_on_login(void *arg)
{
    struct http_source *source = arg;

    http_gate_unlock(source);
    http_schedule(source);
    http_hand_notify(source);
}

void http_schedule_learn(struct http_resource *resource, size_t size)
{
    size_t estimate = resource->estimate;

    if (!resource->has_estimate || size > estimate)
        estimate = size;
    else
        estimate -= (estimate - size) / 16;
    resource->has_estimate = true;
    resource->estimate = estimate > LEAST_ESTIMATE ? estimate : LEAST_ESTIMATE;
}
