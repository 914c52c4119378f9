/*
 * postgres - read tables, or what a SELECT gives, of a PostgreSQL database. See README.md.
 */
#include <weir/loop.h>
#include <weir/plugin.h>
#include <weir/version.h>

#include "source/source.h"

#include <stdlib.h>

static const struct weir_option options[] = {
    SETTINGS_OPTIONS(struct source),
    WEIR_TEXT(struct source, schema, .initial = "public", .min = 1,
        .help = "The schema of tables that are named without one."),
    {0},
};

static const struct weir_option resource_options[] = {
    WEIR_TEXT(struct source_resource, from, .min = 1, .example = "sales.orders",
        .help = "The table or view to read; the resource's name when absent."),
    WEIR_TEXT(struct source_resource, query, .min = 1,
        .example = "SELECT id, name FROM customers WHERE active",
        .help = "A SELECT to read instead; it needs 'key'."),
    WEIR_TEXTS(struct source_resource, key, .example = "id",
        .help = "The columns that tell rows apart, and in whose order they are read. A table's "
                "primary key when absent."),
    {0},
};

static bool is_column(struct weir_arena *arena, const struct weir_path *path)
{
    const struct weir_path *rest;
    struct weir_str column;

    return weir_path_split(arena, path, &column, &rest) && !rest;
}

static void check_resource(
    struct weir_stage *stage, const struct weir_resource *resource, struct weir_mistakes *mistakes)
{
    const struct source_resource *wish = resource->options;
    const struct weir_incremental *incremental = resource->incremental;

    if (wish->from && wish->query)
        weir_mistake(mistakes, weir_node_get(resource->config, "query"), 0, "E-VALUE",
            "either 'from' or 'query'");
    if (wish->query && wish->key.n == 0)
        weir_mistake(mistakes, weir_node_get(resource->config, "query"), 0, "E-VALUE",
            "a query needs 'key', the columns that tell its rows apart, such as key: id");
    if (incremental && !is_column(stage->arena, incremental->cursor_path))
        weir_mistake(mistakes, weir_node_get(resource->config, "incremental"), 0, "E-VALUE",
            "'cursor_path' must be a column here");
}

static void postgres_check(struct weir_stage *stage, struct weir_mistakes *mistakes)
{
    const struct source *source = stage->state;

    settings_check(stage, &source->settings, mistakes);
    for (size_t i = 0; i < stage->n_resources; i++)
        check_resource(stage, stage->resources[i], mistakes);
}

static enum weir_status postgres_start(struct weir_stage *stage)
{
    struct source *source = stage->state;

    source->stage = stage;
    connection_init(&source->connection, stage, weir_loop(stage), &source->settings, "source");
    source->connection.fault = WEIR_FAULT_SOURCE;
    source->tables = weir_new_array(stage->arena, stage->n_resources, struct source_table);
    for (size_t i = 0; i < stage->n_resources; i++)
        source->tables[i].resource = stage->resources[i];
    source->chunks = weir_chunks_new(stage);
    return WEIR_OK;
}

static void hand_over(struct source *source, struct weir_batch *batch)
{
    struct source_chunk *chunk = source->ready;

    source->ready = NULL;
    weir_defer(batch->arena, source_chunk_free, chunk);
    batch->resource = chunk->table->resource;
    batch->payload = chunk;
    (void)weir_batch_add_unit(batch, NULL);
    weir_chunks_add(source->chunks, batch, source->last_key, source->is_last);
}

static enum weir_status postgres_extract(struct weir_stage *stage, struct weir_batch *batch)
{
    struct source *source = stage->state;

    if (!source->fiber)
        source->fiber = fiber_new(source_read_all, source);
    if (!source->ready && !source->has_ended &&
        (source->is_waiting || !source->connection.n_opened))
        fiber_resume(source->fiber);
    if (source->ready) {
        hand_over(source, batch);
        return WEIR_OK;
    }
    if (source->has_failed)
        return WEIR_FAIL;
    return source->has_ended ? WEIR_END : WEIR_AGAIN;
}

static enum weir_status postgres_decoded(struct weir_stage *stage, struct weir_batch *batch)
{
    const struct source_chunk *chunk = batch->payload;

    weir_release(stage, chunk->reserved);
    return WEIR_OK;
}

/* The fiber finds that nobody wants more, and ends. */
static void end_fiber(struct source *source)
{
    source->is_stopped = true;
    connection_cancel(&source->connection);
    while (source->fiber && !fiber_is_done(source->fiber) && source->is_waiting)
        fiber_resume(source->fiber);
    fiber_free(source->fiber);
}

static void postgres_stop(struct weir_stage *stage)
{
    struct source *source = stage->state;

    end_fiber(source);
    connection_done(&source->connection);
    if (source->ready)
        source_chunk_free(source->ready);
    free((char *)source->last_key);
    weir_chunks_free(source->chunks);
}

const struct weir_plugin weir_plugin = {
    .header = WEIR_HEADER,
    .name = "postgres",
    .summary = "Read tables of a PostgreSQL database, or what a SELECT gives.",
    .version = WEIR_VERSION,
    .threading = WEIR_ON_LOOP,
    .flags = WEIR_HAS_POSITIONS,
    .state_size = sizeof(struct source),
    .options = options,
    .resource_size = sizeof(struct source_resource),
    .resource_options = resource_options,
    .check = postgres_check,
    .start = postgres_start,
    .stop = postgres_stop,
    .extract = postgres_extract,
    .decode = source_decode,
    .decoded = postgres_decoded,
};
