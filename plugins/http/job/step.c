#include "step.h"

#include "source/attempt.h"
#include "source/schedule.h"
#include "work.h"

#include <string.h>

enum { LABEL_SIZE = 512 };

/* --- from one request to the next ---------------------------------------------------------- */

static struct http_job_page *begin(struct http_page *page)
{
    struct http_job_page *own = weir_alloc_zero(http_page_arena(page), 1, sizeof(*own));
    const struct http_job_results *results = page->chain->job;

    page->job = own;
    if (!page->at)
        return own;
    own->stage = results->is_done ? HTTP_JOB_DOWNLOAD : HTTP_JOB_POLL;
    if (!http_job_of(page)->has_download && !http_job_of(page)->has_urls)
        own->stage = HTTP_JOB_POLL;
    own->is_stuck = http_job_place_read(page->at, &http_job_of(page)->names, http_page_arena(page),
                        &own->place, &own->error) != WEIR_OK;
    return own;
}

void http_job_prepare(struct http_page *page)
{
    struct http_job_page *own = page->job ? page->job : begin(page);

    page->request = &page->chain->request;
    if (own->stage == HTTP_JOB_CREATE || own->is_stuck)
        return;
    if (!own->request.url && http_job_fill(page, &own->request, &own->error) != WEIR_OK) {
        own->is_stuck = true;
        return;
    }
    page->request = &own->request;
    page->home = own->from;
}

const struct weir_error *http_job_stuck(const struct http_page *page)
{
    return page->job && page->job->is_stuck ? &page->job->error : NULL;
}

/* The page asks for something else next. */
static void turn_to(struct http_page *page, enum http_job_stage stage)
{
    struct http_job_page *own = page->job;

    own->stage = stage;
    own->request = (struct http_request){0};
    own->from = NULL;
    page->request = &page->chain->request;
    page->attempts = 0;
    page->refusals = 0;
    http_page_restart(page);
}

bool http_job_go_to(struct http_page *page, enum http_job_stage stage)
{
    turn_to(page, stage);
    http_schedule_ready(page, true);
    return true;
}

bool http_job_give_up(struct http_page *page, const struct weir_error *error)
{
    http_attempt_give_up(page, error);
    return true;
}

void http_job_say(const struct http_page *page, const char *what)
{
    char label[LABEL_SIZE];

    http_page_label(page, label, sizeof(label));
    weir_log(page->chain->resource->source->stage, WEIR_LOG_INFO, "%s: %s", label, what);
}
