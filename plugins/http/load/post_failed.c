#include "post_failed.h"

#include "request/request.h"
#include "sink.h"

#include <stdio.h>
#include <time.h>
#include <weir/plugin.h>

enum { LABEL_SIZE = 512 };

static struct http_rows rows_of(const struct http_post *post)
{
    return (struct http_rows){post->held->batch, post->first, post->n_rows};
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
        http_post_settle(post, true);
        return;
    }
    /* Told already; here it only ends the rest. */
    told = *reason;
    http_sink_fail(sink, &told);
    http_post_settle(post, false);
}

void http_post_give_up(struct http_post *post, const struct weir_error *reason)
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
    http_post_settle(post, false);
}

/* --- another try ---------------------------------------------------------------------------- */

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
    http_post_wait_for(post, wait_ms);
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
    http_post_give_up(post, &error);
}

static bool try_again(struct http_post *post, enum http_load_verdict verdict,
    const struct weir_error *reason, const struct http_response *response)
{
    return verdict == HTTP_LOGIN ? log_in_again(post, reason, response)
                                 : retry(post, verdict, reason, response->retry_after);
}

void http_post_not_taken(
    struct http_post *post, enum http_load_verdict verdict, struct http_response *response)
{
    struct http_sink *sink = post->sink;
    struct http_request request = {.url = sink->url, .headers = sink->headers};
    struct http_rows rows = rows_of(post);
    struct weir_error error = {0};

    http_load_error(response, sink->credential, &request, &rows, &error);
    if (verdict == HTTP_REFUSED)
        http_post_give_up(post, &error);
    else if (sink->has_failed || weir_stopping(sink->stage))
        stop_trying(post, &error);
    else if (!try_again(post, verdict, &error, response))
        http_post_give_up(post, &error);
}
