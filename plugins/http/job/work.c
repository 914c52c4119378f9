#include "work.h"

#include "client/url.h"
#include "results.h"
#include "source/actions.h"
#include "source/attempt.h"
#include "source/schedule.h"

#include <inttypes.h>
#include <string.h>

enum { LABEL_SIZE = 512 };

static struct http_job *job_of(const struct http_page *page)
{
    return page->chain->resource->job;
}

/* --- from one request to the next ---------------------------------------------------------- */

static struct http_job_page *begin(struct http_page *page)
{
    struct http_job_page *own = weir_alloc_zero(http_page_arena(page), 1, sizeof(*own));
    const struct http_job_results *results = page->chain->job;

    page->job = own;
    if (!page->at)
        return own;
    own->stage = results->is_done ? HTTP_JOB_DOWNLOAD : HTTP_JOB_POLL;
    if (!job_of(page)->has_download && !job_of(page)->has_urls)
        own->stage = HTTP_JOB_POLL;
    own->is_stuck = http_job_place_read(page->at, &job_of(page)->names, http_page_arena(page),
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

static bool go_to(struct http_page *page, enum http_job_stage stage)
{
    turn_to(page, stage);
    http_schedule_ready(page, true);
    return true;
}

static bool give_up(struct http_page *page, const struct weir_error *error)
{
    http_attempt_give_up(page, error);
    return true;
}

static void say(const struct http_page *page, const char *what)
{
    char label[LABEL_SIZE];

    http_page_label(page, label, sizeof(label));
    weir_log(page->chain->resource->source->stage, WEIR_LOG_INFO, "%s: %s", label, what);
}

/* --- the job will come to nothing ----------------------------------------------------------- */

/* An earlier run has created it, and nothing of its result is loaded: another one may be. Its place is
 * kept before it is asked about, as that of the first was. */
static bool may_begin_anew(const struct http_page *page)
{
    const struct http_job_place *place = &page->job->place;

    return page->number == page->chain->first_number && place->part == 0 && place->page == 0;
}

static bool fail(struct http_page *page, const struct weir_error *error)
{
    if (!may_begin_anew(page))
        return give_up(page, error);
    say(page, weir_printf(http_page_arena(page),
                  "%s; it is of an earlier run, so another one is "
                  "created",
                  error->text));
    return go_to(page, HTTP_JOB_CREATE);
}

static bool job_failed(
    struct http_page *page, const struct http_response *response, const char *word)
{
    struct weir_arena *arena = weir_arena_new();
    const char *reason = http_job_reason(job_of(page)->options->error_path,
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

static bool job_lost(struct http_page *page, const struct http_response *response)
{
    struct weir_error error = {0};

    weir_error_set(&error, WEIR_FAULT_SOURCE, "E-JOB-LOST",
        "status %d: the server does not know the job %s", response->status,
        may_begin_anew(page)
            ? "any more"
            : "(any more), and parts of its result may be loaded; if it knows it a moment later, "
              "say response_actions: [{ status_code: 404, action: retry }], else begin anew with "
              "--restart");
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
    const struct http_job_poll *poll = &job_of(page)->options->poll;
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
    say(page, weir_printf(http_page_arena(page), "the job's status is '%s'", shown));
}

/* It waits as for another try, and holds nothing meanwhile. */
static bool wait_on(struct http_page *page, const struct http_response *response, const char *word)
{
    const struct http_job_poll *poll = &job_of(page)->options->poll;
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
    resource->weir->progress->backoff_us += ms * 1000;
    page->attempts = 0;
    page->refusals = 0;
    http_page_restart(page);
    http_page_release(page, 0);
    http_schedule_retry(page, ms);
    return true;
}

/* --- the result ---------------------------------------------------------------------------- */

/* The parts are known. */
static bool download(struct http_page *page)
{
    struct http_job_page *own = page->job;
    const struct http_job_results *results = page->chain->job;
    struct weir_error error = {0};

    if (!job_of(page)->has_urls)
        return go_to(page, HTTP_JOB_DOWNLOAD);
    if (own->place.n_parts && own->place.n_parts != results->n_urls) {
        weir_error_set(&error, WEIR_FAULT_SOURCE, "E-JOB-CHANGED",
            "the job's result had %" PRIu64 " parts, of which %" PRIu64
            " are loaded, and now it has %zu; begin anew with --restart",
            own->place.n_parts, own->place.part, results->n_urls);
        return give_up(page, &error);
    }
    if (results->n_urls == 0) {
        http_attempt_take_nothing(page, true);
        return true;
    }
    return go_to(page, HTTP_JOB_DOWNLOAD);
}

static bool read_urls(struct http_page *page, struct weir_str body)
{
    struct http_job_results *results = page->chain->job;
    struct weir_error error = {0};

    if (http_job_urls(&job_of(page)->urls, body, results->arena, &results->urls, &results->n_urls,
            &error) != WEIR_OK)
        return give_up(page, &error);
    return download(page);
}

static bool job_completed(struct http_page *page, struct weir_str body)
{
    struct http_job *job = job_of(page);
    struct weir_error error = {0};

    http_job_done(page->chain);
    /* Its rows are here. */
    if (!job->has_download && !job->has_urls)
        return false;
    page->chain->resource->weir->progress->requests++;
    if (http_job_keep(page, body, &error) != WEIR_OK)
        return give_up(page, &error);
    if (!job->has_urls)
        return download(page);
    return job->has_download ? go_to(page, HTTP_JOB_LOOK) : read_urls(page, body);
}

static bool polled(struct http_page *page, const struct http_response *response)
{
    struct http_job_page *own = page->job;
    struct weir_str body = {response->body.ptr ? response->body.ptr : "", response->body.len};
    struct weir_arena *arena;
    struct weir_error error = {0};
    enum http_job_state state;
    const char *word;
    bool is_dealt_with = true;

    own->has_asked = true;
    /* A later page of rows that the answer itself has. */
    if (own->place.page > 0 && !job_of(page)->has_download && !job_of(page)->has_urls) {
        http_job_done(page->chain);
        return false;
    }
    arena = weir_arena_new();
    state = http_job_judge(
        &job_of(page)->options->status, response->status, body, arena, &word, &error);
    if (state == HTTP_JOB_COMPLETED)
        is_dealt_with = job_completed(page, body);
    else if (state == HTTP_JOB_FAILED)
        is_dealt_with = job_failed(page, response, word);
    else if (state == HTTP_JOB_RUNNING)
        is_dealt_with = wait_on(page, response, word);
    else
        is_dealt_with = give_up(page, &error);
    weir_arena_free(arena);
    return is_dealt_with;
}

/* --- answers -------------------------------------------------------------------------------- */

/* What the file says of certain answers by their bodies is for those that no worker sees, too. */
static bool is_certain(struct http_page *page, struct weir_str body)
{
    const struct weir_groups *actions = &page->chain->resource->options->response_actions;
    struct weir_error error = {0};
    enum http_verdict verdict = http_actions_decide(actions, page->actions_left, body, &error);

    if (verdict == HTTP_GOOD)
        return false;
    page->actions_left = 0;
    if (verdict == HTTP_IGNORE || verdict == HTTP_STOP) {
        http_attempt_take_nothing(page, true);
        return true;
    }
    page->skips = verdict == HTTP_SKIP;
    if (verdict == HTTP_SKIP || verdict == HTTP_BAD ||
        !http_attempt_again(page, verdict, &error, NULL))
        http_attempt_give_up(page, &error);
    return true;
}

static bool created(struct http_page *page, const struct http_response *response)
{
    struct weir_error error = {0};

    if (http_job_create(page, response, &page->link, &error) != WEIR_OK)
        return give_up(page, &error);
    http_attempt_take_nothing(page, false);
    return true;
}

static bool is_good(struct http_page *page, struct http_response *response)
{
    struct weir_str body = {response->body.ptr ? response->body.ptr : "", response->body.len};
    bool has_rows = page->job->stage == HTTP_JOB_DOWNLOAD;

    /* A worker decides about rows. */
    if (!has_rows && page->actions_left && body.len && is_certain(page, body))
        return true;
    switch (page->job->stage) {
    case HTTP_JOB_CREATE:
        return created(page, response);
    case HTTP_JOB_POLL:
        return polled(page, response);
    case HTTP_JOB_LOOK:
        page->chain->resource->weir->progress->requests++;
        return read_urls(page, body);
    case HTTP_JOB_DOWNLOAD:
        break;
    }
    return false;
}

/* Signed URLs are good for some minutes; those of a job that is done can be had anew. */
static bool has_expired(const struct http_page *page, int status)
{
    return page->job->stage == HTTP_JOB_DOWNLOAD && job_of(page)->has_urls &&
           !page->job->has_asked &&
           (status == 400 || status == 401 || status == 403 || status == 404 || status == 410);
}

bool http_job_answered(
    struct http_page *page, enum http_verdict verdict, struct http_response *response)
{
    if (verdict == HTTP_GOOD)
        return is_good(page, response);
    if (verdict != HTTP_BAD && verdict != HTTP_REFRESH_AUTH)
        return false;
    if (has_expired(page, response->status)) {
        say(page, "the URL is not good any more; asking for another one");
        return go_to(page, HTTP_JOB_POLL);
    }
    if (verdict == HTTP_BAD && page->job->stage == HTTP_JOB_POLL &&
        (response->status == 404 || response->status == 410))
        return job_lost(page, response);
    return false;
}

/* --- what follows --------------------------------------------------------------------------- */

bool http_job_begins_part(const struct http_page *page)
{
    return page->job && page->job->place.page == 0;
}

static enum weir_status next_page(struct http_page *page, const struct http_facts *facts,
    struct http_job_place *next, struct weir_error *ret_error)
{
    const struct http_job *job = job_of(page);
    /* Who was asked as by a stranger may name pages of its own. */
    const char *home = page->home == page->job->from ? NULL : page->home;
    const struct http_origin from = {page->url, next->at, home};
    enum weir_status status;
    const char *at;

    if (next->page + 1 >= job->inner.max_pages)
        return WEIR_END;
    status = http_paginator_next(&job->inner, http_page_arena(page), &from, facts, &at, ret_error);
    if (at && job->follows_links)
        at = http_credential_strip(page->chain->resource->credential, http_page_arena(page), at);
    next->page++;
    next->at = at;
    return status;
}

enum weir_status http_job_next(struct http_page *page, const struct http_facts *facts,
    struct weir_arena *arena, const char **ret_at, struct weir_error *ret_error)
{
    const struct http_job_page *own = page->job;
    struct http_job_place next = own->place;
    uint64_t n_parts = job_of(page)->has_urls ? page->chain->job->n_urls : 1;
    enum weir_status status;

    *ret_at = facts->next;
    if (own->stage == HTTP_JOB_CREATE)
        return facts->next ? WEIR_OK : WEIR_END;
    *ret_at = NULL;
    next.n_parts = n_parts;
    status = next_page(page, facts, &next, ret_error);
    if (status == WEIR_END) {
        if (next.part + 1 >= n_parts)
            return WEIR_END;
        next.part++;
        next.page = 0;
        next.at = NULL;
        status = WEIR_OK;
    }
    *ret_at = http_job_place_write(&next, arena);
    return status;
}
