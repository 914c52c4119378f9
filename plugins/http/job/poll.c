#include "source/schedule.h"
#include "step.h"

#include <inttypes.h>
#include <string.h>

/* --- the job will come to nothing ----------------------------------------------------------- */

/* An earlier run has created it, and nothing of its result is loaded: another one may be. Its place
 * takes that of the first. */
static bool may_begin_anew(const struct http_page *page)
{
    const struct http_job_place *place = &page->job->place;

    return page->number == page->chain->first_number && place->part == 0 && place->page == 0;
}

static bool fail(struct http_page *page, const struct weir_error *error)
{
    if (!may_begin_anew(page))
        return http_job_give_up(page, error);
    http_job_say(page, weir_printf(http_page_arena(page),
                           "%s; it is of an earlier run, so another one is created", error->text));
    return http_job_go_to(page, HTTP_JOB_CREATE);
}

bool http_job_failed(struct http_page *page, const struct http_response *response, const char *word)
{
    struct weir_arena *arena = weir_arena_new();
    const char *reason = http_job_reason(http_job_of(page)->options->error_path,
        (struct weir_str){response->body.ptr, response->body.len}, arena);
    struct http_response shown = *response;
    struct weir_error error = {0};
    char excerpt[HTTP_EXCERPT], status[64];

    if (reason) {
        shown.body.ptr = weir_copy_text(arena, reason);
        shown.body.len = strlen(reason);
    }
    http_excerpt(&shown, page->chain->resource->credential, page->request, excerpt);
    weir_str_printable(weir_str(word), status, sizeof(status));
    weir_error_set(&error, WEIR_FAULT_SOURCE, "E-JOB-FAILED",
        "the job has failed at the server, status '%s'%s", status, excerpt);
    weir_arena_free(arena);
    return fail(page, &error);
}

bool http_job_lost(struct http_page *page, const struct http_response *response)
{
    const struct http_job_place *place = &page->job->place;
    struct weir_error error = {0};
    const char *remedy = "";

    if (place->part > 0 || place->page > 0)
        remedy = ", and a part of its result is loaded; begin anew with --restart";
    else if (!may_begin_anew(page))
        remedy = "; if it does a moment later, say response_actions: [{ status_code: 404, action: "
                 "retry }]; the next run creates another one";
    weir_error_set(&error, WEIR_FAULT_SOURCE, "E-JOB-LOST",
        "status %d: the server does not know the job%s", response->status, remedy);
    return fail(page, &error);
}

/* --- polling ------------------------------------------------------------------------------- */

static uint64_t age_ms(const struct http_page *page)
{
    int64_t age = http_job_now() - page->job->place.created_ms;

    return age > 0 ? (uint64_t)age : 0;
}

static uint64_t wait_ms(const struct http_page *page, const struct http_response *response)
{
    const struct http_resource *resource = page->chain->resource;
    const struct http_job_poll *poll = &http_job_of(page)->options->poll;
    const char *header = http_response_header(response, "Retry-After");
    uint64_t ms = poll->interval, asked, left = poll->timeout - age_ms(page);

    if (resource->options->retry.respect_retry_after &&
        http_retry_after_ms(header, http_job_now() / 1000, &asked) && asked > ms)
        ms = asked;
    return ms < left ? ms : left;
}

/* What it says is told once, and again when it changes. */
static void tell(struct http_page *page, const char *word)
{
    struct http_job_page *own = page->job;
    char shown[sizeof(own->told)];

    weir_str_printable(weir_str(*word ? word : "running"), shown, sizeof(shown));
    if (strcmp(shown, own->told) == 0)
        return;
    memcpy(own->told, shown, sizeof(shown));
    http_job_say(page, weir_printf(http_page_arena(page), "the job's status is '%s'", shown));
}

/* It waits as for another try, and holds nothing meanwhile. */
bool http_job_wait(struct http_page *page, const struct http_response *response, const char *word)
{
    const struct http_job_poll *poll = &http_job_of(page)->options->poll;
    struct http_resource *resource = page->chain->resource;
    struct weir_error error = {0};
    uint64_t ms;

    if (age_ms(page) >= poll->timeout) {
        weir_error_set(&error, WEIR_FAULT_SOURCE, "E-JOB-TIMEOUT",
            "the job is not done after %" PRIu64 " s; raise job.poll.timeout, or ask for less",
            age_ms(page) / 1000);
        return fail(page, &error);
    }
    tell(page, word);
    ms = wait_ms(page, response);
    resource->weir->progress->requests++;
    resource->weir->progress->backoff_us += ms * 1000;
    page->attempts = 0;
    page->refusals = 0;
    http_page_restart(page);
    http_page_release(page, 0);
    http_schedule_retry(page, ms);
    return true;
}
