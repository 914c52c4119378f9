/* One stage's life inside a flow. */
#include "inside.h"

void stage_prepare(struct flow *flow, struct flow_stage *stage, struct plan_stage *planned)
{
    stage->planned = planned;
    stage->flow = flow;
    planned->stage.host = &flow_host;
    planned->stage.engine = stage;
    planned->stage.arena = weir_arena_new();
    uv_mutex_init(&stage->entry);
}

void stage_finish(struct flow_stage *stage)
{
    uv_mutex_destroy(&stage->entry);
    weir_arena_free(stage->planned->stage.arena);
    stage->planned->stage.arena = NULL;
}

bool stage_start(struct flow *flow, struct flow_stage *stage)
{
    const struct weir_plugin *plugin = stage->planned->plugin;

    stage->started = true;
    if (!plugin->start || plugin->start(&stage->planned->stage) == WEIR_OK)
        return true;
    flow_stage_failed(flow, stage);
    return false;
}

void stage_stop(struct flow_stage *stage)
{
    if (stage->started && stage->planned->plugin->stop)
        stage->planned->plugin->stop(&stage->planned->stage);
    stage->started = false;
}

bool stage_has_failed(struct flow_stage *stage)
{
    bool failed;

    uv_mutex_lock(&stage->flow->mutex);
    failed = weir_error_is_set(&stage->error);
    uv_mutex_unlock(&stage->flow->mutex);
    return failed;
}
