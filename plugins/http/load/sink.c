#include "sink.h"

#include <stdlib.h>
#include <weir/loop.h>
#include <weir/plugin.h>

enum {
    GRACE_MS = 5000, /* for what is in flight, when the loader has to end */
};

uint64_t http_sink_now(struct http_sink *sink)
{
    uv_loop_t *loop = weir_loop(sink->stage);

    uv_update_time(loop);
    return uv_now(loop);
}

static void wake(struct http_sink *sink)
{
    if (sink->is_wanted)
        weir_wake(sink->stage);
    sink->is_wanted = false;
}

/* --- batches that are kept ------------------------------------------------------------------ */

static void append(struct http_sink *sink, struct http_held *held)
{
    held->prev = sink->last;
    if (sink->last)
        sink->last->next = held;
    else
        sink->first = held;
    sink->last = held;
}

static void take_out(struct http_sink *sink, struct http_held *held)
{
    if (held->prev)
        held->prev->next = held->next;
    else
        sink->first = held->next;
    if (held->next)
        held->next->prev = held->prev;
    else
        sink->last = held->prev;
    if (sink->cutting == held)
        sink->cutting = NULL;
}

/* Gives the batch back when nothing of it is under way, and nothing will be. */
static void give_back(struct http_held *held)
{
    struct http_sink *sink = held->sink;
    bool was_loaded = held->is_cut && !held->is_broken;

    if (held->n_posts || (!held->is_cut && !sink->has_failed))
        return;
    take_out(sink, held);
    if (was_loaded)
        weir_batch_drop_rejected(held->batch);
    (was_loaded ? weir_loaded : weir_dropped)(sink->stage, held->batch);
    free(held);
    wake(sink);
}

/* --- cutting -------------------------------------------------------------------------------- */

static struct http_post *free_post(struct http_sink *sink)
{
    for (size_t i = 0; i < sink->n_posts; i++)
        if (sink->posts[i].state == HTTP_POST_FREE)
            return &sink->posts[i];
    return NULL;
}

/* On to the next unit that has rows. */
static void pass_units(struct http_held *held)
{
    const struct weir_batch *batch = held->batch;

    while (held->unit < batch->n_units && held->row == batch->units[held->unit].n_rows) {
        held->unit++;
        held->row = 0;
    }
    held->is_cut = held->unit == batch->n_units;
}

/* What is settled in passing must not take the batch away meanwhile, hence the count. */
static void cut(struct http_sink *sink)
{
    struct http_held *held = sink->cutting;
    struct http_post *post;

    if (!held || sink->is_cutting)
        return;
    sink->is_cutting = true;
    held->n_posts++;
    pass_units(held);
    while (!held->is_cut && !sink->has_failed && (post = free_post(sink))) {
        held->n_posts++;
        held->row += http_post_begin(
            post, held, held->unit, held->batch->units[held->unit].first_row + held->row);
        pass_units(held);
    }
    held->n_posts--;
    sink->is_cutting = false;
    if (held->is_cut)
        sink->cutting = NULL;
    give_back(held);
}

void http_sink_settle(struct http_post *post, bool was_taken)
{
    struct http_held *held = post->held;
    struct http_sink *sink = held->sink;

    post->held = NULL;
    held->n_posts--;
    held->is_broken |= !was_taken;
    give_back(held);
    cut(sink);
    if (!sink->cutting)
        wake(sink);
}

void http_sink_on_login(void *arg)
{
    struct http_sink *sink = arg;

    for (size_t i = 0; i < sink->n_posts; i++)
        if (sink->posts[i].state == HTTP_POST_LOCKED)
            http_post_try(&sink->posts[i]);
}

void http_sink_on_answer(struct http_sink *sink)
{
    for (size_t i = 0; i < sink->n_posts; i++)
        if (sink->posts[i].state == HTTP_POST_WAITS && sink->posts[i].is_paced)
            http_post_wait_again(&sink->posts[i]);
}

/* --- the end -------------------------------------------------------------------------------- */

