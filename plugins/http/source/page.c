#include "page.h"

#include "format/format.h"
#include "hand_over.h"
#include "paging/link_header.h"
#include "room.h"
#include "schedule.h"
#include "source.h"
#include "verdict.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    MOST_HOPS = 10,
    LABEL_SIZE = 512,
    MOST_SPARE_SHARE = 32, /* of a body, that is not worth giving back */
};

static struct http_source *source_of(const struct http_page *page)
{
    return page->chain->resource->source;
}

struct http_page *http_page_new(struct http_chain *chain, uint64_t number, const char *at)
{
    struct http_page *page = weir_calloc(1, sizeof(*page));

    page->chain = chain;
    page->number = number;
    if (at)
        page->at = weir_copy_text(http_page_arena(page), at);
    return page;
}

void http_page_free(struct http_page *page)
{
    if (page->state == HTTP_PAGE_FLYING) {
        http_transfer_cancel(page->transfer);
        http_schedule_leave(page);
    }
    if (page->list == &page->chain->resource->finished)
        http_hand_back(page);
    http_schedule_forget(page);
    http_page_release(page, 0);
    free(page->body);
    free(page->error);
    weir_arena_free(page->arena);
    free(page);
}

struct weir_arena *http_page_arena(struct http_page *page)
{
    /* Most chains have one page; it lives as long as they do. */
    if (page->number == page->chain->first_number)
        return page->chain->arena;
    if (!page->arena)
        page->arena = weir_arena_new();
    return page->arena;
}

void http_page_release(struct http_page *page, size_t keep)
{
    if (page->reserved <= keep)
        return;
    weir_release(source_of(page)->stage, page->reserved - keep);
    page->reserved = keep;
}

void http_page_label(const struct http_page *page, char *out, size_t size)
{
    const struct http_chain *chain = page->chain;
    const char *url = page->url ? page->url : chain->request.url;
    const char *method = page->as_get ? "GET" : chain->request.method;
    char where[256];
    size_t len;

    *out = '\0';
    if (url)
        http_request_label(method, url, out, size < 400 ? size : 400);
    if (!chain->part->partition.n_fields)
        return;
    weir_partition_label(&chain->part->partition, where, sizeof(where));
    len = strlen(out);
    (void)snprintf(out + len, size - len, len ? " (%s)" : "partition %s", where);
}

void http_page_set_error(struct http_page *page, const struct weir_error *error)
{
    page->state = HTTP_PAGE_FAILED;
    page->error = weir_malloc(sizeof(*page->error));
    *page->error = *error;
}

static void give_up(struct http_page *page, const struct weir_error *error)
{
    http_page_set_error(page, error);
    http_page_release(page, 0);
    http_chain_settle(page->chain);
}

static void describe(const struct http_page *page, const struct http_response *response,
    struct weir_error *ret_error)
{
    const struct http_chain *chain = page->chain;

    if (weir_error_is_set(&response->error)) {
        *ret_error = response->error;
    } else {
        struct http_request request = chain->request;

        request.url = page->url;
        http_status_error(
            response, &chain->resource->plan.auth, &request, page->number > 0, ret_error);
    }
}

/* xorshift: spreads retries, guards nothing. */
static uint64_t next_random(struct http_source *source)
{
    source->random ^= source->random << 13;
    source->random ^= source->random >> 7;
    source->random ^= source->random << 17;
    return source->random;
}

static void retry(struct http_page *page, const struct http_response *response)
{
    struct http_resource *resource = page->chain->resource;
    const struct http_retry_options *options = &resource->options->retry;
    struct http_source *source = resource->source;
    uint64_t elapsed_ms = http_source_now(source) - page->began_ms;
    struct weir_error reason = {0};
    char label[LABEL_SIZE];
    uint64_t wait_ms;

    describe(page, response, &reason);
    if (!http_retry_wait(options, page->attempts, elapsed_ms, response->retry_after,
            (int64_t)time(NULL), next_random(source), &wait_ms)) {
        give_up(page, &reason);
        return;
    }
    http_page_label(page, label, sizeof(label));
    weir_log(source->stage, WEIR_LOG_INFO, "%s: %s; attempt %u of %lld in %.2f s", label,
        reason.text, page->attempts + 1, (long long)options->max_attempts, (double)wait_ms / 1000);
    resource->weir->progress->retries++;
    resource->weir->progress->backoff_us += wait_ms * 1000;
    page->url = NULL;
    page->hops = 0;
    page->as_get = false;
    http_schedule_retry(page, wait_ms);
}

