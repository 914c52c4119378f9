/*
 * sqlite - read tables, or what a SELECT gives, of a SQLite database. See README.md.
 *
 * Rows come in the order of a key, chunk by chunk, each in a statement of its own: no
 * lock is held while rows are on their way.
 */
#include <weir/plugin.h>
#include <weir/version.h>

#include "source/source.h"

#include <string.h>

static const struct weir_option options[] = {
    WEIR_TEXT(struct source, path, .required = true, .min = 1, .example = "source.db",
        .help = "The database file. A relative path is relative to the current directory."),
    WEIR_DURATION(struct source, lock_wait, .initial = "10s", .max = 86400000,
        .help = "How long to wait while another process writes to the database."),
    {0},
};

static const struct weir_option resource_options[] = {
    WEIR_TEXT(struct weir_chunk_wish, from, .min = 1, .example = "orders",
        .help = "The table or view to read; the resource's name when absent."),
    WEIR_TEXT(struct weir_chunk_wish, query, .min = 1,
        .example = "SELECT id, name FROM customers WHERE active",
        .help = "A SELECT to read instead; it needs 'key'."),
    WEIR_TEXTS(struct weir_chunk_wish, key, .example = "id",
        .help = "The columns that tell rows apart, and in whose order they are read. A table's "
                "primary key, or its row numbers, when absent."),
    {0},
};

static void sqlite_check(struct weir_stage *stage, struct weir_mistakes *mistakes)
{
    weir_chunks_check(stage, mistakes);
}

static enum weir_status sqlite_start(struct weir_stage *stage)
{
    struct source *source = stage->state;
    enum weir_status status;

    source->stage = stage;
    status = source_open(source);
    if (status != WEIR_OK)
        return status;
    source->tables = weir_new_array(stage->arena, stage->n_resources, struct source_table);
    for (size_t i = 0; i < stage->n_resources && status == WEIR_OK; i++) {
        source->tables[i].source = source;
        source->tables[i].resource = stage->resources[i];
        source_key_init(&source->tables[i].key);
        source_key_init(&source->tables[i].key_before);
        status = source_table_read(&source->tables[i]);
    }
    return status;
}

static enum weir_status sqlite_extract(struct weir_stage *stage, struct weir_batch *batch)
{
    struct source *source = stage->state;
    const struct weir_chunk_part *part;
    enum weir_status status;

    if (!source->chunks)
        source->chunks = weir_chunks_new(stage);
    status = weir_chunks_next(source->chunks, &part);
    if (status != WEIR_OK)
        return status;
    batch->resource = part->resource;
    return source_read_chunk(source, part, batch);
}

static void sqlite_stop(struct weir_stage *stage)
{
    struct source *source = stage->state;

    weir_chunks_free(source->chunks);
    source_close(source);
}

const struct weir_plugin weir_plugin = {
    .header = WEIR_HEADER,
    .name = "sqlite",
    .summary = "Read tables of a SQLite database, or what a SELECT gives.",
    .version = WEIR_VERSION,
    .threading = WEIR_ON_WORKER,
    .flags = WEIR_HAS_POSITIONS,
    .state_size = sizeof(struct source),
    .options = options,
    .resource_size = sizeof(struct weir_chunk_wish),
    .resource_options = resource_options,
    .check = sqlite_check,
    .start = sqlite_start,
    .stop = sqlite_stop,
    .extract = sqlite_extract,
};
