#include "attempt.h"

#include "answer/actions.h"
#include "cache/kept.h"
#include "format/format.h"
#include "gate.h"
#include "hand_over.h"
#include "job/work.h"
#include "redirect.h"
#include "room.h"
#include "schedule.h"
#include "source.h"
#include "stream/stream.h"

#include <string.h>

enum {
    MOST_HOPS = 10,
    MOST_SPARE_SHARE = 32, /* of a body, that is not worth giving back */
};

static struct http_source *source_of(const struct http_page *page)
{
    return page->chain->resource->source;
}

void http_attempt_give_up(struct http_page *page, const struct weir_error *error)
{
    http_page_set_error(page, error);
    http_page_release(page, 0);
    http_chain_settle(page->chain);
}

/* The client knows nothing of what else a resource could say. */
static void describe_failure(
    const struct http_page *page, const struct weir_error *failure, struct weir_error *ret_error)
{
    if (page->chain->stream || page->job || !strstr(failure->text, "max_response_size"))
        *ret_error = *failure;
    else
        (void)weir_error_set(ret_error, failure->fault, failure->code,
            "%s; raise that, or say 'stream: true' to load it piece by piece", failure->text);
}

static void describe(const struct http_page *page, const struct http_response *response,
    struct weir_error *ret_error)
{
    struct http_request request = *page->request;

    if (weir_error_is_set(&response->error)) {
        describe_failure(page, &response->error, ret_error);
        return;
    }
    request.url = page->url;
    request.headers = page->headers;
    http_status_error(response, page->chain->resource->credential, &request,
        page->number > 0 && !page->chain->stream, ret_error);
}

static void redirect(struct http_page *page, const struct http_response *response)
{
    const struct http_redirect_from from = {page->url, page->home != NULL,
        source_of(page)->options->follow == HTTP_FOLLOW_ANY, page->chain->resource->credential};
    struct http_redirect to;
    struct weir_error error = {0};

    if (page->hops == MOST_HOPS) {
        weir_error_set(&error, WEIR_FAULT_SOURCE, "E-HTTP-REDIRECT",
            "more than %d redirects, one after the other", MOST_HOPS);
        http_attempt_give_up(page, &error);
        return;
    }
    if (http_redirect_find(&from, response, http_page_arena(page), &to, &error) != WEIR_OK) {
        http_attempt_give_up(page, &error);
        return;
    }
    if (to.is_away || http_redirect_becomes_get(response->status, page->request->method))
        page->as_get = true;
    if (to.is_away && !page->home)
        page->home = page->url;
    page->url = to.url;
    page->hops++;
    /* It is a request as any other. */
    http_schedule_ready(page, true);
}

