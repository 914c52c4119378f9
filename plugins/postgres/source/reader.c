/* The fiber that reads: one snapshot, a COPY for each part, a chunk at a time. */
#include "source.h"

#include "query/copy_out.h"
#include "query/sql.h"
#include "session/session.h"

#include <stdlib.h>
#include <string.h>

enum {
    CHUNK_BYTES = 1 << 20, /* as they come from the server; one row more may be in it */
    CHUNK_ROWS = 10000,
    CHUNK_RESERVE = 2 * CHUNK_BYTES,
};

/* Until `extract` asks for more; false when nobody will. */
static bool wait_for_turn(struct source *source)
{
    source->is_waiting = true;
    if (!source->is_stopped)
        fiber_pause();
    source->is_waiting = false;
    return !source->is_stopped;
}

/* It stands in a FROM: DELETE is a mistake in writing there, and WITH ... DELETE is not supported. */
static bool is_no_select(const struct source_table *table, const struct pg_error *error)
{
    const struct weir_chunk_wish *wish = table->resource->options;

    return wish->query && !error->is_lost &&
           (pg_error_is(error, "42601") || pg_error_is(error, "0A000"));
}

enum weir_status source_fail(struct source *source, const struct source_table *table)
{
    struct connection *connection = &source->connection;

    if (pg_error_is(&connection->error, "25006"))
        return connection_refuse(connection, WEIR_FAULT_SOURCE, "E-SOURCE-QUERY",
            "the query of '%s' writes, and a source is only read", table->resource->name);
    if (is_no_select(table, &connection->error))
        return connection_refuse(connection, WEIR_FAULT_SOURCE, "E-SOURCE-QUERY",
            "the query of '%s' is not one SELECT: %s (%s); a source is only read",
            table->resource->name, connection->error.text, connection->error.sqlstate);
    return connection_fail(connection, "cannot read '%s'", table->resource->name);
}

static enum weir_status refuse_key(
    struct source *source, const struct source_table *table, const char *what)
{
    return connection_refuse(&source->connection, WEIR_FAULT_SOURCE, "E-SOURCE-KEY",
        "'%s': %s; name columns that tell rows apart with 'key'", table->resource->name, what);
}

/* --- lines ------------------------------------------------------------------------------- */

static void drop_line(struct source *source)
{
    PQfreemem(source->line);
    source->line = NULL;
}

/* What tells the rows of a primary key apart, the server has seen to. */
static enum weir_status check_line(struct source *source, const struct source_table *table)
{
    const char *key;

    if (!table->is_key_declared)
        return WEIR_OK;
    key = source_line_tail(source->line, source->line_size, source_select_behind(table));
    if (source_line_has_null(key))
        return refuse_key(source, table, "the key of a row is null");
    if (source->line[source->line_size - 2] == 't')
        return refuse_key(source, table, "two rows have the same key");
    return WEIR_OK;
}

static enum weir_status next_line(struct source *source, const struct source_table *table)
{
    if (!copy_out_line(&source->connection, &source->line, &source->line_size))
        return source_fail(source, table);
    return source->line ? check_line(source, table) : WEIR_OK;
}

static enum weir_status take_line(struct source *source, const struct source_table *table)
{
    source->last_line = source->lines.len;
    if (!weir_buf_add(&source->lines, source->line, source->line_size))
        return connection_refuse(&source->connection, WEIR_FAULT_SOURCE, "E-LIMIT",
            "'%s': a row is longer than %d MiB", table->resource->name, SOURCE_ROW_MAX >> 20);
    source->n_rows++;
    drop_line(source);
    return WEIR_OK;
}

/* --- chunks ------------------------------------------------------------------------------ */

static void let_go(struct source *source)
{
    drop_line(source);
    weir_buf_reset(&source->lines);
    source->n_rows = 0;
    if (source->reserved)
        weir_release(source->stage, source->reserved);
    source->reserved = 0;
}

static enum weir_status reserve(struct source *source)
{
    while (!weir_reserve(source->stage, CHUNK_RESERVE))
        if (!wait_for_turn(source))
            return WEIR_END;
    source->reserved = CHUNK_RESERVE;
    return WEIR_OK;
}

static bool is_full(const struct source *source)
{
    return source->n_rows >= CHUNK_ROWS || source->lines.len >= CHUNK_BYTES;
}

/* A chunk that others follow says where it ends. */
static enum weir_status note_key(struct source *source, const struct source_table *table)
{
    struct weir_str last = {
        source->lines.ptr + source->last_line, source->lines.len - source->last_line};
    struct weir_str items[SOURCE_KEY_MAX];
    struct weir_arena *arena = weir_arena_new();
    char *line = (char *)weir_copy(arena, last).ptr;
    char *at = source_line_tail(line, last.len, source_select_behind(table));

    for (size_t i = 0; i < table->n_keys; i++)
        items[i] = source_line_next(&at);
    free(source->last_key);
    source->last_key = source_key_text(items, table->n_keys);
    weir_arena_free(arena);
    if (source->last_key)
        return WEIR_OK;
    return refuse_key(source, table, "the key of a row is longer than 64 KiB");
}

