#include "chain.h"

#include "client/url.h"
#include "hand_over.h"
#include "job/work.h"
#include "schedule.h"
#include "source.h"
#include "stream/stream.h"

#include <stdlib.h>

struct http_page *http_chain_add(struct http_chain *chain, const char *at)
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

struct http_page *http_chain_split(struct http_chain *chain, struct http_page *rest)
{
    struct http_page *page = http_page_new(chain, rest->number, NULL);
    struct http_page **link = &chain->first;

    while (*link != rest)
        link = &(*link)->next;
    *link = page;
    page->next = rest;
    rest->number = chain->next_number++;
    if (chain->undelivered == rest)
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

/* Frees all pages behind `last`, or all of them if it is NULL. A stale one stays until it is back. */
static void drop_behind(struct http_chain *chain, struct http_page *last)
{
    struct http_page **link = last ? &last->next : &chain->first;
    struct http_page *page;

    chain->last = last;
    while ((page = *link)) {
        if (page->is_stale) {
            chain->last = page;
            link = &page->next;
            continue;
        }
        *link = page->next;
        if (page->state != HTTP_PAGE_OUT)
            chain->n_undelivered--;
        chain->n_unjudged--;
        http_page_free(page);
    }
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

    for (struct http_page *page = chain->first; page; page = page->next)
        page->is_stale = false;
    drop_behind(chain, NULL);
    *(chain->before ? &chain->before->behind : &resource->chains) = chain->behind;
    if (chain->behind)
        chain->behind->before = chain->before;
    resource->n_chains--;
    http_job_close(chain);
    http_host_release(&resource->source->hosts, chain->host);
    http_seen_done(&chain->guard.seen);
    http_stream_free(chain->stream);
    if (chain->arena != chain->part->arena)
        weir_arena_free(chain->arena);
    http_part_release(chain->part);
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
    /* The first answer says how many there are. */
    if (paginator->total_path && chain->first && chain->first->number == chain->first_number)
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
        http_schedule_ready(http_chain_add(chain, NULL), false);
}

static struct http_chain *chain_new(struct http_resource *resource, const struct http_start *start)
{
    struct http_chain *chain = weir_calloc(1, sizeof(*chain));

    chain->resource = resource;
    chain->part = start->part;
    chain->arena = start->is_only ? start->part->arena : weir_arena_new();
    chain->id = start->chain;
    chain->window = weir_window_copy(chain->arena, start->window);
    chain->is_hole = start->is_hole;
    chain->first_number = chain->next_number = start->number;
    chain->misses = start->misses;
    chain->n_pages = start->is_hole ? start->number + 1 : resource->paginator.max_pages;
    if (resource->options->stream)
        chain->stream = http_stream_new(resource->options);
    chain->behind = resource->chains;
    if (chain->behind)
        chain->behind->before = chain;
    resource->chains = chain;
    resource->n_chains++;
    http_job_open(chain);
    return chain;
}

/* The request, and in a chain that goes on what names its first page. */
static enum weir_status make_request(struct http_chain *chain, const struct http_start *start,
    const char **ret_at, struct weir_error *ret_error)
{
    const struct http_resource *resource = chain->resource;
    struct http_values values = {.partition = &chain->part->partition, .window = chain->window};

    *ret_at = NULL;
    if (http_plan_fill(&resource->plan, &values, chain->arena, &chain->request, ret_error) !=
        WEIR_OK)
        return WEIR_FAIL;
    if (http_paginator_takes(&resource->paginator, &chain->request, chain->arena, ret_error) !=
        WEIR_OK)
        return WEIR_FAIL;
    if (start->number == 0)
        return WEIR_OK;
    if (chain->stream)
        return http_stream_go_on(chain->stream, start->next, ret_error);
    return http_paginator_go_on(
        &resource->paginator, chain->arena, chain->request.url, start->next, ret_at, ret_error);
}

enum weir_status http_chain_open(struct http_resource *resource, struct weir_error *ret_error)
{
    const char *origin = resource->plan.origin;
    struct weir_error error = {0};
    struct http_start start;
    struct http_chain *chain;
    struct http_page *page;
    const char *at;
    enum weir_status status = http_walk_next(resource, &start, ret_error);

    if (status != WEIR_OK)
        return status;
    chain = chain_new(resource, &start);
    status = make_request(chain, &start, &at, &error);
    page = http_chain_add(chain, at);
    if (status != WEIR_OK) {
        http_page_set_error(page, &error);
        http_chain_settle(chain);
        return WEIR_OK;
    }
    chain->host = http_host_use(&resource->source->hosts,
        origin ? origin : http_url_origin(chain->arena, chain->request.url));
    http_schedule_ready(page, false);
    extend(chain);
    return WEIR_OK;
}

void http_chain_pass(struct http_chain *chain, bool goes_on)
{
    drop_first(chain);
    if (goes_on)
        extend(chain);
    else if (!chain->ended)
        end(chain);
}

void http_chain_settle(struct http_chain *chain)
{
    struct http_page *page;

    while ((page = chain->undelivered) &&
           (page->state == HTTP_PAGE_DONE || page->state == HTTP_PAGE_FAILED)) {
        chain->undelivered = page->next;
        http_hand_over(page);
    }
    if (!chain->first)
        http_chain_close(chain);
}

static void drop(struct http_chain *chain, struct http_page *page)
{
    struct http_page *before = chain->first == page ? NULL : chain->first;

    while (before && before->next != page)
        before = before->next;
    *(before ? &before->next : &chain->first) = page->next;
    if (chain->last == page)
        chain->last = before;
    chain->n_unjudged--;
    http_page_free(page);
}

void http_chain_recall(struct http_chain *chain)
{
    struct http_page *first = chain->first;

    for (struct http_page *page = first->next; page; page = page->next) {
        page->is_stale = page->state == HTTP_PAGE_OUT;
        if (page->list == &chain->resource->finished)
            http_hand_back(page);
    }
    chain->undelivered = first;
    chain->n_undelivered++;
}

void http_chain_return(struct http_chain *chain, struct http_page *page)
{
    page->is_stale = false;
    if (!chain->undelivered) {
        /* The chain was cut meanwhile. */
        drop(chain, page);
        http_chain_settle(chain);
        return;
    }
    chain->n_undelivered++;
    http_page_restart(page);
    http_schedule_ready(page, false);
}

void http_chain_taken(struct http_chain *chain, struct http_page *page)
{
    page->state = HTTP_PAGE_OUT;
    chain->n_undelivered--;
    extend(chain);
}
