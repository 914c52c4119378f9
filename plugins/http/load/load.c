/* http - send rows to an API. See README.md. */
#include <weir/plugin.h>
#include <weir/version.h>

#include "load/sink.h"

static enum weir_status load(struct weir_stage *stage, struct weir_batch *batch)
{
    return http_sink_take(((const struct http_load *)stage->state)->sink, batch);
}

static enum weir_status commit(struct weir_stage *stage)
{
    return http_sink_drain(((const struct http_load *)stage->state)->sink);
}

static void stop(struct weir_stage *stage)
{
    http_sink_stop(((const struct http_load *)stage->state)->sink);
}

const struct weir_plugin weir_plugin = {
    .header = WEIR_HEADER,
    .name = "http",
    .summary = "Send rows to an API as JSON, with keys by which it knows what came before.",
    .version = WEIR_VERSION,
    .threading = WEIR_ON_LOOP,
    .flags = WEIR_SENDS_KEYS,
    .state_size = sizeof(struct http_load),
    .options = http_load_option_table,
    .check = http_load_check,
    .start = http_sink_start,
    .stop = stop,
    .load = load,
    .commit = commit,
};
