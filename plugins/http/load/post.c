#include "post.h"

#include "answer.h"
#include "request/request.h"
#include "sink.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <weir/plugin.h>

enum { LABEL_SIZE = 512 };

void http_post_init(struct http_post *post, struct http_sink *sink, uv_loop_t *loop)
{
    *post = (struct http_post){.sink = sink};
    uv_timer_init(loop, &post->timer);
    post->timer.data = post;
}

static struct http_rows rows_of(const struct http_post *post)
{
    return (struct http_rows){post->held->batch, post->first, post->n_rows};
}

/* --- what came of it ------------------------------------------------------------------------ */

static void settle(struct http_post *post, bool was_taken)
{
    post->state = HTTP_POST_FREE;
    http_sink_settle(post, was_taken);
}

static void write_label(const struct http_post *post, char out[LABEL_SIZE])
{
    const struct http_sink *sink = post->sink;

    http_request_label(http_load_method_name(sink->options->method), sink->url, out, LABEL_SIZE);
}

/* "rows 1 to 500 of its unit", as the source or the transforms left them. */
static void tell_rows(const struct http_post *post, char *out, size_t size)
{
    const struct weir_batch *batch = post->held->batch;
    bool is_exact;
    size_t from = weir_batch_row_number(batch, post->first, &is_exact);
    size_t to = weir_batch_row_number(batch, post->first + post->n_rows - 1, &is_exact);

    (void)snprintf(out, size, "resource '%s', rows %zu to %zu of %sits unit", batch->resource->name,
        from, to, is_exact ? "" : "what is left of ");
}

/* Where one row was sent, it is to blame, and can be named. */
static void fail_at_row(struct http_post *post, const char *label, const struct weir_error *reason)
{
    struct http_sink *sink = post->sink;
    struct weir_error told = {0};

    if (weir_reject(sink->stage, post->held->batch, post->first, NULL, reason->fault, reason->code,
            "%s: %s", label, reason->text) == WEIR_OK) {
        settle(post, true);
        return;
    }
    /* Told already; here it only ends the rest. */
    told = *reason;
    http_sink_fail(sink, &told);
    settle(post, false);
}

static void give_up(struct http_post *post, const struct weir_error *reason)
{
    struct weir_error error = {0};
    char label[LABEL_SIZE], rows[LABEL_SIZE], tries[32] = "";

    write_label(post, label);
    if (post->attempts > 1)
        (void)snprintf(tries, sizeof(tries), "; %u attempts", post->attempts);
    if (post->n_rows == 1 && reason->fault == WEIR_FAULT_DATA) {
        fail_at_row(post, label, reason);
        return;
    }
    tell_rows(post, rows, sizeof(rows));
    weir_error_set(
        &error, reason->fault, reason->code, "%s: %s: %s%s", rows, label, reason->text, tries);
    http_sink_fail(post->sink, &error);
    settle(post, false);
}

/* --- another try ---------------------------------------------------------------------------- */

static void on_timer(uv_timer_t *timer)
{
    http_post_try(timer->data);
}

static void wait_for(struct http_post *post, uint64_t ms)
{
    post->state = HTTP_POST_WAITS;
    post->is_paced = false;
    (void)http_sink_now(post->sink);
    uv_timer_start(&post->timer, on_timer, ms, 0);
}

static void log_again(
    const struct http_post *post, const struct weir_error *reason, const char *when)
{
    char label[LABEL_SIZE];

    write_label(post, label);
    weir_log(post->sink->stage, WEIR_LOG_INFO, "%s: %s; attempt %u of %lld %s", label, reason->text,
        post->attempts + 1, (long long)post->sink->options->retry.max_attempts, when);
}

/* False: it was often enough, or it is too late. */
static bool retry(struct http_post *post, enum http_load_verdict verdict,
    const struct weir_error *reason, const char *retry_after)
{
    struct http_sink *sink = post->sink;
    uint64_t now = http_sink_now(sink);
    uint64_t wait_ms;
    char when[32];

    if (!http_retry_wait(&sink->options->retry, post->attempts, now - post->began_ms, retry_after,
            (int64_t)time(NULL), http_retry_random(&sink->random), &wait_ms))
        return false;
    (void)snprintf(when, sizeof(when), "in %.2f s", (double)wait_ms / 1000);
    log_again(post, reason, when);
    if (verdict == HTTP_SLOWER && now + wait_ms > sink->hold_until)
        sink->hold_until = now + wait_ms;
    wait_for(post, wait_ms);
    return true;
}

