#include "post.h"

#include "answer.h"
#include "post_failed.h"
#include "sink.h"

#include <string.h>
#include <weir/plugin.h>

void http_post_init(struct http_post *post, struct http_sink *sink, uv_loop_t *loop)
{
    *post = (struct http_post){.sink = sink};
    uv_timer_init(loop, &post->timer);
    post->timer.data = post;
}

void http_post_settle(struct http_post *post, bool was_taken)
{
    post->state = HTTP_POST_FREE;
    http_sink_settle(post, was_taken);
}

static void on_timer(uv_timer_t *timer)
{
    http_post_try(timer->data);
}

void http_post_wait_for(struct http_post *post, uint64_t ms)
{
    post->state = HTTP_POST_WAITS;
    post->is_paced = false;
    (void)http_sink_now(post->sink);
    uv_timer_start(&post->timer, on_timer, ms, 0);
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
        http_post_settle(post, true);
    } else {
        http_post_not_taken(post, verdict, response);
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
    http_post_settle(post, false);
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
    http_post_wait_for(post, ms);
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
        http_post_wait_for(post, sink->hold_until - now);
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
        http_post_give_up(post, &error);
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
    http_post_settle(post, false);
}
