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
    WEIR_TEXT(struct weir_chunk_wish, from, .min = 1, .example = "sales.orders",
        .help = "The table or view to read; the resource's name when absent."),
    WEIR_TEXT(struct weir_chunk_wish, query, .min = 1,
        .example = "SELECT id, name FROM customers WHERE active",
        .help = "A SELECT to read instead; it needs 'key'."),
    WEIR_TEXTS(struct weir_chunk_wish, key, .example = "id",
        .help = "The columns that tell rows apart, and in whose order they are read. A table's "
                "primary key when absent."),
    {0},
};

static void postgres_check(struct weir_stage *stage, struct weir_mistakes *mistakes)
{
    const struct source *source = stage->state;

    settings_check(stage, &source->settings, mistakes);
    weir_chunks_check(stage, mistakes);
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
    source->fiber = fiber_new(source_read_all, source);
    weir_buf_init(&source->lines, SOURCE_ROW_MAX, 1);
    return WEIR_OK;
}

static void hand_over(struct source *source, struct weir_batch *batch)
{
    struct source_chunk *chunk = weir_new(batch->arena, struct source_chunk);
    struct weir_str lines = {source->lines.ptr, source->lines.len};

    *chunk = (struct source_chunk){
        .table = source->ready,
        .lines = (char *)weir_copy(batch->arena, lines).ptr,
        .n_rows = source->n_rows,
    };
    batch->resource = chunk->table->resource;
    batch->resource->progress->bytes += lines.len;
    batch->payload = chunk;
    (void)weir_batch_add_unit(batch, NULL);
    weir_chunks_add(source->chunks, batch, source->last_key, source->is_last);
    source->ready = NULL;
    source->n_rows = 0;
    weir_buf_reset(&source->lines);
    weir_release(source->stage, source->reserved);
    source->reserved = 0;
}

static enum weir_status postgres_extract(struct weir_stage *stage, struct weir_batch *batch)
{
    struct source *source = stage->state;

    if (!source->has_begun || (source->is_waiting && !source->ready)) {
        source->has_begun = true;
        fiber_resume(source->fiber);
    }
    if (source->ready) {
        hand_over(source, batch);
        return WEIR_OK;
    }
    if (source->has_failed)
        return WEIR_FAIL;
    return source->has_ended ? WEIR_END : WEIR_AGAIN;
}

/* The fiber finds that nobody wants more, and ends. */
static void end_fiber(struct source *source)
{
    source->is_stopped = true;
    connection_cancel(&source->connection);
    while (source->is_waiting)
        fiber_resume(source->fiber);
    fiber_free(source->fiber);
}

static void postgres_stop(struct weir_stage *stage)
{
    struct source *source = stage->state;

    end_fiber(source);
    connection_done(&source->connection);
    PQfreemem(source->line);
    weir_buf_done(&source->lines);
    free(source->last_key);
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
    .resource_size = sizeof(struct weir_chunk_wish),
    .resource_options = resource_options,
    .check = postgres_check,
    .start = postgres_start,
    .stop = postgres_stop,
    .extract = postgres_extract,
    .decode = source_decode,
};