static bool log_in_again(
    struct http_post *post, const struct weir_error *reason, const struct http_response *response)
{
    if (!http_credential_refused(post->sink->credential, post->login, ++post->refusals, response))
        return false;
    log_again(post, reason, "with a new login");
    http_post_try(post);
    return true;
}

/* A run that has to end waits for no other try. */
static void stop_trying(struct http_post *post, const struct weir_error *reason)
{
    struct weir_error error = {0};

    if (weir_stopping(post->sink->stage))
        weir_error_set(&error, WEIR_FAULT_DESTINATION, "E-STOPPED",
            "not all rows were sent, because the run is being stopped; the last answer was: %s",
            reason->text);
    else
        error = *reason;
    give_up(post, &error);
}

static bool try_again(struct http_post *post, enum http_load_verdict verdict,
    const struct weir_error *reason, const struct http_response *response)
{
    return verdict == HTTP_LOGIN ? log_in_again(post, reason, response)
                                 : retry(post, verdict, reason, response->retry_after);
}

static void not_taken(
    struct http_post *post, enum http_load_verdict verdict, struct http_response *response)
{
    struct http_sink *sink = post->sink;
    struct http_request request = {.url = sink->url, .headers = sink->headers};
    struct http_rows rows = rows_of(post);
    struct weir_error error = {0};

    http_load_error(response, sink->credential, &request, &rows, &error);
    if (verdict == HTTP_REFUSED)
        give_up(post, &error);
    else if (sink->has_failed || weir_stopping(sink->stage))
        stop_trying(post, &error);
    else if (!try_again(post, verdict, &error, response))
        give_up(post, &error);
}

static void answered(void *arg, struct http_response *response)
{
    struct http_post *post = arg;
    struct http_sink *sink = post->sink;
    enum http_load_verdict verdict = http_load_judge(&sink->options->retry, response);
    bool others_wait = http_credential_leave(sink->credential, post->login);
    bool was_paced = post->paced.is_taken && sink->pace.n;

    http_pace_answered(&sink->pace, &post->paced, response);

    post->transfer = NULL;
    post->state = HTTP_POST_BUSY;
    /* Whoever turns a login away that is used up may do so with any status. */
    if (http_credential_answered(sink->credential, post->login, response))
        verdict = HTTP_LOGIN;
    if (verdict == HTTP_TAKEN) {
        http_credential_accepted(sink->credential, post->login);
        settle(post, true);
    } else {
        not_taken(post, verdict, response);
    }
    if (others_wait)
        http_sink_on_login(sink);
    if (was_paced)
        http_sink_on_answer(sink);
}

/* --- sending -------------------------------------------------------------------------------- */

static void write_key(
    const struct http_post *post, const struct http_body *body, char out[HTTP_KEY_SIZE])
{
    const struct http_sink *sink = post->sink;
    const struct weir_unit *unit = &post->held->batch->units[post->unit];
    struct http_key_parts parts = {
        .scope = sink->scope,
        .pipeline = weir_pipeline_name(sink->stage),
        .resource = post->held->batch->resource->name,
        .position = unit->position,
        .ordinal = post->held->first_ordinal + post->unit,
        .row = post->first - unit->first_row,
        .digest = body->digest,
    };

    http_key(&parts, out);
}

static const char *const *lines_with_key(
    const struct http_post *post, const struct http_body *body, struct weir_arena *arena)
{
    const struct http_sink *sink = post->sink;
    const char **lines;
    char key[HTTP_KEY_SIZE];
    size_t n = 0;

    while (sink->headers[n])
        n++;
    lines = weir_new_array(arena, n + 2, const char *);
    memcpy(lines, sink->headers, n * sizeof(*lines));
    write_key(post, body, key);
    lines[n] = weir_printf(arena, "%s: %s", sink->options->idempotency_key.header, key);
    return lines;
}