static void redirect(struct http_page *page, const struct http_response *response)
{
    struct weir_error error = {0};
    const char *to;

    if (page->hops == MOST_HOPS) {
        weir_error_set(&error, WEIR_FAULT_SOURCE, "E-HTTP-REDIRECT",
            "more than %d redirects, one after the other", MOST_HOPS);
        give_up(page, &error);
        return;
    }
    to = http_redirect_target(page->url, response, http_page_arena(page), &error);
    if (!to) {
        give_up(page, &error);
        return;
    }
    if (http_redirect_becomes_get(response->status, page->chain->request.method))
        page->as_get = true;
    page->url = http_auth_url(&page->chain->resource->plan.auth, http_page_arena(page), to);
    page->hops++;
    http_page_send(page);
}

/* The reservation follows what the answer really takes, as far as the budget allows. */
static void reserve_exactly(struct http_page *page)
{
    size_t want = page->body_size + HTTP_PAGE_OVERHEAD;

    http_schedule_learn(page->chain->resource, want);
    http_page_release(page, want);
    if (page->reserved < want && weir_reserve(source_of(page)->stage, want - page->reserved))
        page->reserved = want;
}

/* It waits for as long as its rows do, so what it was given too much goes back. */
static void take_body(struct http_page *page, struct weir_buf *body)
{
    size_t needed = body->len + WEIR_JSON_PADDING;

    page->body_len = body->len;
    if (body->len == 0)
        return;
    page->body = weir_buf_take(body, &page->body_size);
    if (page->body_size > needed + needed / MOST_SPARE_SHARE) {
        page->body_size = needed;
        page->body = weir_realloc(page->body, page->body_size);
    }
}

static void take(struct http_page *page, struct http_response *response)
{
    struct http_resource *resource = page->chain->resource;

    page->no_content = response->status == 204;
    page->format = http_format_find(resource->options, response->content_type);
    take_body(page, &response->body);
    if (resource->paginator.link_rel && response->link) {
        struct weir_str link = http_link_find(response->link, resource->paginator.link_rel);

        if (link.len)
            page->link = weir_copy(http_page_arena(page), link).ptr;
    }
    reserve_exactly(page);
    page->state = HTTP_PAGE_DONE;
    resource->weir->progress->requests++;
    http_chain_settle(page->chain);
}

/* The end of one try. Whatever it does with the page may close the chain. */
static void page_answered(void *arg, struct http_response *response)
{
    struct http_page *page = arg;
    struct http_resource *resource = page->chain->resource;
    struct http_source *source = resource->source;

    page->transfer = NULL;
    page->state = HTTP_PAGE_READY;
    http_schedule_leave(page);
    resource->weir->progress->bytes += response->wire_bytes;
    resource->weir->progress->network_us += response->elapsed_us;
    switch (http_judge(&resource->options->retry, response)) {
    case HTTP_GOOD:
        take(page, response);
        break;
    case HTTP_REDIRECTED:
        redirect(page, response);
        break;
    case HTTP_RETRY:
        retry(page, response);
        break;
    case HTTP_BAD: {
        struct weir_error error = {0};

        describe(page, response, &error);
        give_up(page, &error);
        break;
    }
    }
    http_schedule(source);
    http_hand_notify(source);
}

static void make_request(struct http_page *page)
{
    const struct http_resource *resource = page->chain->resource;
    struct weir_arena *arena = http_page_arena(page);
    struct http_request request = page->chain->request;

    http_paginator_place(&resource->paginator, arena, page->number, page->at, &request);
    page->url = http_auth_url(&resource->plan.auth, arena, request.url);
    page->headers = request.headers;
    page->sent_body = request.body;
}

void http_page_send(struct http_page *page)
{
    struct http_source *source = source_of(page);
    struct http_request request = page->chain->request;

    if (!page->url)
        make_request(page);
    if (page->hops == 0 && page->attempts++ == 0)
        page->began_ms = http_source_now(source);
    request.url = page->url;
    request.headers = page->headers;
    request.body = page->sent_body;
    request.room = http_room_ask;
    if (page->as_get) {
        request.method = "GET";
        request.body = (struct weir_str){NULL, 0};
    }
    page->state = HTTP_PAGE_FLYING;
    http_schedule_enter(page);
    page->transfer = http_client_send(source->client, &request, page_answered, page);
}
