#include "offline.h"

#include "loop.h"
#include "registry/load.h"
#include "report/log.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

struct offline {
    const struct weir_plugin *plugin;
    struct weir_stage stage;
    struct weir_error error;
    bool started;
    /* for a loader on the loop; nobody else asks for it */
    uv_loop_t loop;
    uv_async_t async;
    atomic_bool woken; /* since a callback was last called */
};

/* --- what the stage may ask --------------------------------------------------------------- */

static void host_wake(struct weir_stage *stage)
{
    struct offline *offline = stage->engine;

    atomic_store(&offline->woken, true);
    uv_async_send(&offline->async);
}

static void *host_loop(struct weir_stage *stage)
{
    return &((struct offline *)stage->engine)->loop;
}

static void host_fail(struct weir_stage *stage, const struct weir_error *error)
{
    struct offline *offline = stage->engine;

    if (!weir_error_is_set(&offline->error))
        offline->error = *error;
}

static bool host_reserve(struct weir_stage *stage, size_t bytes)
{
    (void)stage;
    (void)bytes;
    return true;
}

static void host_release(struct weir_stage *stage, size_t bytes)
{
    (void)stage;
    (void)bytes;
}

static void host_log(struct weir_stage *stage, enum weir_level level, const char *text)
{
    log_event(level, stage->name, text);
}

static void host_secret(struct weir_stage *stage, const char *text)
{
    (void)stage;
    log_add_token(text);
}

static void host_give_up(struct weir_stage *stage, const struct weir_resource *resource,
    const char *what, unsigned attempts, const struct weir_error *error)
{
    (void)stage;
    (void)resource;
    (void)what;
    (void)attempts;
    (void)error;
}

/* A signal ends the process; there is nothing that could be ended more cleanly. */
static bool host_stopping(struct weir_stage *stage)
{
    (void)stage;
    return false;
}

static bool host_is_offline(struct weir_stage *stage)
{
    (void)stage;
    return true;
}

/* What belongs to a run, such as batches or places, is left out: nobody asks without one. */
static const struct weir_host offline_host = {
    .size = sizeof(struct weir_host),
    .wake = host_wake,
    .fail = host_fail,
    .reserve = host_reserve,
    .release = host_release,
    .log = host_log,
    .give_up = host_give_up,
    .stopping = host_stopping,
    .loop = host_loop,
    .incomplete = host_stopping,
    .is_offline = host_is_offline,
    .secret = host_secret,
};

/* --- callbacks that may wait -------------------------------------------------------------- */

static void on_async(uv_async_t *async)
{
    (void)async; /* It is there so that the loop returns. */
}

static void before_call(struct offline *offline)
{
    atomic_store(&offline->woken, false);
}

/* Is the callback to be called again? If so, it has been waited for. */
static bool is_called_again(struct offline *offline, enum weir_status status)
{
    if (status != WEIR_AGAIN)
        return false;
    if (offline->plugin->threading != WEIR_ON_LOOP) {
        (void)weir_fail(&offline->stage, WEIR_FAULT_PLUGIN, "E-PLUGIN",
            "it answered WEIR_AGAIN, which only a loader with WEIR_ON_LOOP may");
        return false;
    }
    while (!atomic_load(&offline->woken))
        (void)uv_run(&offline->loop, UV_RUN_ONCE);
    return true;
}

static enum weir_status ok_or_fail(enum weir_status status)
{
    return status == WEIR_OK ? WEIR_OK : WEIR_FAIL;
}

enum weir_status offline_start(struct offline *offline)
{
    enum weir_status status = WEIR_OK;

    offline->started = true;
    if (!offline->plugin->start)
        return WEIR_OK;
    do {
        before_call(offline);
        status = offline->plugin->start(&offline->stage);
    } while (is_called_again(offline, status));
    return ok_or_fail(status);
}

enum weir_status offline_show(
    struct offline *offline, const char *pipeline, const struct weir_showing *showing)
{
    enum weir_status status;

    do {
        before_call(offline);
        status = offline->plugin->store->show(&offline->stage, pipeline, showing);
    } while (is_called_again(offline, status));
    return ok_or_fail(status);
}

enum weir_status offline_reset(struct offline *offline, const char *pipeline, const char *resource)
{
    enum weir_status status;

    do {
        before_call(offline);
        status = offline->plugin->store->reset(&offline->stage, pipeline, resource);
    } while (is_called_again(offline, status));
    return ok_or_fail(status);
}

enum weir_status offline_dead_letters(struct offline *offline, const char *pipeline, int64_t after,
    size_t limit, void (*tell)(void *arg, const struct weir_dead_letter *letter), void *arg)
{
    enum weir_status status;

    do {
        before_call(offline);
        status = offline->plugin->store->dead_letters(
            &offline->stage, pipeline, after, limit, tell, arg);
    } while (is_called_again(offline, status));
    return ok_or_fail(status);
}

/* --- its life ----------------------------------------------------------------------------- */

struct offline *offline_new(const struct plan *plan)
{
    struct offline *offline = weir_calloc(1, sizeof(*offline));
    size_t size = plan->load.plugin->state_size;

    offline->plugin = plan->load.plugin;
    offline->stage = plan->load.stage;
    offline->stage.arena = weir_arena_new();
    offline->stage.state = weir_alloc_zero(offline->stage.arena, 1, size);
    if (size)
        memcpy(offline->stage.state, plan->load.stage.state, size);
    offline->stage.host = &offline_host;
    offline->stage.engine = offline;
    uv_loop_init(&offline->loop);
    uv_async_init(&offline->loop, &offline->async, on_async);
    return offline;
}

void offline_free(struct offline *offline)
{
    if (!offline)
        return;
    if (offline->started && offline->plugin->stop)
        offline->plugin->stop(&offline->stage);
    uv_close((uv_handle_t *)&offline->async, NULL);
    loop_finish(&offline->loop);
    weir_arena_free(offline->stage.arena);
    free(offline);
}

struct weir_stage *offline_stage(struct offline *offline)
{
    return &offline->stage;
}

const struct weir_error *offline_error(struct offline *offline)
{
    if (!weir_error_is_set(&offline->error))
        plugin_failed_silently(&offline->error);
    return &offline->error;
}

bool offline_is_missing(const struct offline *offline)
{
    return strcmp(offline->error.code, "E-STATE-NONE") == 0;
}
