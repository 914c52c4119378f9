/* One chunk: the rows behind a key, in its order, no more than fit in a small batch. */
#include "source.h"

#include <stdlib.h>
#include <string.h>

enum {
    CHUNK_ROWS = 10000,
    CHUNK_BYTES = 1 << 20, /* of texts and blobs; one row more may be in it */
};

/* Places in the statement: the key from 1 on, then the bounds of the cursor. */
enum { BOUND_START = SOURCE_KEY_MAX + 1, BOUND_END };

static bool has_start(const struct weir_chunk_part *part)
{
    return part->window && part->window->start.ptr;
}

static bool has_end(const struct weir_chunk_part *part)
{
    return part->window && part->window->to.key.ptr;
}

static void append_keys(sqlite3_str *sql, const struct source_table *table)
{
    for (size_t i = 0; i < table->n_keys; i++)
        sqlite3_str_appendf(sql, "%s%s", i ? ", " : "", table->keys[i]);
}

static void append_behind(sqlite3_str *sql, const struct source_table *table)
{
    sqlite3_str_appendall(sql, "(");
    append_keys(sql, table);
    sqlite3_str_appendall(sql, ") > (");
    for (size_t i = 0; i < table->n_keys; i++)
        sqlite3_str_appendf(sql, "%s?%d", i ? ", " : "", (int)i + 1);
    sqlite3_str_appendall(sql, ")");
}

static char *write_statement(const struct source_table *table, const struct weir_chunk_part *part)
{
    sqlite3_str *sql = sqlite3_str_new(table->source->connection);
    const char *glue = " WHERE ";

    sqlite3_str_appendall(sql, "SELECT *, ");
    append_keys(sql, table);
    sqlite3_str_appendf(sql, " FROM %s", table->origin);
    if (part->after) {
        sqlite3_str_appendall(sql, glue);
        append_behind(sql, table);
        glue = " AND ";
    }
    if (has_start(part)) {
        sqlite3_str_appendf(sql, "%s%s >= ?%d", glue, table->cursor, BOUND_START);
        glue = " AND ";
    }
    if (has_end(part))
        sqlite3_str_appendf(sql, "%s%s < ?%d", glue, table->cursor, BOUND_END);
    sqlite3_str_appendall(sql, " ORDER BY ");
    append_keys(sql, table);
    sqlite3_str_appendf(sql, " LIMIT %d", CHUNK_ROWS + 1);
    return sqlite3_str_finish(sql);
}

static enum weir_status prepare(
    struct source_table *table, const struct weir_chunk_part *part, sqlite3_stmt **ret_statement)
{
    struct source *source = table->source;
    char *sql = write_statement(table, part);
    const char *rest = "";
    int rc =
        sql ? sqlite3_prepare_v2(source->connection, sql, -1, ret_statement, &rest) : SQLITE_NOMEM;
    bool is_whole = rc != SQLITE_OK || rest[0] == '\0';

    sqlite3_free(sql);
    if (!is_whole)
        return weir_fail(source->stage, WEIR_FAULT_USAGE, "E-SOURCE-QUERY",
            "%s: the query of '%s' is more than one SELECT", source->path, table->resource->name);
    return rc == SQLITE_OK ? WEIR_OK : source_fail(source, "'%s'", table->resource->name);
}

/* A number is bound as one, since a column of a SELECT has no type that would make it one. */
static void bind_bound(
    sqlite3_stmt *statement, int place, struct weir_str text, enum weir_cursor_type type)
{
    bool is_number =
        type == WEIR_CURSOR_INTEGER || type == WEIR_CURSOR_EPOCH || type == WEIR_CURSOR_EPOCH_MS;
    int64_t integer;

    if (!is_number)
        (void)sqlite3_bind_text64(
            statement, place, text.ptr, text.len, SQLITE_TRANSIENT, SQLITE_UTF8);
    else if (weir_parse_int(text.ptr, &integer))
        (void)sqlite3_bind_int64(statement, place, integer);
    else
        (void)sqlite3_bind_double(statement, place, strtod(text.ptr, NULL));
}

