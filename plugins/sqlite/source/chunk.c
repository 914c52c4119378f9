/* One chunk: the rows behind a key, in its order, no more than fit in a small batch. */
#include "source.h"

#include <string.h>

enum { CHUNK_BYTES = 1 << 20 /* of texts and blobs; one row more may be in it */ };

/* A chunk under construction. */
struct chunk {
    struct source_table *table;
    sqlite3_stmt *row;
    struct weir_batch *batch;
    size_t n_columns; /* those of the key, at the end, are not loaded */
    size_t *columns;  /* in the batch */
    bool *are_flags;
    size_t n_bytes;
    size_t n_stepped;
    const char *border; /* once it is full: the key of its last row, roughly */
    bool has_more;
};

static enum weir_status refuse(struct chunk *chunk, const char *what)
{
    struct source *source = chunk->table->source;

    return weir_fail(source->stage, WEIR_FAULT_SOURCE, "E-SOURCE-KEY",
        "%s: '%s': %s; name columns that tell rows apart with 'key'", source->path,
        chunk->table->resource->name, what);
}

/* The engine finds it by its name, which SQLite itself would take in any case. */
static enum weir_status find_cursor(struct chunk *chunk)
{
    const struct source_table *table = chunk->table;

    if (!table->cursor_name ||
        weir_batch_find(chunk->batch, weir_str(table->cursor_name)) != SIZE_MAX)
        return WEIR_OK;
    return weir_fail(table->source->stage, WEIR_FAULT_SOURCE, "E-SOURCE-COLUMN",
        "%s: '%s' has no column '%s', which 'cursor_path' names", table->source->path,
        table->resource->name, table->cursor_name);
}

static enum weir_status begin(struct chunk *chunk)
{
    chunk->n_columns = (size_t)sqlite3_column_count(chunk->row) - chunk->table->n_keys;
    chunk->columns = weir_new_array(chunk->batch->arena, chunk->n_columns, size_t);
    chunk->are_flags = weir_new_array(chunk->batch->arena, chunk->n_columns, bool);
    for (size_t i = 0; i < chunk->n_columns; i++) {
        struct weir_str name = weir_str(sqlite3_column_name(chunk->row, (int)i));

        if (weir_batch_find(chunk->batch, name) != SIZE_MAX)
            return weir_fail(chunk->table->source->stage, WEIR_FAULT_SOURCE, "E-SOURCE-QUERY",
                "%s: '%s' has two columns of one name; give them names of their own with AS",
                chunk->table->source->path, chunk->table->resource->name);
        chunk->columns[i] = weir_batch_column(chunk->batch, name);
        chunk->are_flags[i] = source_is_flag(chunk->row, (int)i);
    }
    return find_cursor(chunk);
}

static enum weir_status fail_text(struct chunk *chunk, size_t column)
{
    return weir_fail(chunk->table->source->stage, WEIR_FAULT_DATA, "E-UTF8",
        "%s: '%s': column '%s' holds a text that is not UTF-8; read it as a blob in a 'query': "
        "CAST(column AS BLOB)",
        chunk->table->source->path, chunk->table->resource->name,
        sqlite3_column_name(chunk->row, (int)column));
}

static enum weir_status take_row(struct chunk *chunk)
{
    (void)weir_batch_add_row(chunk->batch);
    for (size_t i = 0; i < chunk->n_columns; i++) {
        struct weir_value value;

        if (!source_read_value(
                chunk->row, (int)i, chunk->are_flags[i], chunk->batch->arena, &value))
            return fail_text(chunk, i);
        chunk->n_bytes += value.length;
        if (value.kind != WEIR_NULL)
            weir_batch_set(chunk->batch, chunk->columns[i], value);
    }
    return WEIR_OK;
}

static bool has_null(const struct chunk *chunk)
{
    for (size_t i = 0; i < chunk->table->n_keys; i++)
        if (sqlite3_column_type(chunk->row, (int)(chunk->n_columns + i)) == SQLITE_NULL)
            return true;
    return false;
}

static enum weir_status read_key(struct chunk *chunk)
{
    struct source_table *table = chunk->table;