/* The reservation follows what the answer really takes, as far as the budget allows. */
static void reserve_exactly(struct http_page *page)
{
    bool is_kept = page->kept && page->kept->state == HTTP_KEPT_TAKEN;
    size_t want = is_kept ? http_kept_size(page) : page->body_size + HTTP_PAGE_OVERHEAD;

    if (!is_kept)
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

static void finish(struct http_page *page)
{
    reserve_exactly(page);
    page->state = HTTP_PAGE_DONE;
    page->chain->resource->weir->progress->requests++;
    http_chain_settle(page->chain);
}

static void fail(struct http_page *page, enum http_verdict verdict, const struct weir_error *error,
    const struct http_response *response)
{
    if (verdict != HTTP_BAD && verdict != HTTP_SKIP &&
        http_attempt_again(page, verdict, error, response))
        return;
    page->skips = verdict == HTTP_SKIP;
    http_attempt_give_up(page, error);
}

static void take(struct http_page *page, struct http_response *response)
{
    const struct http_resource *resource = page->chain->resource;
    struct weir_error error = {0};
    enum http_verdict verdict = http_stream_end(page, &error);

    if (verdict != HTTP_GOOD) {
        fail(page, verdict, &error, response);
        return;
    }
    page->no_content = response->status == 204;
    page->format = http_format_find(resource->options, response->content_type);
    page->head =
        http_actions_head(&resource->actions, page->actions_left, response, http_page_arena(page));
    if (!page->body)
        take_body(page, &response->body);
    page->link = http_paginator_of_head(&resource->paginator, response, http_page_arena(page));
    http_kept_renew(page, response);
    http_past_learn(page, response);
    finish(page);
}

/* Nothing came but that it has not changed. */
static void take_unchanged(struct http_page *page, const struct http_response *response)
{
    if (!(page->kept && page->kept->is_asked)) {
        http_past_take(page);
    } else if (http_kept_leads_on(page, response)) {
        http_kept_take(page, true);
    } else {
        page->shuns_cache = true;
        http_page_restart(page);
        http_schedule_ready(page, true);
        return;
    }
    finish(page);
}

void http_attempt_skip(struct http_page *page)
{
    http_kept_take(page, false);
    page->state = HTTP_PAGE_DONE;
    http_chain_settle(page->chain);
}

void http_attempt_take_nothing(struct http_page *page, bool is_last)
{
    page->no_content = true;
    page->is_last = is_last;
    finish(page);
}

static void take_none(struct http_page *page, const struct http_response *response, bool is_last)
{
    struct weir_error error = {0};

    if (http_stream_leave(page, &error) == WEIR_OK)
        http_attempt_take_nothing(page, is_last);
    else
        fail(page, HTTP_BAD, &error, response);
}

static void act(struct http_page *page, enum http_verdict verdict, struct http_response *response)
{
    struct weir_error error = {0};
    bool is_accepted = verdict == HTTP_CONFIRMED ||
                       (response->status >= 200 && response->status <= 299 && !page->home);

    if (is_accepted)
        http_credential_accepted(page->chain->resource->credential, page->login);
    if (page->job && http_job_answered(page, verdict, response))
        return;
    switch (verdict) {
    case HTTP_GOOD:
        take(page, response);
        break;
    case HTTP_CONFIRMED:
        take_unchanged(page, response);
        break;
    case HTTP_REDIRECTED:
        redirect(page, response);
        break;
    case HTTP_IGNORE:
    case HTTP_STOP:
        take_none(page, response, verdict == HTTP_STOP);
        break;
    case HTTP_RETRY:
    case HTTP_RATE_LIMITED:
    case HTTP_REFRESH_AUTH:
    case HTTP_RESET:
    case HTTP_SKIP:
    case HTTP_BAD:
    case HTTP_UNKEPT:
        describe(page, response, &error);
        fail(page, verdict, &error, response);
        break;
    }
}

enum http_verdict http_attempt_judge(struct http_page *page, const struct http_response *response)
{
    const struct http_resource *resource = page->chain->resource;
    enum http_verdict verdict = http_judge(&resource->options->retry, response);

    if (http_kept_is_confirmed(page, response) || http_past_is_confirmed(page, response))
        return HTTP_CONFIRMED;
    if (weir_error_is_set(&response->error))
        return verdict;
    return http_actions_judge(&resource->actions, response, verdict, &page->actions_left);
}

/* Whoever turns a login away that is used up may do so with any status. A 429, and no other login to
 * ask with, speaks for the whole origin. */
static bool is_used_up(
    struct http_page *page, enum http_verdict verdict, const struct http_response *response)
{
    struct http_credential *credential = page->chain->resource->credential;
    struct weir_error ignored = {0};

    if (page->home || !http_credential_answered(credential, page->login, response))
        return false;
    if (verdict == HTTP_RATE_LIMITED && http_credential_prepare(credential, &ignored) != WEIR_OK)
        http_polite_slow(page, response->retry_after);
    return true;
}

/* The end of one try. Whatever it does with the page may close the chain. */
static void page_answered(void *arg, struct http_response *response)
{
    struct http_page *page = arg;
    struct http_resource *resource = page->chain->resource;
    struct http_source *source = resource->source;
    enum http_verdict verdict = http_attempt_judge(page, response);

    page->transfer = NULL;
    page->state = HTTP_PAGE_READY;
    http_polite_learn(page, verdict, response);
    http_schedule_leave(page);
    resource->weir->progress->bytes += response->wire_bytes - page->told;
    page->told = 0;
    resource->weir->progress->network_us += response->elapsed_us;
    if (is_used_up(page, verdict, response))
        verdict = HTTP_REFRESH_AUTH;
    act(page, verdict, response);
    http_schedule(source);
    http_hand_notify(source);
}

/* As the paginator places it, without the login. */
void http_attempt_prepare(struct http_page *page)
{
    struct http_request request;

    if (page->url)
        return;
    if (page->chain->resource->job)
        http_job_prepare(page);
    request = *page->request;
    http_paginator_place(
        &page->chain->resource->paginator, http_page_arena(page), page->number, page->at, &request);
    page->url = request.url;
    page->headers = request.headers;
    page->sent_body = request.body;
}

void http_attempt(struct http_page *page)
{
    struct http_resource *resource = page->chain->resource;
    struct http_source *source = resource->source;
    struct http_request request;

    http_attempt_prepare(page);
    if (http_job_stuck(page)) {
        http_gate_forget(page);
        http_attempt_give_up(page, http_job_stuck(page));
        return;
    }
    request = *page->request;
    if (page->hops == 0 && page->attempts++ == 0)
        page->began_ms = http_source_now(source);
    request.url = page->url;
    request.headers = page->headers;
    request.body = page->sent_body;
    request.room = http_room_ask;
    if (page->chain->stream)
        request.taker = http_stream_taker(page);
    if (page->as_get) {
        request.method = "GET";
        request.body = (struct weir_str){NULL, 0};
    }
    page->login = 0;
    if (page->home)
        http_redirect_disguise(&request, http_page_arena(page));
    else
        page->login = http_credential_apply(resource->credential, &request, http_page_arena(page));
    http_kept_ask(page, &request);
    http_past_ask(page, &request);
    page->state = HTTP_PAGE_FLYING;
    http_schedule_enter(page);
    page->transfer = http_client_send(source->client, &request, page_answered, page);
}
