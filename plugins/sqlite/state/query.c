#include "query.h"

#include <assert.h>
#include <string.h>

void queries_init(struct queries *queries, sqlite3 *connection)
{
    *queries = (struct queries){.connection = connection};
}

void queries_done(struct queries *queries)
{
    for (size_t i = 0; i < queries->n; i++)
        (void)sqlite3_finalize(queries->items[i].statement);
    queries->n = 0;
}

static sqlite3_stmt *find(struct queries *queries, const char *sql)
{
    sqlite3_stmt *statement = NULL;

    for (size_t i = 0; i < queries->n; i++)
        if (queries->items[i].sql == sql)
            return queries->items[i].statement;
    assert(queries->n < QUERIES_MAX);
    if (sqlite3_prepare_v3(
            queries->connection, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK)
        return NULL;
    queries->items[queries->n].sql = sql;
    queries->items[queries->n].statement = statement;
    queries->n++;
    return statement;
}

static int bind(sqlite3_stmt *statement, int at, const struct bound *value)
{
    const char *ptr = value->text.ptr ? value->text.ptr : "";

    switch (value->kind) {
    case BOUND_INTEGER:
        return sqlite3_bind_int64(statement, at, value->integer);
    case BOUND_TEXT:
        return sqlite3_bind_text64(statement, at, ptr, value->text.len, SQLITE_STATIC, SQLITE_UTF8);
    case BOUND_BYTES:
        return sqlite3_bind_blob64(statement, at, ptr, value->text.len, SQLITE_STATIC);
    case BOUND_NULL:
        break;
    }
    return sqlite3_bind_null(statement, at);
}

sqlite3_stmt *query_begin_with(
    struct queries *queries, const char *sql, const struct bound *values, size_t n_values)
{
    sqlite3_stmt *statement = find(queries, sql);

    for (size_t i = 0; statement && i < n_values; i++)
        if (bind(statement, (int)i + 1, &values[i]) != SQLITE_OK)
            return NULL;
    return statement;
}

bool query_step(sqlite3_stmt *query)
{
    return query && sqlite3_step(query) == SQLITE_ROW;
}

int query_end(sqlite3_stmt *query)
{
    return query ? sqlite3_reset(query) : SQLITE_ERROR;
}

int query_run_with(
    struct queries *queries, const char *sql, const struct bound *values, size_t n_values)
{
    sqlite3_stmt *statement = query_begin_with(queries, sql, values, n_values);

    (void)query_step(statement);
    return query_end(statement);
}

struct weir_str query_bytes(sqlite3_stmt *query, int column)
{
    const char *ptr = sqlite3_column_blob(query, column);

    return (struct weir_str){ptr ? ptr : "", (size_t)sqlite3_column_bytes(query, column)};
}

const char *query_text(sqlite3_stmt *query, int column)
{
    return (const char *)sqlite3_column_text(query, column);
}

bool query_id(sqlite3_stmt *query, int column, struct weir_id *ret_id)
{
    struct weir_str bytes = query_bytes(query, column);

    if (bytes.len != WEIR_ID_SIZE)
        return false;
    memcpy(ret_id->bytes, bytes.ptr, WEIR_ID_SIZE);
    return true;
}
