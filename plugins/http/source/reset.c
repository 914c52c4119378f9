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
