#include "chain.h"

#include "client/url.h"
#include "hand_over.h"
#include "schedule.h"
#include "source.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    MOST_MISSES = 3, /* pages that fail one behind the other where the end is not known */
    LABEL_SIZE = 512,
};

static struct http_page *add_page(struct http_chain *chain, const char *at)
{
    struct http_page *page = http_page_new(chain, chain->next_number++, at);

    *(chain->last ? &chain->last->next : &chain->first) = page;
    chain->last = page;
    if (!chain->undelivered)
        chain->undelivered = page;
    chain->n_undelivered++;
    chain->n_unjudged++;
    return page;
}

/* Frees the first page, which is judged. */
static void drop_first(struct http_chain *chain)
{
    struct http_page *page = chain->first;

    chain->first = page->next;
    if (!chain->first)
        chain->last = NULL;
    if (chain->undelivered == page)
        chain->undelivered = page->next;
    if (page->state != HTTP_PAGE_OUT)
        chain->n_undelivered--;
    chain->n_unjudged--;
    http_page_free(page);
}

/* Frees all pages behind `last`, or all of them if it is NULL. */
static void drop_behind(struct http_chain *chain, struct http_page *last)
{
    struct http_page *page = last ? last->next : chain->first;

    while (page) {
        struct http_page *next = page->next;

        if (page->state != HTTP_PAGE_OUT)
            chain->n_undelivered--;
        chain->n_unjudged--;
        http_page_free(page);
        page = next;
    }
    *(last ? &last->next : &chain->first) = NULL;
    chain->last = last;
}

/* The chain is at its end: only what is in batches already comes back, to be dropped too. */
static void end(struct http_chain *chain)
{
    struct http_page *last_out = NULL;

    for (struct http_page *page = chain->first; page && page->state == HTTP_PAGE_OUT;
         page = page->next)
        last_out = page;
    drop_behind(chain, last_out);
    chain->undelivered = NULL;
    chain->ended = true;
}

void http_chain_cut(struct http_chain *chain)
{
    struct http_page *last = NULL;

    if (!chain->undelivered)
        return;
    for (struct http_page *page = chain->first; page != chain->undelivered; page = page->next)
        last = page;
    drop_behind(chain, last);
    chain->undelivered = NULL;
}

void http_chain_close(struct http_chain *chain)
{
    struct http_resource *resource = chain->resource;

    drop_behind(chain, NULL);
    *(chain->before ? &chain->before->behind : &resource->chains) = chain->behind;
    if (chain->behind)
        chain->behind->before = chain->before;
    resource->n_chains--;
    http_host_release(&resource->source->hosts, chain->host);
    http_seen_done(&chain->seen);
    weir_arena_free(chain->arena);
    free(chain);
}

/* May another page be asked for before those under way are judged? */
static bool may_extend(const struct http_chain *chain)
{
    const struct http_paginator *paginator = &chain->resource->paginator;
    uint64_t ahead;

    if (!paginator->kind->computable || chain->ended || chain->resource->source->failed)
        return false;
    if (chain->next_number >= chain->n_pages)
        return false;
    /* The first page says how many there are. */
    if (paginator->total_path && chain->first && chain->first->number == 0)
        return false;
    if (chain->knows_total)
        ahead = 4 * paginator->prefetch + 16;
    else
        ahead = paginator->prefetch == 1 ? 1 : 2 * paginator->prefetch;
    return chain->n_undelivered < paginator->prefetch && chain->n_unjudged < ahead;
}

static void extend(struct http_chain *chain)
{
    while (may_extend(chain))
        http_schedule_ready(add_page(chain, NULL), false);
}

static struct http_chain *chain_new(struct http_resource *resource, struct weir_arena *arena)
{
    struct http_chain *chain = weir_calloc(1, sizeof(*chain));

    chain->resource = resource;
    chain->arena = arena;
    chain->n_pages = resource->paginator.max_pages;
    chain->behind = resource->chains;
    if (chain->behind)
        chain->behind->before = chain;
    resource->chains = chain;
    resource->n_chains++;
    return chain;
}

enum weir_status http_chain_open(struct http_resource *resource, struct weir_error *ret_error)
{
    const struct http_plan *plan = &resource->plan;
    struct weir_arena *arena = weir_arena_new();
    struct weir_error error = {0};
    struct weir_partition partition;
    struct http_chain *chain;
    struct http_page *page;
    enum weir_status status =
        weir_partition_next(resource->partitions, arena, &partition, ret_error);

    if (status != WEIR_OK) {
        weir_arena_free(arena);
        return status;
    }
    chain = chain_new(resource, arena);
    chain->partition = partition;
    page = add_page(chain, NULL);
    if (http_plan_fill(plan, &chain->partition, arena, &chain->request, &error) != WEIR_OK) {
        http_page_set_error(page, &error);
        http_chain_settle(chain);
        return WEIR_OK;
    }
    chain->host = http_host_use(&resource->source->hosts,
        plan->origin ? plan->origin : http_url_origin(arena, chain->request.url));
    http_schedule_ready(page, false);
    extend(chain);
    return WEIR_OK;
}

/* Says where an error was met: whoever found it knows the answer, not the address. */
static void place_error(
    const struct http_page *page, const struct weir_error *error, struct weir_error *ret_error)
{
    char label[LABEL_SIZE];

    http_page_label(page, label, sizeof(label));
    *ret_error = (struct weir_error){0};
    if (page->attempts > 1)
        weir_error_set(ret_error, error->fault, error->code, "%s: %u attempts, the last: %s", label,
            page->attempts, error->text);
    else
        weir_error_set(ret_error, error->fault, error->code, "%s: %s", label, error->text);
}

