#include "work.h"

#include "answer/actions.h"
#include "source/attempt.h"
#include "step.h"

#include <inttypes.h>
#include <string.h>

/* --- the result ---------------------------------------------------------------------------- */

/* The parts are known. */
static bool download(struct http_page *page)
{
    struct http_job_page *own = page->job;
    const struct http_job_results *results = page->chain->job;
    struct weir_error error = {0};

    if (!http_job_of(page)->has_urls)
        return http_job_go_to(page, HTTP_JOB_DOWNLOAD);
    if (own->place.n_parts && own->place.n_parts != results->n_urls) {
        weir_error_set(&error, WEIR_FAULT_SOURCE, "E-JOB-CHANGED",
            "the job's result had %" PRIu64 " parts, of which %" PRIu64
            " are loaded, and now it has %zu; begin anew with --restart",
            own->place.n_parts, own->place.part, results->n_urls);
        return http_job_give_up(page, &error);
    }
    if (results->n_urls == 0) {
        http_attempt_take_nothing(page, true);
        return true;
    }
    return http_job_go_to(page, HTTP_JOB_DOWNLOAD);
}

static bool read_urls(struct http_page *page, struct weir_str body)
{
    struct http_job_results *results = page->chain->job;
    struct weir_error error = {0};

    if (http_job_urls(&http_job_of(page)->urls, body, results->arena, &results->urls,
            &results->n_urls, &error) != WEIR_OK)
        return http_job_give_up(page, &error);
    return download(page);
}

static bool job_completed(struct http_page *page, struct weir_str body)
{
    struct http_job *job = http_job_of(page);
    struct weir_error error = {0};

    http_job_done(page->chain);
    /* Its rows are here. */
    if (!job->has_download && !job->has_urls)
        return false;
    page->chain->resource->weir->progress->requests++;
    if (http_job_keep(page, body, &error) != WEIR_OK)
        return http_job_give_up(page, &error);
    if (!job->has_urls)
        return download(page);
    return job->has_download ? http_job_go_to(page, HTTP_JOB_LOOK) : read_urls(page, body);
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
    if (own->place.page > 0 && !http_job_of(page)->has_download && !http_job_of(page)->has_urls) {
        http_job_done(page->chain);
        return false;
    }
    arena = weir_arena_new();
    state = http_job_judge(
        &http_job_of(page)->options->status, response->status, body, arena, &word, &error);
    if (state == HTTP_JOB_COMPLETED)
        is_dealt_with = job_completed(page, body);
    else if (state == HTTP_JOB_FAILED)
        is_dealt_with = http_job_failed(page, response, word);
    else if (state == HTTP_JOB_RUNNING)
        is_dealt_with = http_job_wait(page, response, word);
    else
        is_dealt_with = http_job_give_up(page, &error);
    weir_arena_free(arena);
    return is_dealt_with;
}

/* --- answers -------------------------------------------------------------------------------- */

/* What the file says of certain answers by their bodies is for those that no worker sees, too. */
static bool is_certain(
    struct http_page *page, const struct http_response *response, struct weir_str body)
{
    const struct http_actions *actions = &page->chain->resource->actions;
    struct weir_arena *arena = weir_arena_new();
    struct weir_error error = {0};
    enum http_verdict verdict = http_actions_decide(actions, page->actions_left,
        http_actions_head(actions, page->actions_left, response, arena), body, &error);

    weir_arena_free(arena);
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
        return http_job_give_up(page, &error);
    http_attempt_take_nothing(page, false);
    return true;
}

static bool is_good(struct http_page *page, struct http_response *response)
{
    struct weir_str body = {response->body.ptr ? response->body.ptr : "", response->body.len};
    bool has_rows = page->job->stage == HTTP_JOB_DOWNLOAD;

    /* A worker decides about rows. */
    if (!has_rows && page->actions_left && body.len && is_certain(page, response, body))
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
    return page->job->stage == HTTP_JOB_DOWNLOAD && http_job_of(page)->has_urls &&
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
        http_job_say(page, "the URL is not good any more; asking for another one");
        return http_job_go_to(page, HTTP_JOB_POLL);
    }
    if (verdict == HTTP_BAD && page->job->stage == HTTP_JOB_POLL &&
        (response->status == 404 || response->status == 410))
        return http_job_lost(page, response);
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
    const struct http_job *job = http_job_of(page);
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
    uint64_t n_parts = http_job_of(page)->has_urls ? page->chain->job->n_urls : 1;
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
