#include "gate.h"

#include "schedule.h"

static bool has_slot(const struct http_source *source, const struct http_host *host)
{
    return host->in_flight < http_polite_slots(source, host);
}

void http_gate_park(struct http_page *page, struct http_page_list *list)
{
    http_page_list_append(list, page);
    page->chain->resource->n_parked++;
}

void http_gate_unpark(struct http_page *page)
{
    http_page_list_remove(page);
    page->chain->resource->n_parked--;
    http_schedule_ready(page, true);
}

/* Whose login was refused most often is first: a new one has served nobody before. */
static void lock(struct http_page *page)
{
    struct http_resource *resource = page->chain->resource;
    struct http_page *behind = resource->locked.first;

    while (behind && behind->refusals >= page->refusals)
        behind = behind->behind;
    http_page_list_insert(&resource->locked, page, behind);
    resource->n_parked++;
}

/* A login that fails for good ends the run, whatever on_error says: nothing can be asked for. */
static bool is_logged_in(struct http_page *page)
{
    struct http_resource *resource = page->chain->resource;
    struct weir_error error = {0};
    enum weir_status status = http_credential_prepare(resource->credential, &error);

    if (status == WEIR_OK)
        return true;
    if (status == WEIR_FAIL)
        http_source_fail(resource->source, &error);
    lock(page);
    return false;
}

bool http_gate_pass(struct http_page *page)
{
    struct http_host *host = page->chain->host;

    if (!is_logged_in(page) || !http_polite_may_ask(page))
        return false;
    if (!has_slot(page->chain->resource->source, host)) {
        http_gate_park(page, &host->blocked);
        return false;
    }
    return http_polite_pass(page);
}

bool http_gate_is_shut(const struct http_resource *resource)
{
    const struct http_page *next = resource->ready.first;

    /* Those that were refused stand in front, and have an order among themselves. */
    if (resource->locked.n && !(next && next->refusals))
        return true;
    return (resource->host && !has_slot(resource->source, resource->host));
}

void http_gate_unlock(struct http_source *source)
{
    for (size_t i = 0; i < source->n_resources; i++)
        while (source->resources[i].locked.last)
            http_gate_unpark(source->resources[i].locked.last);
}

/* As many as have slots now, the last of them first: each goes before all that are ready. */
static void free_slots(const struct http_source *source, struct http_host *host)
{
    uint64_t slots = http_polite_slots(source, host);
    struct http_page *page = host->blocked.first;

    for (uint64_t n = host->in_flight + 1; page && n < slots && page->behind; n++)
        page = page->behind;
    while (page && host->in_flight < slots) {
        struct http_page *before = page->before;

        http_gate_unpark(page);
        page = before;
    }
}

void http_gate_leave(struct http_page *page)
{
    struct http_resource *resource = page->chain->resource;
    if (http_credential_leave(resource->credential, page->login))
        http_gate_unlock(resource->source);
    free_slots(resource->source, page->chain->host);
}

void http_gate_forget(struct http_page *page)
{
    /* It may have been let through to a slot that it will not use. */
    if (page->state == HTTP_PAGE_READY && page->chain->host)
        free_slots(page->chain->resource->source, page->chain->host);
    if (!page->list || page->list == &page->chain->resource->ready)
        return;
    http_page_list_remove(page);
    page->chain->resource->n_parked--;
}
