#include "offline.h"

#include "registry/load.h"
#include "report/log.h"

#include <stdlib.h>
#include <string.h>

struct offline {
    const struct weir_plugin *plugin;
    struct weir_stage stage;
    struct weir_error error;
    bool started;
};

/* --- what the stage may ask --------------------------------------------------------------- */

static void host_wake(struct weir_stage *stage)
{
    (void)stage;
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

/* What belongs to a run, such as a loop or places, is left out: nobody asks without one. */
static const struct weir_host offline_host = {
    .size = sizeof(struct weir_host),
    .wake = host_wake,
    .fail = host_fail,
    .reserve = host_reserve,
    .release = host_release,
    .log = host_log,
    .give_up = host_give_up,
    .stopping = host_stopping,
    .incomplete = host_stopping,
    .is_offline = host_is_offline,
};

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
    return offline;
}

enum weir_status offline_start(struct offline *offline)
{
    offline->started = true;
    if (!offline->plugin->start)
        return WEIR_OK;
    return offline->plugin->start(&offline->stage) == WEIR_OK ? WEIR_OK : WEIR_FAIL;
}

void offline_free(struct offline *offline)
{
    if (!offline)
        return;
    if (offline->started && offline->plugin->stop)
        offline->plugin->stop(&offline->stage);
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