static enum weir_status bind(
    struct source_table *table, const struct weir_chunk_part *part, sqlite3_stmt *statement)
{
    const struct weir_incremental *incremental = table->resource->incremental;

    if (has_start(part))
        bind_bound(statement, BOUND_START, part->window->start,
            (enum weir_cursor_type)incremental->cursor_type);
    if (has_end(part))
        bind_bound(statement, BOUND_END, part->window->to.text,
            (enum weir_cursor_type)incremental->cursor_type);
    if (!part->after || source_bind_key(statement, 1, table->n_keys, part->after))
        return WEIR_OK;
    return weir_fail(table->source->stage, WEIR_FAULT_SOURCE, "E-SOURCE-KEY",
        "%s: the place where '%s' was left is no key of it; begin anew with --restart",
        table->source->path, table->resource->name);
}

static bool is_flag(sqlite3_stmt *row, int column)
{
    const char *declared = sqlite3_column_decltype(row, column);
    int64_t value = sqlite3_column_int64(row, column);

    return declared && sqlite3_strnicmp(declared, "BOOL", 4) == 0 && (value == 0 || value == 1);
}

static struct weir_str text_of(sqlite3_stmt *row, int column, struct weir_arena *arena)
{
    const void *bytes = sqlite3_column_type(row, column) == SQLITE_BLOB
                            ? sqlite3_column_blob(row, column)
                            : (const void *)sqlite3_column_text(row, column);

    return weir_copy(arena, (struct weir_str){bytes, (size_t)sqlite3_column_bytes(row, column)});
}

/* False: a text that is no UTF-8. */
static bool read_value(
    sqlite3_stmt *row, int column, struct weir_arena *arena, struct weir_value *ret_value)
{
    struct weir_str text;

    switch (sqlite3_column_type(row, column)) {
    case SQLITE_INTEGER:
        *ret_value = is_flag(row, column) ? weir_bool(sqlite3_column_int64(row, column) != 0)
                                          : weir_int(sqlite3_column_int64(row, column));
        return true;
    case SQLITE_FLOAT:
        *ret_value = weir_float(sqlite3_column_double(row, column));
        return true;
    case SQLITE_BLOB:
        *ret_value = weir_text(WEIR_BYTES, text_of(row, column, arena));
        return true;
    case SQLITE_TEXT:
        text = text_of(row, column, arena);
        *ret_value = weir_text(WEIR_TEXT, text);
        return weir_str_utf8_error(text) == text.len;
    default:
        *ret_value = weir_null();
        return true;
    }
}

/* A chunk under construction. */
struct chunk {
    struct source_table *table;
    sqlite3_stmt *row;
    struct weir_batch *batch;
    size_t n_columns; /* those of the key, at the end, are not loaded */
    size_t *columns;  /* in the batch */
    size_t n_bytes;
    const char *last_key;
    bool is_last;
};

static enum weir_status refuse(struct chunk *chunk, const char *what)
{
    struct source *source = chunk->table->source;

    return weir_fail(source->stage, WEIR_FAULT_SOURCE, "E-SOURCE-KEY", "%s: '%s': %s", source->path,
        chunk->table->resource->name, what);
}

static enum weir_status begin(struct chunk *chunk)
{
    chunk->n_columns = (size_t)sqlite3_column_count(chunk->row) - chunk->table->n_keys;
    chunk->columns = weir_new_array(chunk->batch->arena, chunk->n_columns, size_t);
    for (size_t i = 0; i < chunk->n_columns; i++) {
        const char *name = sqlite3_column_name(chunk->row, (int)i);

        if (weir_batch_find(chunk->batch, weir_str(name)) != SIZE_MAX)
            return refuse(chunk, "two columns of the query have one name; give them names with AS");
        chunk->columns[i] = weir_batch_column(chunk->batch, weir_str(name));
    }
    return WEIR_OK;
}