/* More partitions have gaps than the file allows: the run fails. */
static void count_gap(struct http_chain *chain, const struct weir_error *error)
{
    struct http_resource *resource = chain->resource;
    uint64_t total = weir_partition_cursor_total(resource->partitions);
    struct weir_error gaps = {0};

    if (chain->has_gap)
        return;
    chain->has_gap = true;
    resource->n_gaps++;
    if (!resource->options->max_failed_partitions ||
        resource->n_gaps <= http_allowance_of(&resource->allowance, total))
        return;
    weir_error_set(&gaps, error->fault, "E-HTTP-GAPS",
        "%" PRIu64 " of %" PRIu64 " partitions of '%s' failed, more than max_failed_partitions: "
        "%s; the last: %s",
        resource->n_gaps, total, resource->weir->name, resource->options->max_failed_partitions,
        error->text);
    http_source_fail(resource->source, &gaps);
}

/* The first page gave nothing, or names no page to go on with. Returns whether the chain goes on
 * without it. */
static bool survives(
    struct http_chain *chain, const struct http_page *page, const struct weir_error *error)
{
    struct http_resource *resource = chain->resource;
    struct http_source *source = resource->source;
    struct weir_error placed;
    char label[LABEL_SIZE];

    resource->weir->progress->failures++;
    place_error(page, error, &placed);
    if (resource->options->on_error == HTTP_FAIL) {
        http_source_fail(source, &placed);
        return false;
    }
    http_page_label(page, label, sizeof(label));
    weir_give_up(source->stage, resource->weir, label, page->attempts, error);
    count_gap(chain, &placed);
    chain->misses++;
    return resource->options->on_error == HTTP_CONTINUE && !source->failed && chain->host &&
           resource->paginator.kind->computable && page->number + 1 < chain->n_pages &&
           (chain->knows_total || chain->misses < MOST_MISSES);
}

/* The first page is judged and done with. */
static void pass(struct http_chain *chain, bool goes_on)
{
    drop_first(chain);
    if (goes_on)
        extend(chain);
    else
        end(chain);
}

void http_chain_settle(struct http_chain *chain)
{
    struct http_page *page;

    while ((page = chain->undelivered)) {
        if (page->state == HTTP_PAGE_DONE) {
            chain->undelivered = page->next;
            http_hand_over(page);
        } else if (page->state == HTTP_PAGE_FAILED && page == chain->first) {
            pass(chain, survives(chain, page, page->error));
        } else {
            break;
        }
    }
    if (!chain->first)
        http_chain_close(chain);
}

void http_chain_taken(struct http_chain *chain, struct http_page *page)
{
    page->state = HTTP_PAGE_OUT;
    chain->n_undelivered--;
    extend(chain);
}

static void learn_total(struct http_chain *chain, const struct http_facts *facts)
{
    struct http_resource *resource = chain->resource;

    if (facts->total < 0 || !resource->paginator.kind->count)
        return;
    chain->n_pages = http_paginator_count(&resource->paginator, facts);
    chain->knows_total = true;
    if (weir_partition_cursor_total(resource->partitions) == 1)
        resource->weir->progress->requests_total = chain->n_pages;
}

/* A server that does not know the parameter gives the same page for ever. */
static bool is_repeat(
    struct http_chain *chain, const struct http_facts *facts, struct weir_error *ret_error)
{
    bool repeats =
        facts->hash && facts->n_rows && !chain->knows_total && facts->hash == chain->last_hash;

    chain->last_hash = facts->hash;
    if (repeats)
        weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-PAGE-LOOP",
            "the same answer as for the page before, byte for byte; does the server know the "
            "paginator's parameter? If pages may be alike, give total_path or a maximum");
    return repeats;
}

/* What the page before named: not where the chain has been already. */
static enum weir_status add_place(
    struct http_chain *chain, const char *at, struct weir_error *ret_error)
{
    if (chain->first->number == 0)
        (void)http_seen_add(&chain->seen, chain->request.url);
    if (!http_seen_add(&chain->seen, at))
        return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-PAGE-LOOP",
            "page %" PRIu64 " names a next page that was here before: the server leads in a circle",
            chain->first->number + 1);
    http_schedule_ready(add_page(chain, at), false);
    return WEIR_OK;
}

/* A good answer: does the chain go on? */
static bool follow(struct http_chain *chain, struct http_page *page, const struct http_facts *facts)
{
    struct weir_error error = {0};
    enum weir_status status;
    const char *at;

    chain->misses = 0;
    if (page->number + 1 >= chain->n_pages)
        return false;
    status = http_paginator_next(
        &chain->resource->paginator, http_page_arena(page), page->url, facts, &at, &error);
    if (status == WEIR_OK && at && !chain->resource->source->failed)
        status = add_place(chain, at, &error);
    if (status != WEIR_FAIL)
        return status == WEIR_OK;
    return survives(chain, page, &error);
}

bool http_chain_judge(struct http_chain *chain, struct http_page *page,
    const struct http_facts *facts, const struct weir_error *error)
{
    struct weir_error repeat = {0};
    bool keep = false;

    if (chain->ended) {
        drop_first(chain);
    } else {
        learn_total(chain, facts);
        if (!error && is_repeat(chain, facts, &repeat))
            error = &repeat;
        keep = !error;
        pass(chain, error ? survives(chain, page, error) : follow(chain, page, facts));
    }
    http_chain_settle(chain);
    return keep;
}