    if (source_key_text(&table->key, chunk->row, (int)chunk->n_columns, table->n_keys))
        return WEIR_OK;
    return refuse(chunk, "the key of a row is longer than 64 KiB, or holds a NUL");
}

/* The key of the row that was taken last stays in the table's other buffer. */
static enum weir_status check_key(struct chunk *chunk)
{
    struct source_table *table = chunk->table;
    struct weir_buf before = table->key;
    bool is_first = chunk->batch->n_rows == 0;

    table->key = table->key_before;
    table->key_before = before;
    if (read_key(chunk) != WEIR_OK)
        return WEIR_FAIL;
    if (!is_first && strcmp(table->key.ptr, before.ptr) == 0)
        return refuse(chunk, "two rows have the same key");
    return WEIR_OK;
}

static bool is_full(const struct chunk *chunk)
{
    return chunk->batch->n_rows >= SOURCE_CHUNK_ROWS || chunk->n_bytes >= CHUNK_BYTES;
}

/*
 * May the chunk end before this row? Where keys sort as one that are none ('a' and 'A' in a column
 * that is COLLATE NOCASE, 1 and 1.0), the next statement would begin behind both of them.
 */
static bool is_border(struct chunk *chunk)
{
    struct weir_arena *arena = chunk->batch->arena;
    const char *key = source_key_sorted(chunk->table->key.ptr, arena);
    bool is_other;

    if (!chunk->border)
        chunk->border = source_key_sorted(chunk->table->key_before.ptr, arena);
    is_other = strcmp(key, chunk->border) != 0;
    chunk->border = key;
    return is_other;
}

/*
 * One row more is looked at, to know whether there is one, and whether it has a key of its own. Of
 * a table's own key, which tells rows apart, only those beside the border are read.
 */
static enum weir_status take_or_leave(struct chunk *chunk)
{
    bool is_declared = chunk->table->is_key_declared, was_full = is_full(chunk);
    enum weir_status status = WEIR_OK;

    chunk->n_stepped++;
    if (has_null(chunk))
        return refuse(chunk, "the key of a row is null");
    if (is_declared || was_full)
        status = check_key(chunk);
    if (status != WEIR_OK)
        return status;
    chunk->has_more = was_full && is_border(chunk);
    if (chunk->has_more)
        return WEIR_OK;
    status = take_row(chunk);
    return status == WEIR_OK && !is_declared && !was_full && is_full(chunk) ? read_key(chunk)
                                                                            : status;
}

static enum weir_status read_rows(struct chunk *chunk)
{
    struct source_table *table = chunk->table;
    enum weir_status status = begin(chunk);
    int rc = SQLITE_DONE;

    while (status == WEIR_OK && !chunk->has_more && (rc = sqlite3_step(chunk->row)) == SQLITE_ROW)
        status = take_or_leave(chunk);
    if (status == WEIR_OK && rc != SQLITE_ROW && rc != SQLITE_DONE)
        return source_fail(table->source, "cannot read '%s'", table->resource->name);
    if (status == WEIR_OK && !chunk->has_more && chunk->n_stepped == SOURCE_LIMIT)
        return refuse(chunk, "too many keys in a row differ in nothing that sorts");
    return status;
}

static void hand_over(struct chunk *chunk)
{
    struct source_table *table = chunk->table;
    const char *last = chunk->has_more ? table->key_before.ptr : NULL;

    table->resource->progress->bytes += chunk->n_bytes;
    weir_chunks_add(table->source->chunks, chunk->batch, last, !chunk->has_more);
}

enum weir_status source_read_chunk(
    struct source *source, const struct weir_chunk_part *part, struct weir_batch *batch)
{
    struct source_table *table = &source->tables[part->index];
    struct chunk chunk = {.table = table, .batch = batch};
    enum weir_status status;

    source_may_wait(source);
    status = source_statement(table, part);
    if (status != WEIR_OK)
        return status;
    chunk.row = table->statement;
    (void)weir_batch_add_unit(batch, NULL);
    status = read_rows(&chunk);
    (void)sqlite3_reset(table->statement);
    if (status == WEIR_OK)
        hand_over(&chunk);
    return status;
}