static void send_rows(struct http_post *post, const struct http_body *body)
{
    struct http_sink *sink = post->sink;
    struct weir_arena *arena = weir_arena_new();
    struct http_request request = {
        .method = http_load_method_name(sink->options->method),
        .url = sink->url,
        .headers = lines_with_key(post, body, arena),
        .body = {body->text.ptr, body->text.len},
    };

    if (post->attempts++ == 0)
        post->began_ms = http_sink_now(sink);
    post->login = http_credential_apply(sink->credential, &request, arena);
    http_pace_take(&sink->pace, &post->paced);
    post->state = HTTP_POST_FLYING;
    post->transfer = http_client_send(sink->client, &request, answered, post);
    weir_arena_free(arena);
}

static void fail_here(struct http_post *post, const struct weir_error *error)
{
    http_sink_fail(post->sink, error);
    settle(post, false);
}

/* Does it wait for no rate limit? */
static bool keeps_pace(struct http_post *post)
{
    struct weir_error error = {0};
    uint64_t ms;

    if (http_pace_wait(&post->sink->pace, &ms, &error) != WEIR_OK) {
        fail_here(post, &error);
        return false;
    }
    if (ms == 0)
        return true;
    wait_for(post, ms);
    post->is_paced = true;
    return false;
}

void http_post_wait_again(struct http_post *post)
{
    struct weir_error ignored = {0};
    uint64_t ms;

    (void)http_sink_now(post->sink);
    if (http_pace_wait(&post->sink->pace, &ms, &ignored) == WEIR_OK)
        uv_timer_start(&post->timer, on_timer, ms, 0);
}

/* May it be sent now? If not, it waits, or is settled. */
static bool may_send(struct http_post *post)
{
    struct http_sink *sink = post->sink;
    struct weir_error error = {0};
    uint64_t now = http_sink_now(sink);
    enum weir_status status;

    if (now < sink->hold_until) {
        wait_for(post, sink->hold_until - now);
        return false;
    }
    status = http_credential_prepare(sink->credential, &error);
    if (status == WEIR_AGAIN)
        post->state = HTTP_POST_LOCKED;
    else if (status != WEIR_OK) {
        error.fault = WEIR_FAULT_DESTINATION;
        fail_here(post, &error);
    }
    return status == WEIR_OK && keeps_pace(post);
}

/* All that is left of the unit, until the first try has found how much of it goes into a request; each
 * other writes the same again. */
static size_t end_of(const struct http_post *post)
{
    const struct weir_unit *unit = &post->held->batch->units[post->unit];

    return post->n_rows ? post->first + post->n_rows : unit->first_row + unit->n_rows;
}

void http_post_try(struct http_post *post)
{
    struct http_sink *sink = post->sink;
    struct weir_error error = {0};
    struct http_body body;
    bool ok;

    post->state = HTTP_POST_BUSY;
    /* A body is large: none is made where it would only wait. */
    if (post->is_paced && !may_send(post))
        return;
    post->is_paced = false;
    ok = http_body_write(
        &body, &sink->form, post->held->batch, post->held->columns, post->first, end_of(post));
    post->n_rows = body.n_rows ? body.n_rows : 1;
    if (!ok) {
        weir_error_set(&error, WEIR_FAULT_DATA, "E-LIMIT-BODY",
            "the rows are too large for one request; lower batch.rows or batch.bytes");
        give_up(post, &error);
    } else if (may_send(post)) {
        send_rows(post, &body);
    }
    http_body_done(&body);
}

size_t http_post_begin(struct http_post *post, struct http_held *held, size_t unit, size_t first)
{
    post->held = held;
    post->unit = unit;
    post->first = first;
    post->n_rows = 0;
    post->attempts = post->refusals = 0;
    http_post_try(post);
    return post->n_rows;
}

void http_post_cancel(struct http_post *post)
{
    uv_timer_stop(&post->timer);
    if (post->transfer) {
        http_transfer_cancel(post->transfer);
        post->transfer = NULL;
        (void)http_credential_leave(post->sink->credential, post->login);
        http_pace_answered(&post->sink->pace, &post->paced, NULL);
    }
    settle(post, false);
}