/* One line more is looked at, to know whether there is one, and whether it has a key of its own. */
static enum weir_status gather(struct source *source, const struct source_table *table)
{
    enum weir_status status = reserve(source);

    while (status == WEIR_OK && source->line && !is_full(source)) {
        status = take_line(source, table);
        if (status == WEIR_OK)
            status = next_line(source, table);
    }
    if (status != WEIR_OK)
        return status;
    source->is_last = !source->line;
    return source->is_last ? WEIR_OK : note_key(source, table);
}

static enum weir_status hand_over(struct source *source, const struct source_table *table)
{
    source->has_moved = true;
    source->ready = table;
    weir_wake(source->stage);
    while (source->ready)
        if (!wait_for_turn(source))
            return WEIR_END;
    return WEIR_OK;
}

/* --- parts ------------------------------------------------------------------------------- */

/* What compares the keys may stand in the schema of their type. */
static bool find_operators(struct source *source, const struct source_table *table)
{
    struct weir_buf sql;
    bool ok = true, is_needed = false;

    sql_init(&sql);
    sql_add(&sql, "SET LOCAL search_path TO pg_catalog, ");
    sql_name(&sql, weir_str(source->schema));
    for (size_t i = 0; i < table->n_keys; i++) {
        if (strcmp(table->keys[i]->schema, "pg_catalog") == 0)
            continue;
        is_needed = true;
        sql_add(&sql, ", ");
        sql_name(&sql, weir_str(table->keys[i]->schema));
    }
    if (is_needed)
        ok = query_script(&source->connection, sql.ptr);
    weir_buf_done(&sql);
    return ok;
}

static enum weir_status begin_copy(
    struct source *source, const struct source_table *table, const struct weir_chunk_part *part)
{
    enum weir_status status = WEIR_OK;
    struct weir_buf sql;

    if (!find_operators(source, table))
        return source_fail(source, table);
    sql_init(&sql);
    sql_add(&sql, "COPY (");
    if (!source_select(&sql, table, part)) {
        status = connection_refuse(&source->connection, WEIR_FAULT_SOURCE, "E-SOURCE-KEY",
            "the place where '%s' was left is no key of it; begin anew with --restart",
            table->resource->name);
    } else {
        sql_add(&sql, ") TO STDOUT");
        if (!copy_out_begin(&source->connection, sql.ptr))
            status = source_fail(source, table);
    }
    weir_buf_done(&sql);
    return status;
}

/* In the snapshot of the transaction; it goes on behind the last chunk that was taken. */
static enum weir_status read_part(struct source *source, const struct weir_chunk_part *part)
{
    const struct source_table *table = &source->tables[part->index];
    enum weir_status status = begin_copy(source, table, part);
    bool is_last = false;

    if (status == WEIR_OK)
        status = next_line(source, table);
    while (status == WEIR_OK && !is_last) {
        status = gather(source, table);
        is_last = source->is_last;
        if (status == WEIR_OK)
            status = hand_over(source, table);
    }
    return status;
}

/* Names in a query are looked for in the schema, too, but behind the server's own. */
static bool begin_snapshot(struct source *source)
{
    struct weir_buf sql;
    bool ok;

    sql_init(&sql);
    sql_add(&sql, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
                  " SET LOCAL search_path TO pg_catalog, ");
    sql_name(&sql, weir_str(source->schema));
    ok = query_script(&source->connection, sql.ptr);
    weir_buf_done(&sql);
    return ok;
}

static enum weir_status read_parts(struct source *source)
{
    const struct weir_chunk_part *part;
    enum weir_status status = WEIR_OK;

    if (!begin_snapshot(source))
        return connection_fail(&source->connection, "cannot read");
    for (size_t i = 0; i < source->stage->n_resources && status == WEIR_OK; i++)
        if (!source->tables[i].is_known)
            status = source_describe(source, &source->tables[i]);
    while (status == WEIR_OK) {
        status = weir_chunks_next(source->chunks, &part);
        if (status == WEIR_OK)
            status = read_part(source, part);
    }
    return status;
}

/* WEIR_END: all is read, or nobody wants more. WEIR_OK: once more, and the time for it begins anew. */
static enum weir_status read_on(struct connection *connection, void *arg)
{
    struct source *source = arg;
    enum weir_status status;

    source->has_moved = false;
    status = read_parts(source);
    let_go(source);
    if (status != WEIR_AGAIN || !source->has_moved || source->is_stopped ||
        weir_stopping(source->stage))
        return status;
    weir_log(source->stage, WEIR_LOG_WARNING, "%s: reading: %s; going on behind the last key",
        connection_name(connection), connection->error.text);
    return WEIR_OK;
}

void source_read_all(void *arg)
{
    struct source *source = arg;
    enum weir_status status;

    do
        status = connection_retry(&source->connection, read_on, source, "reading");
    while (status == WEIR_OK);
    source->has_failed = status != WEIR_END;
    source->has_ended = true;
    connection_close(&source->connection);
    weir_wake(source->stage);
}
