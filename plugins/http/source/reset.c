#include "reset.h"

#include "schedule.h"
#include "source.h"

enum { LABEL_SIZE = 512 };

static void tell(const struct http_page *page, const struct weir_error *reason)
{
    const struct http_chain *chain = page->chain;
    char label[LABEL_SIZE];

    http_page_label(page, label, sizeof(label));
    if (chain->n_resets == HTTP_MOST_RESETS)
        weir_log(chain->resource->source->stage, WEIR_LOG_WARNING,
            "%s: %s; its pages were begun anew %d times in this run, and are not again", label,
            reason->text, HTTP_MOST_RESETS);
    else
        weir_log(chain->resource->source->stage, WEIR_LOG_INFO,
            "%s: %s; its pages begin anew (%u of %d)", label, reason->text, chain->n_resets + 1,
            HTTP_MOST_RESETS);
}

bool http_reset(struct http_page *page, const struct weir_error *reason)
{
    struct http_chain *chain = page->chain;

    if (!page->at)
        return false;
    tell(page, reason);
    if (chain->n_resets == HTTP_MOST_RESETS)
        return false;
    chain->n_resets++;
    chain->resource->weir->progress->retries++;
    http_guard_forget(chain);
    page->at = NULL;
    page->attempts = page->refusals = 0;
    /* What it kept of the first page names what has expired. */
    page->shuns_cache = true;
    http_page_restart(page);
    http_schedule_ready(page, true);
    return true;
}

void http_reset_check(const struct weir_resource *resource, const struct weir_node *at,
    struct weir_mistakes *mistakes)
{
    const struct http_resource_options *options = resource->options;
    struct http_paginator paginator;

    http_paginator_init(&paginator, &options->paginator);
    if (paginator.kind->computable)
        weir_mistake(mistakes, at, 0, "E-VALUE",
            "'reset_pagination' is for pages that answers name (cursor, links, keyset); these are "
            "computed, so none of them expires: use retry");
    else if (paginator.max_pages != UINT64_MAX)
        weir_mistake(mistakes, at, 0, "E-VALUE",
            "'reset_pagination' does not go with max_pages, which would count pages of before and "
            "behind it together; give stop_when instead");
    if (resource->disposition != WEIR_MERGE)
        weir_mistake(mistakes, at, 0, "E-VALUE",
            "'reset_pagination' reads rows a second time, which only write_disposition: merge with "
            "a primary_key takes without harm");
}
