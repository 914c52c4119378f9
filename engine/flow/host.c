/* What the engine does for stages: the functions behind <weir/stage.h>. */
#include "inside.h"

#include "report/log.h"

static struct flow_stage *stage_of(struct weir_stage *stage)
{
    return stage->engine;
}

static void wake_extractor(struct flow *flow)
{
    atomic_store(&flow->woken, true);
    flow_wake(flow);
}

static void host_wake(struct weir_stage *stage)
{
    struct flow *flow = stage_of(stage)->flow;

    if (stage_of(stage) == &flow->load)
        loader_wake(flow->loader);
    else
        wake_extractor(flow);
}

/* What a transform fails with while the engine only tries. */
static _Thread_local struct weir_error *trial;

void host_try(struct weir_error *error)
{
    trial = error;
}

static void host_fail(struct weir_stage *stage, const struct weir_error *error)
{
    struct flow_stage *of = stage_of(stage);

    if (trial) {
        if (!weir_error_is_set(trial))
            *trial = *error;
        return;
    }
    uv_mutex_lock(&of->flow->mutex);
    if (!weir_error_is_set(&of->error))
        of->error = *error;
    uv_mutex_unlock(&of->flow->mutex);
}

static bool host_reserve(struct weir_stage *stage, size_t bytes)
{
    struct flow *flow = stage_of(stage)->flow;
    size_t limit = flow->budget.limit;

    /* While the loader is behind, more answers would only wait here: half must do. Half of a
     * full queue counts as behind, since a full one is never full for long. */
    if (loader_queued(flow->loader) >= flow->queue_limit / 2)
        limit /= 2;
    return budget_reserve(&flow->budget, limit, bytes);
}

static void host_release(struct weir_stage *stage, size_t bytes)
{
    struct flow *flow = stage_of(stage)->flow;

    if (!budget_release(&flow->budget, bytes))
        return;
    /* Whoever was refused some. */
    wake_extractor(flow);
    loader_wake(flow->loader);
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
    stats_add_failure(stage_of(stage)->flow->stats, resource, what, attempts, error);
}

static bool host_stopping(struct weir_stage *stage)
{
    return atomic_load(&stage_of(stage)->flow->stopping);
}

static bool host_incomplete(struct weir_stage *stage)
{
    return atomic_load(&stage_of(stage)->flow->incomplete);
}

static bool host_resume(struct weir_stage *stage, const struct weir_resource *resource,
    const struct weir_id *chain, struct weir_resume *ret_resume)
{
    return session_resume(stage_of(stage)->flow->session, resource, chain, ret_resume);
}

static bool host_opened(struct weir_stage *stage, const struct weir_resource *resource, size_t i,
    struct weir_opened *ret_opened)
{
    return session_opened(stage_of(stage)->flow->session, resource, i, ret_opened);
}

static bool host_is_read(struct weir_stage *stage, const struct weir_resource *resource)
{
    return session_is_read(stage_of(stage)->flow->session, resource);
}

static const char *host_mark(
    struct weir_stage *stage, const struct weir_resource *resource, const struct weir_id *series)
{
    return session_mark(stage_of(stage)->flow->session, resource, series);
}

static const char *host_noted(struct weir_stage *stage, const struct weir_resource *resource,
    const struct weir_id *chain, uint64_t number)
{
    return session_noted(stage_of(stage)->flow->session, resource, chain, number);
}

static const char *host_now(struct weir_stage *stage)
{
    return session_now(stage_of(stage)->flow->session);
}

static void host_keep(struct weir_stage *stage, struct weir_batch *batch)
{
    loader_keep(stage_of(stage)->flow->loader, batch);
}

static void host_loaded(struct weir_stage *stage, struct weir_batch *batch)
{
    loader_loaded(stage_of(stage)->flow->loader, batch);
}

static void host_dropped(struct weir_stage *stage, struct weir_batch *batch)
{
    loader_dropped(stage_of(stage)->flow->loader, batch);
}

static size_t host_keep_max(struct weir_stage *stage)
{
    return stage_of(stage)->flow->queue_limit;
}

static const char *host_pipeline(struct weir_stage *stage)
{
    return stage_of(stage)->flow->plan->name;
}

static void *host_loop(struct weir_stage *stage)
{
    return &stage_of(stage)->flow->loop;
}

const struct weir_host flow_host = {
    .size = sizeof(struct weir_host),
    .wake = host_wake,
    .fail = host_fail,
    .reserve = host_reserve,
    .release = host_release,
    .log = host_log,
    .give_up = host_give_up,
    .stopping = host_stopping,
    .loop = host_loop,
    .incomplete = host_incomplete,
    .resume = host_resume,
    .is_read = host_is_read,
    .mark = host_mark,
    .now = host_now,
    .keep = host_keep,
    .loaded = host_loaded,
    .dropped = host_dropped,
    .keep_max = host_keep_max,
    .secret = host_secret,
    .opened = host_opened,
    .pipeline = host_pipeline,
    .noted = host_noted,
};
