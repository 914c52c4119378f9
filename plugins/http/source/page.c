#include "page.h"

#include "cache/kept.h"
#include "hand_over.h"
#include "schedule.h"
#include "source.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct http_page *http_page_new(struct http_chain *chain, uint64_t number, const char *at)
{
    struct http_page *page = weir_calloc(1, sizeof(*page));

    page->chain = chain;
    page->number = number;
    page->request = &chain->request;
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
    http_polite_leave(page);
    http_kept_forget(page);
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

void http_page_restart(struct http_page *page)
{
    page->url = page->home = NULL;
    page->hops = 0;
    page->as_get = false;
    http_kept_forget(page);
    page->past = NULL;
}

void http_page_release(struct http_page *page, size_t keep)
{
    if (page->reserved <= keep)
        return;
    weir_release(page->chain->resource->source->stage, page->reserved - keep);
    page->reserved = keep;
}

void http_page_label(const struct http_page *page, char *out, size_t size)
{
    const struct http_chain *chain = page->chain;
    const char *url = page->url ? page->url : page->request->url;
    const char *method = page->as_get ? "GET" : page->request->method;
    char where[256];
    size_t len;

    *out = '\0';
    if (url)
        http_request_label(method, url, out, size < 400 ? size : 400);
    len = strlen(out);
    if (chain->resource->paginator.is_hidden)
        (void)snprintf(out + len, size - len, " page %" PRIu64, page->number + 1);
    if (!chain->part->partition.n_fields)
        return;
    weir_partition_label(&chain->part->partition, where, sizeof(where));
    len = strlen(out);
    (void)snprintf(out + len, size - len, len ? " (%s)" : "partition %s", where);
}

int http_page_on_error(const struct http_page *page)
{
    return page->skips ? HTTP_SKIP_PARTITION : page->chain->resource->options->on_error;
}

void http_page_set_error(struct http_page *page, const struct weir_error *error)
{
    page->state = HTTP_PAGE_FAILED;
    page->error = weir_malloc(sizeof(*page->error));
    *page->error = *error;
}