static void cancel_all(struct http_sink *sink, bool flying)
{
    for (size_t i = 0; i < sink->n_posts; i++) {
        enum http_post_state state = sink->posts[i].state;

        if (state == HTTP_POST_WAITS || state == HTTP_POST_LOCKED ||
            (flying && state == HTTP_POST_FLYING))
            http_post_cancel(&sink->posts[i]);
    }
}

static void fail_stopped(struct http_sink *sink)
{
    struct weir_error error = {0};

    weir_error_set(&error, WEIR_FAULT_DESTINATION, "E-STOPPED",
        "not all rows were sent, because the run is being stopped");
    http_sink_fail(sink, &error);
}

static void on_grace_over(uv_timer_t *timer)
{
    struct http_sink *sink = timer->data;

    if (!sink->has_failed)
        fail_stopped(sink);
    cancel_all(sink, true);
}

static void hurry(struct http_sink *sink)
{
    if (sink->is_hurried)
        return;
    sink->is_hurried = true;
    (void)http_sink_now(sink);
    uv_timer_start(&sink->grace, on_grace_over, GRACE_MS, 0);
}

void http_sink_fail(struct http_sink *sink, const struct weir_error *error)
{
    if (sink->has_failed)
        return;
    sink->has_failed = true;
    (void)weir_fail_with(sink->stage, error);
    hurry(sink);
    cancel_all(sink, false);
    if (sink->cutting)
        give_back(sink->cutting);
    weir_wake(sink->stage);
}

static bool is_waiting(const struct http_sink *sink)
{
    for (size_t i = 0; i < sink->n_posts; i++)
        if (sink->posts[i].state == HTTP_POST_WAITS)
            return true;
    return false;
}

/* What goes well may go on for a moment; nobody waits for another try. */
static void look_whether_stopping(struct http_sink *sink)
{
    if (!sink->first || sink->has_failed || !weir_stopping(sink->stage))
        return;
    hurry(sink);
    if (is_waiting(sink))
        fail_stopped(sink);
}

/* --- what the engine calls ------------------------------------------------------------------ */

static size_t index_of(const struct weir_stage *stage, const struct weir_resource *resource)
{
    size_t i = 0;

    while (i < stage->n_resources && stage->resources[i] != resource)
        i++;
    return i;
}

static enum weir_status check_batch(
    struct http_sink *sink, const struct weir_batch *batch, struct weir_error *ret_error)
{
    const char *key = sink->form.table_key;

    if (index_of(sink->stage, batch->resource) == sink->stage->n_resources)
        return weir_error_set(
            ret_error, WEIR_FAULT_BUG, "E-BUG", "a batch of an unknown resource came");
    if (!key || weir_batch_find(batch, weir_str(key)) == SIZE_MAX)
        return WEIR_OK;
    return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-COLUMN-COLLISION",
        "rows have a column '%s', which is also the table_key; choose another table_key, or give "
        "the column another name with a 'rename' transform",
        key);
}

static void hold(struct http_sink *sink, struct weir_batch *batch)
{
    struct http_held *held = weir_calloc(1, sizeof(*held));
    uint64_t *ordinal = &sink->ordinals[index_of(sink->stage, batch->resource)];

    held->sink = sink;
    held->batch = batch;
    held->columns = http_columns_new(batch);
    held->first_ordinal = *ordinal;
    *ordinal += batch->n_units;
    weir_keep(sink->stage, batch);
    append(sink, held);
    sink->cutting = held;
    cut(sink);
}

enum weir_status http_sink_take(struct http_sink *sink, struct weir_batch *batch)
{
    struct weir_error error = {0};

    look_whether_stopping(sink);
    if (sink->has_failed)
        return WEIR_FAIL;
    if (sink->cutting || (batch->n_rows && !free_post(sink))) {
        sink->is_wanted = true;
        return WEIR_AGAIN;
    }
    if (check_batch(sink, batch, &error) != WEIR_OK) {
        http_sink_fail(sink, &error);
        return WEIR_FAIL;
    }
    hold(sink, batch);
    return WEIR_OK;
}

enum weir_status http_sink_drain(struct http_sink *sink)
{
    look_whether_stopping(sink);
    if (!sink->first)
        return sink->has_failed ? WEIR_FAIL : WEIR_OK;
    sink->is_wanted = true;
    return WEIR_AGAIN;
}
