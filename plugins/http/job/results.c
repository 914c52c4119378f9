#include "results.h"

#include "client/url.h"
#include "work.h"

#include <stdlib.h>
#include <string.h>

struct http_job *http_job_of(const struct http_page *page)
{
    return page->chain->resource->job;
}

int64_t http_job_now(void)
{
    uv_timeval64_t now = {0};

    (void)uv_gettimeofday(&now);
    return now.tv_sec * 1000 + now.tv_usec / 1000;
}

/* --- of a chain ---------------------------------------------------------------------------- */

void http_job_open(struct http_chain *chain)
{
    if (!chain->resource->job)
        return;
    chain->job = weir_calloc(1, sizeof(*chain->job));
    chain->job->is_counted = true;
    chain->resource->job->n_running++;
}

void http_job_done(struct http_chain *chain)
{
    chain->resource->job->n_running -= chain->job->is_counted;
    chain->job->is_counted = false;
}

void http_job_close(struct http_chain *chain)
{
    if (!chain->job)
        return;
    http_job_done(chain);
    weir_arena_free(chain->job->arena);
    free(chain->job);
}

enum weir_status http_job_keep(
    struct http_page *page, struct weir_str body, struct weir_error *ret_error)
{
    struct http_job_results *results = page->chain->job;

    weir_arena_free(results->arena);
    results->arena = weir_arena_new();
    results->urls = NULL;
    results->n_urls = 0;
    results->is_done = true;
    /* The page may be gone when others of the chain ask. */
    results->values = page->job->place.values;
    for (size_t i = 0; i < results->values.names->n; i++) {
        struct weir_value *value = &results->values.values[i];

        if (value->kind == WEIR_TEXT || value->kind == WEIR_DECIMAL)
            value->text = weir_copy(results->arena, weir_value_str(value)).ptr;
    }
    if (!http_job_of(page)->has_download)
        return WEIR_OK;
    return http_job_values_add(&results->values, body, results->arena, ret_error);
}

/* --- where requests may lead ---------------------------------------------------------------- */

/* What the file itself names, and where the job was created, is home. */
static enum weir_status check_origin(const struct http_page *page, const struct http_plan *plan,
    bool is_result, const char *url, const char **ret_from, struct weir_error *ret_error)
{
    const struct http_job_download *download = &http_job_of(page)->options->download;
    struct weir_arena *arena = http_page_arena((struct http_page *)page);
    const char *home = http_url_origin(arena, page->chain->request.url);
    const char *to = http_url_origin(arena, url);

    *ret_from = NULL;
    if ((plan && plan->origin) || strcmp(home, to) == 0)
        return WEIR_OK;
    if (is_result && http_paginator_may_lead(&download->allow_hosts, home, to)) {
        *ret_from = download->login ? NULL : page->chain->request.url;
        return WEIR_OK;
    }
    if (is_result)
        return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-ORIGIN",
            "the result is said to be at %s, but the job was created at %s; if that is right, list "
            "the host under job.download.allow_hosts",
            to, home);
    return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-ORIGIN",
        "the job is to be asked about at %s, but it was created at %s; if that is right, write the "
        "host into job.poll.url",
        to, home);
}

/* --- requests ------------------------------------------------------------------------------- */

/* `kept` takes the place of the plan's address; NULL: it has the one that is meant. */
static enum weir_status fill_with(struct http_page *page, const struct http_plan *plan,
    const struct http_job_values *known, const char *kept, struct http_request *ret_request,
    struct weir_error *ret_error)
{
    struct http_chain *chain = page->chain;
    struct http_values values = {
        .partition = &chain->part->partition, .window = chain->window, .job = known};

