#include "past.h"

#include "job/job.h"
#include "kept.h"
#include "source/attempt.h"
#include "source/source.h"

#include <stdio.h>
#include <string.h>

/* --- check and start ---------------------------------------------------------------------- */

/* What of the resource needs bodies; NULL: nothing. */
static const char *need_of(const struct weir_resource *resource)
{
    const struct http_resource_options *options = resource->options;
    struct http_paginator paginator;

    http_paginator_init(&paginator, &options->paginator);
    if (resource->disposition == WEIR_REPLACE)
        return "write_disposition: replace needs the rows of every answer";
    if (resource->n_children)
        return "other resources are read from its rows";
    if (!paginator.kind->computable)
        return "each page says what the next one is";
    return NULL;
}

void http_past_check(
    const struct weir_resource *resource, bool has_cache, struct weir_mistakes *mistakes)
{
    const struct http_resource_options *options = resource->options;
    const struct weir_node *node = weir_resource_node(resource, "conditional");
    const char *need = need_of(resource);

    if (!options->conditional)
        return;
    if (http_job_is_used(resource))
        weir_mistake(mistakes, node, 0, "E-VALUE",
            "'conditional' is not for a job, whose result is made anew each time");
    else if (options->method != HTTP_GET)
        weir_mistake(mistakes, node, 0, "E-VALUE",
            "'conditional' is for GET: servers say of no other answer whether it has changed");
    if (!resource->keeps_notes)
        weir_mistake(mistakes, node, 0, "E-VALUE",
            "'conditional' needs a loader that remembers what it was given last, such as sqlite or "
            "postgres");
    if (need && !has_cache)
        weir_mistake(mistakes, node, 0, "E-VALUE",
            "'conditional' needs a 'cache' under extract here, for a server does not send what has "
            "not changed, and %s",
            need);
}

void http_past_start(struct http_resource *resource, struct weir_arena *arena)
{
    static const char *const no_fields[] = {NULL};

    if (!resource->options->conditional || !resource->weir->keeps_notes ||
        http_job_is_used(resource->weir))
        return;
    resource->pasts = weir_new(arena, struct http_pasts);
    resource->pasts->needs_bodies = need_of(resource->weir) != NULL;
    resource->pasts->common = http_kept_common(resource, no_fields);
}

/* --- a request and its answer ------------------------------------------------------------- */

static const struct http_pasts *pasts_of(const struct http_page *page)
{
    return page->chain->resource->pasts;
}

static void write_hash(const unsigned char bytes[HTTP_CACHE_HASH], char ret_text[HTTP_NOTE_HASH])
{
    for (size_t i = 0; i < HTTP_NOTE_HASH / 2; i++)
        (void)snprintf(ret_text + 2 * i, 3, "%02x", bytes[i]);
}

static void find(struct http_page *page)
{
    const struct http_resource *resource = page->chain->resource;
    struct weir_arena *arena = http_page_arena(page);
    struct http_past *past = weir_new(arena, struct http_past);
    const char *text =
        weir_noted(resource->source->stage, resource->weir, &page->chain->id, page->number);
    const struct http_cache_key key =
        http_cache_key_for(&pasts_of(page)->common, page->url, page->headers);

    page->past = past;
    write_hash(key.bytes, past->is.request);
    if (text && http_note_read(text, arena, &past->was) &&
        strcmp(past->was.request, past->is.request) == 0)
        past->text = text;
}

void http_past_ask(struct http_page *page, struct http_request *request)
{
    struct http_past *past;

    if (!pasts_of(page))
        return;
    if (!page->past)
        find(page);
    past = page->past;
    past->is_asked = past->text && !pasts_of(page)->needs_bodies && page->hops == 0 &&
                     !(page->kept && page->kept->is_asked) &&
                     http_validators_ask(&past->was.validators, request, http_page_arena(page));
}

bool http_past_is_confirmed(const struct http_page *page, const struct http_response *response)
{
    return page->past && page->past->is_asked && page->hops == 0 && response->status == 304 &&
           !weir_error_is_set(&response->error);
}

void http_past_learn(struct http_page *page, const struct http_response *response)
{
    if (!pasts_of(page))
        return;
    if (!page->past)
        find(page);
    page->past->is.validators = (struct http_validators){NULL, NULL};
    /* The address that was asked is not the one that gave it. */
    if (page->hops == 0)
        page->past->is.validators = http_validators_of(response, http_page_arena(page));
}

void http_past_take(struct http_page *page)
{
    page->past->has_no_body = true;
    page->no_content = true;
    page->body_len = 0;
    page->chain->resource->weir->progress->not_modified++;
}

/* --- its unit ----------------------------------------------------------------------------- */

static const char *copy(const char *text, struct weir_arena *arena)
{
    return text ? weir_copy_text(arena, text) : NULL;
}

struct http_past *http_past_hand(const struct http_page *page, struct weir_arena *arena)
{
    struct http_past *past;

    if (!page->past || page->state != HTTP_PAGE_DONE)
        return NULL;
    past = weir_new(arena, struct http_past);
    *past = *page->past;
    past->text = copy(past->text, arena);
    past->is.validators.tag = copy(past->is.validators.tag, arena);
    past->is.validators.time = copy(past->is.validators.time, arena);
    past->was.validators = (struct http_validators){NULL, NULL};
    return past;
}

void http_past_facts(const struct http_past *past, struct http_facts *ret_facts)
{
    ret_facts->n_rows = past->was.n_rows;
    ret_facts->total = past->was.total;
    ret_facts->more = past->was.more;
    ret_facts->stops = past->was.stops;
    /* Whoever loaded them has seen to that. */
    ret_facts->found = HTTP_FOUND_NEXT | HTTP_FOUND_TOTAL | HTTP_FOUND_MORE;
}

void http_past_read(struct http_past *past, struct weir_str body)
{
    unsigned char sum[HTTP_CACHE_HASH];

    http_cache_sum(body, sum);
    write_hash(sum, past->is.body);
    past->is_same = past->text && strcmp(past->is.body, past->was.body) == 0;
}

bool http_past_leaves_out(const struct http_past *past, const struct weir_resource *resource)
{
    return past && (past->has_no_body || past->is_same) && resource->disposition != WEIR_REPLACE;
}

const char *http_past_note(
    struct http_past *past, const struct http_facts *facts, struct weir_arena *arena)
{
    if (past->has_no_body)
        return past->text;
    past->is.n_rows = facts->n_rows;
    past->is.total = facts->total;
    past->is.more = facts->more;
    past->is.stops = facts->stops;
    return http_note_text(&past->is, arena);
}
