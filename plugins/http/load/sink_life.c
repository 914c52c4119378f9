/* How the loader begins and ends: what all requests have in common, and what has to be closed. */
#include "connection.h"
#include "sink.h"

#include <stdlib.h>
#include <strings.h>
#include <weir/loop.h>
#include <weir/plugin.h>

enum { MOST_ANSWER = 4 * 1024 * 1024 }; /* bytes of a body that nobody needs */

static enum weir_status fill(struct http_sink *sink, const struct weir_template *t,
    const char **ret_text, struct weir_error *ret_error)
{
    struct weir_str text;

    if (weir_template_fill(t, sink->stage->arena, WEIR_ENCODE_NONE, NULL, NULL, &text, ret_error) !=
        WEIR_OK)
        return WEIR_FAIL;
    *ret_text = text.ptr;
    return WEIR_OK;
}

/* Of all requests alike; `check` has looked at them. */
static enum weir_status fill_headers(struct http_sink *sink, struct weir_error *ret_error)
{
    const struct weir_templates *headers = &sink->options->headers;
    struct weir_arena *arena = sink->stage->arena;
    const char **lines = weir_new_array(arena, headers->n + 2, const char *);
    bool has_type = false;
    size_t n = 0;

    for (size_t i = 0; i < headers->n; i++) {
        const char *value;

        if (fill(sink, headers->items[i].value, &value, ret_error) != WEIR_OK)
            return WEIR_FAIL;
        lines[n++] = weir_printf(arena, "%s: %s", headers->items[i].name, value);
        has_type |= strcasecmp(headers->items[i].name, "Content-Type") == 0;
    }
    if (!has_type)
        lines[n++] =
            weir_printf(arena, "Content-Type: %s", http_body_content_type(sink->form.format));
    sink->headers = lines;
    return WEIR_OK;
}

static enum weir_status fill_texts(struct http_sink *sink, struct weir_error *ret_error)
{
    const struct weir_template *scope = sink->options->idempotency_key.scope;

    if (fill(sink, sink->options->url, &sink->url, ret_error) != WEIR_OK ||
        (scope && fill(sink, scope, &sink->scope, ret_error) != WEIR_OK))
        return WEIR_FAIL;
    return fill_headers(sink, ret_error);
}

static enum weir_status start_client(struct http_sink *sink, struct weir_error *ret_error)
{
    sink->client = http_connection_open(sink->stage, sink->n_posts, ret_error);
    return sink->client ? WEIR_OK : WEIR_FAIL;
}

static void start_login(struct http_sink *sink)
{
    sink->credentials.context = (struct http_credential_context){
        .stage = sink->stage,
        .client = sink->client,
        .changed = http_sink_on_login,
        .arg = sink,
    };
    sink->credential = http_credential_use(
        &sink->credentials, &sink->options->auth, &sink->options->retry, sink->stage->arena);
}

static void start_posts(struct http_sink *sink)
{
    uv_loop_t *loop = weir_loop(sink->stage);

    sink->posts = weir_new_array(sink->stage->arena, sink->n_posts, struct http_post);
    for (size_t i = 0; i < sink->n_posts; i++)
        http_post_init(&sink->posts[i], sink, loop);
    uv_timer_init(loop, &sink->grace);
    sink->grace.data = sink;
    sink->random = uv_hrtime() | 1;
    (void)uv_random(NULL, NULL, &sink->random, sizeof(sink->random), 0, NULL);
    sink->random |= 1;
    sink->is_started = true;
}

enum weir_status http_sink_start(struct weir_stage *stage)
{
    struct http_load *options = stage->state;
    struct http_sink *sink = weir_new(stage->arena, struct http_sink);
    struct weir_error error = {0};

    options->sink = sink;
    options->connection.max_response_size = MOST_ANSWER;
    sink->stage = stage;
    sink->options = options;
    sink->n_posts = (size_t)options->connection.concurrency.max;
    sink->ordinals = weir_new_array(stage->arena, stage->n_resources, uint64_t);
    sink->form = (struct http_body_form){
        .format = options->body.format,
        .key = options->body.key,
        .table_key = options->body.table_key,
        .nulls = options->body.nulls,
        .max_rows = (size_t)options->batch.rows,
        .max_bytes = (size_t)options->batch.bytes,
    };
    if (fill_texts(sink, &error) != WEIR_OK || start_client(sink, &error) != WEIR_OK)
        return weir_fail_with(stage, &error);
    http_pace_start(&sink->pace, &options->connection.rate_limits, sink->url);
    start_login(sink);
    start_posts(sink);
    return WEIR_OK;
}

/* What is still kept, the engine frees. */
static void free_held(struct http_sink *sink)
{
    while (sink->first) {
        struct http_held *held = sink->first;

        sink->first = held->next;
        free(held);
    }
}

void http_sink_stop(struct http_sink *sink)
{
    if (!sink)
        return;
    if (sink->credential)
        http_credentials_stop(&sink->credentials);
    if (sink->client)
        http_client_close(sink->client);
    for (size_t i = 0; sink->is_started && i < sink->n_posts; i++)
        uv_close((uv_handle_t *)&sink->posts[i].timer, NULL);
    if (sink->is_started)
        uv_close((uv_handle_t *)&sink->grace, NULL);
    http_pace_stop(&sink->pace);
    free_held(sink);
}
