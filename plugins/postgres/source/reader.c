/* The fiber that reads: one snapshot, a cursor for each part, a chunk at a time. */
#include "source.h"

#include "query/sql.h"
#include "session/session.h"

#include <stdlib.h>
#include <string.h>

enum {
    CHUNK_BYTES = 1 << 20, /* as they come from the server */
    CHUNK_ROWS_FIRST = 100,
    CHUNK_ROWS_MAX = 10000,
};

static struct source_table *table_of(struct source *source, const struct weir_chunk_part *part)
{
    return &source->tables[part->index];
}

/* Until `extract` asks for more; false when nobody will. */
static bool wait_for_turn(struct source *source)
{
    source->is_waiting = true;
    if (!source->is_stopped)
        fiber_pause();
    source->is_waiting = false;
    return !source->is_stopped;
}

static size_t rows_wanted(const struct source_table *table)
{
    size_t n = table->row_bytes ? CHUNK_BYTES / table->row_bytes : CHUNK_ROWS_FIRST;

    return n < 1 ? 1 : n > CHUNK_ROWS_MAX ? CHUNK_ROWS_MAX : n;
}

/* In the snapshot of the transaction; it goes on behind the last chunk that was taken. */
static enum weir_status open_cursor(struct source *source, const struct weir_chunk_part *part)
{
    struct source_table *table = table_of(source, part);
    struct weir_arena *arena = weir_arena_new();
    enum weir_status status = WEIR_OK;
    struct source_select select;
    char *sql;

    if (!source_select(&select, table, part, arena)) {
        status = connection_refuse(&source->connection, WEIR_FAULT_SOURCE, "E-SOURCE-KEY",
            "the place where '%s' was left is no key of it; begin anew with --restart",
            table->resource->name);
    } else {
        sql = weir_printf(arena, "DECLARE weir_cursor NO SCROLL CURSOR FOR %s", select.sql.ptr);
        if (!query_run_with(&source->connection, NULL, sql, select.values, select.n_values))
            status =
                connection_fail(&source->connection, "cannot read '%s'", table->resource->name);
    }
    weir_buf_done(&select.sql);
    weir_arena_free(arena);
    return status;
}

/* Each row's key must be behind that of the row before it, else rows were skipped or came twice. */
static enum weir_status check_keys(
    struct source *source, const struct source_table *table, const PGresult *result)
{
    for (int row = 0; row < PQntuples(result); row++) {
        char *key = source_key_text(result, row, (int)table->n_columns, table->n_keys);
        bool is_twin = key && source->last_key && strcmp(key, source->last_key) == 0;

        free((char *)source->last_key);
        source->last_key = key;
        if (!key)
            return connection_refuse(&source->connection, WEIR_FAULT_SOURCE, "E-SOURCE-KEY",
                "'%s': the key of a row is null or longer than 64 KiB; name columns that tell rows "
                "apart with 'key'",
                table->resource->name);
        if (is_twin)
            return connection_refuse(&source->connection, WEIR_FAULT_SOURCE, "E-SOURCE-KEY",
                "'%s': two rows have the same key; name columns that tell rows apart with 'key'",
                table->resource->name);
    }
    return WEIR_OK;
}

static void note_size(struct source_table *table, const PGresult *result)
{
    int n = PQntuples(result);

    if (n)
        table->row_bytes = PQresultMemorySize(result) / (size_t)n + 1;
}

/* The next rows of the cursor become `ready`. */
static enum weir_status fetch(struct source *source, struct source_table *table)
{
    size_t wanted = rows_wanted(table);
    size_t reserved = wanted * (table->row_bytes ? table->row_bytes : 1024);
    struct source_chunk *chunk;
    enum weir_status status;
    PGresult *result;
    char sql[80];

    while (!weir_reserve(source->stage, reserved))
        if (!wait_for_turn(source))
            return WEIR_END;
    (void)snprintf(sql, sizeof(sql), "FETCH %zu FROM weir_cursor", wanted);
    result = query_get_with(&source->connection, sql, NULL, 0);
    status = result
                 ? check_keys(source, table, result)
                 : connection_fail(&source->connection, "cannot read '%s'", table->resource->name);
    if (status != WEIR_OK) {
        weir_release(source->stage, reserved);
        PQclear(result);
        return status;
    }
    note_size(table, result);
    chunk = weir_calloc(1, sizeof(*chunk));
    *chunk = (struct source_chunk){.table = table, .result = result, .reserved = reserved};
    source->is_last = (size_t)PQntuples(result) < wanted;
    source->ready = chunk;
    return WEIR_OK;
}

static enum weir_status read_part(struct source *source, const struct weir_chunk_part *part)
{
    struct source_table *table = table_of(source, part);
    enum weir_status status = open_cursor(source, part);
    bool is_last = false;

    free((char *)source->last_key);
    source->last_key = NULL;
    while (status == WEIR_OK && !is_last) {
        status = fetch(source, table);
        if (status != WEIR_OK)
            break;
        is_last = source->is_last;
        weir_wake(source->stage);
        while (status == WEIR_OK && source->ready)
            if (!wait_for_turn(source))
                status = WEIR_END;
    }
    if (status == WEIR_OK && !query_script(&source->connection, "CLOSE weir_cursor"))
        return connection_fail(&source->connection, "cannot read '%s'", table->resource->name);
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

/* WEIR_END: all is read, or nobody wants more. */
static enum weir_status read_parts(struct connection *connection, void *arg)
{
    struct source *source = arg;
    const struct weir_chunk_part *part;
    enum weir_status status = WEIR_OK;

    if (!begin_snapshot(source))
        return connection_fail(connection, "cannot read");
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

void source_read_all(void *arg)
{
    struct source *source = arg;

    source->has_failed =
        connection_retry(&source->connection, read_parts, source, "reading") != WEIR_END;
    source->has_ended = true;
    connection_close(&source->connection);
    weir_wake(source->stage);
}