static enum weir_status take_row(struct chunk *chunk)
{
    struct source *source = chunk->table->source;

    (void)weir_batch_add_row(chunk->batch);
    for (size_t i = 0; i < chunk->n_columns; i++) {
        struct weir_value value;

        if (!read_value(chunk->row, (int)i, chunk->batch->arena, &value))
            return weir_fail(source->stage, WEIR_FAULT_DATA, "E-UTF8",
                "%s: '%s': column '%s' holds a text that is not UTF-8; read it as a blob in a "
                "'query': CAST(column AS BLOB)",
                source->path, chunk->table->resource->name,
                sqlite3_column_name(chunk->row, (int)i));
        chunk->n_bytes += value.length;
        if (value.kind != WEIR_NULL)
            weir_batch_set(chunk->batch, chunk->columns[i], value);
    }
    return WEIR_OK;
}

/* The row's key must be behind that of the row before it, else rows would be skipped or come twice. */
static enum weir_status take_key(struct chunk *chunk)
{
    const char *key = source_key_text(
        chunk->row, (int)chunk->n_columns, chunk->table->n_keys, chunk->batch->arena);

    if (!key)
        return refuse(chunk, "the key of a row is null, or too long, or holds a NUL; name columns "
                             "that tell rows apart with 'key'");
    if (chunk->last_key && strcmp(key, chunk->last_key) == 0)
        return refuse(chunk, "two rows have the same key; name columns that tell rows apart with "
                             "'key'");
    chunk->last_key = key;
    return WEIR_OK;
}

static bool is_full(const struct chunk *chunk)
{
    return chunk->batch->n_rows >= CHUNK_ROWS || chunk->n_bytes >= CHUNK_BYTES;
}

/* One row more is looked at, to know whether there is one, and whether it has a key of its own. */
static enum weir_status read_rows(struct chunk *chunk)
{
    const char *behind = NULL;
    enum weir_status status = begin(chunk);
    int rc = SQLITE_DONE;

    while (status == WEIR_OK && !behind && (rc = sqlite3_step(chunk->row)) == SQLITE_ROW) {
        if (is_full(chunk))
            behind = chunk->last_key;
        status = take_key(chunk);
        if (status == WEIR_OK && !behind)
            status = take_row(chunk);
    }
    if (behind)
        chunk->last_key = behind;
    chunk->is_last = !behind;
    if (status == WEIR_OK && rc != SQLITE_ROW && rc != SQLITE_DONE)
        return source_fail(chunk->table->source, "cannot read '%s'", chunk->table->resource->name);
    return status;
}

/* Which conditions the statement has. */
static unsigned shape_of(const struct weir_chunk_part *part)
{
    return (part->after ? 1U : 0U) | (has_start(part) ? 2U : 0U) | (has_end(part) ? 4U : 0U);
}

static enum weir_status statement_for(
    struct source_table *table, const struct weir_chunk_part *part)
{
    unsigned shape = shape_of(part);

    if (table->statement && table->shape == shape)
        return WEIR_OK;
    (void)sqlite3_finalize(table->statement);
    table->statement = NULL;
    table->shape = shape;
    return prepare(table, part, &table->statement);
}

enum weir_status source_read_chunk(
    struct source *source, const struct weir_chunk_part *part, struct weir_batch *batch)
{
    struct source_table *table = &source->tables[part->index];
    struct chunk chunk = {.table = table, .batch = batch};
    enum weir_status status;

    source_may_wait(source);
    status = statement_for(table, part);
    if (status == WEIR_OK)
        status = bind(table, part, table->statement);
    if (status != WEIR_OK)
        return status;
    chunk.row = table->statement;
    (void)weir_batch_add_unit(batch, NULL);
    status = read_rows(&chunk);
    (void)sqlite3_reset(table->statement);
    if (status == WEIR_OK)
        weir_chunks_add(source->chunks, batch, chunk.last_key, chunk.is_last);
    return status;
}