    if (http_plan_fill(plan, &values, http_page_arena(page), ret_request, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    if (kept)
        ret_request->url = weir_copy_text(http_page_arena(page), kept);
    return http_url_check(ret_request->url, ret_error);
}

static enum weir_status fill_poll(struct http_page *page, const struct http_job_place *place,
    struct http_request *ret_request, struct weir_error *ret_error)
{
    const struct http_job *job = http_job_of(page);
    const char *from;

    if (fill_with(page, &job->poll, &place->values, job->has_poll ? NULL : place->poll_url,
            ret_request, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    return check_origin(
        page, job->has_poll ? &job->poll : NULL, false, ret_request->url, &from, ret_error);
}

/* A part at a URL that the server gave, which may be a relative one. */
static enum weir_status fill_part(
    struct http_page *page, struct http_request *ret_request, struct weir_error *ret_error)
{
    const struct http_job_results *results = page->chain->job;
    const struct http_job_place *place = &page->job->place;
    const char *url;

    if (place->part >= results->n_urls)
        return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-JOB-CHANGED",
            "the job's result has fewer parts than were loaded; begin anew with --restart");
    url = http_url_resolve(
        http_page_arena(page), page->chain->request.url, results->urls[place->part], ret_error);
    if (!url || fill_with(page, &http_job_of(page)->download, &results->values, url, ret_request,
                    ret_error) != WEIR_OK)
        return WEIR_FAIL;
    return check_origin(page, NULL, true, url, &page->job->from, ret_error);
}

static enum weir_status fill_result(
    struct http_page *page, struct http_request *ret_request, struct weir_error *ret_error)
{
    const struct http_plan *plan = &http_job_of(page)->download;

    if (fill_with(page, plan, &page->chain->job->values, NULL, ret_request, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    return check_origin(page, plan, true, ret_request->url, &page->job->from, ret_error);
}

/* One of the pages of a part. */
static enum weir_status turn_page(
    struct http_page *page, struct http_request *request, struct weir_error *ret_error)
{
    const struct http_paginator *inner = &http_job_of(page)->inner;
    const struct http_job_place *place = &page->job->place;
    const char *at;

    if (!place->at)
        return WEIR_OK;
    if (http_paginator_go_on(
            inner, http_page_arena(page), request->url, place->at, &at, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    http_paginator_place(inner, http_page_arena(page), place->page, at, request);
    return WEIR_OK;
}

enum weir_status http_job_fill(
    struct http_page *page, struct http_request *ret_request, struct weir_error *ret_error)
{
    const struct http_job *job = http_job_of(page);
    enum http_job_stage stage = page->job->stage;
    bool has_rows = stage == HTTP_JOB_DOWNLOAD ||
                    (stage == HTTP_JOB_POLL && !job->has_download && !job->has_urls);
    struct http_request request;
    enum weir_status status;

    if (stage == HTTP_JOB_POLL)
        status = fill_poll(page, &page->job->place, &request, ret_error);
    else if (stage == HTTP_JOB_DOWNLOAD && job->has_urls)
        status = fill_part(page, &request, ret_error);
    else
        status = fill_result(page, &request, ret_error);
    if (status == WEIR_OK && has_rows)
        status = turn_page(page, &request, ret_error);
    if (status == WEIR_OK)
        *ret_request = request;
    return status;
}

/* --- the answer that creates one ------------------------------------------------------------ */

static enum weir_status find_location(struct http_page *page, const struct http_response *response,
    const char **ret_url, struct weir_error *ret_error)
{
    const char *location = http_response_header(response, "Location");
    const char *url;

    if (!location)
        return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-JOB-CREATE",
            "the answer has no Location header, so where to ask about the job is not known; give "
            "job.poll.path");
    url = http_url_resolve(http_page_arena(page), page->url, location, ret_error);
    if (!url)
        return WEIR_FAIL;
    *ret_url = http_credential_strip(page->chain->resource->credential, http_page_arena(page), url);
    return WEIR_OK;
}

enum weir_status http_job_create(struct http_page *page, const struct http_response *response,
    const char **ret_place, struct weir_error *ret_error)
{
    const struct http_job *job = http_job_of(page);
    struct http_job_place place = {.values.names = &job->names, .created_ms = http_job_now()};
    struct weir_str body = {response->body.ptr ? response->body.ptr : "", response->body.len};
    struct weir_error error = {0};
    struct http_request ignored;

    if (!job->has_poll && find_location(page, response, &place.poll_url, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    if (body.len &&
        http_job_values_add(&place.values, body, http_page_arena(page), &error) != WEIR_OK)
        return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-JOB-CREATE",
            "the answer that creates the job cannot be read: %s: %s", error.code, error.text);
    /* What could not be asked about is not kept. */
    if (fill_poll(page, &place, &ignored, &error) != WEIR_OK)
        return weir_error_set(ret_error, WEIR_FAULT_SOURCE,
            strcmp(error.code, "E-ORIGIN") == 0 ? "E-ORIGIN" : "E-JOB-CREATE",
            "with the answer that creates the job it cannot be asked about: %s", error.text);
    *ret_place = http_job_place_write(&place, http_page_arena(page));
    return WEIR_OK;
}
