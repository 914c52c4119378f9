/* The SELECT of a part, and what is bound to it. */
#include "source.h"

/* Places in the statement: the key from 1 on, then the bounds of the cursor. */
enum { BOUND_START = SOURCE_KEY_MAX + 1, BOUND_END };

enum { ZONE_DAYS = 2 }; /* more than any offset from UTC */

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

/* --- the cursor: never narrower than the window ------------------------------------------ */

/*
 * SQLite sorts null, then numbers, then texts, then blobs. What is none of the kind that is
 * compared is looked for where it sorts, or left out.
 */
static void append_start(
    sqlite3_str *sql, const char *cursor, const struct weir_chunk_bounds *bounds)
{
    bool are_texts = bounds->kind != WEIR_CHUNK_NUMBERS;

    sqlite3_str_appendf(
        sql, "(%s%s >= ?%d", cursor, are_texts ? " COLLATE BINARY" : "", BOUND_START);
    if (bounds->takes_nulls)
        sqlite3_str_appendf(sql, " OR %s IS NULL", cursor);
    if (bounds->takes_others && are_texts)
        sqlite3_str_appendf(sql, " OR %s < ''", cursor);
    sqlite3_str_appendall(sql, ")");
}

static void append_end(sqlite3_str *sql, const char *cursor, const struct weir_chunk_bounds *bounds)
{
    bool are_texts = bounds->kind != WEIR_CHUNK_NUMBERS;

    sqlite3_str_appendf(sql, "(%s%s <= ?%d", cursor, are_texts ? " COLLATE BINARY" : "", BOUND_END);
    if (bounds->takes_nulls)
        sqlite3_str_appendf(sql, " OR %s IS NULL", cursor);
    if (bounds->takes_others)
        sqlite3_str_appendf(
            sql, " OR typeof(%s) %s", cursor, are_texts ? "= 'blob'" : "IN ('text', 'blob')");
    sqlite3_str_appendall(sql, ")");
}

static void append_window(
    sqlite3_str *sql, const struct source_table *table, const struct weir_chunk_bounds *bounds)
{
    if (bounds->has_start)
        append_start(sql, table->cursor, bounds);
    if (bounds->has_start && bounds->has_end)
        sqlite3_str_appendall(sql, " AND ");
    if (bounds->has_end)
        append_end(sql, table->cursor, bounds);
    if (!bounds->takes_nulls)
        sqlite3_str_appendf(sql, "%s%s IS NOT NULL",
            bounds->has_start || bounds->has_end ? " AND " : "", table->cursor);
}

/* As a text of the column can be compared: days, since the texts may have any offset from UTC. */
static void take_days(struct source_bounds *bounds)
{
    bounds->at.has_start =
        bounds->at.has_start && weir_chunks_day(bounds->at.start, -ZONE_DAYS, bounds->first_day);
    bounds->at.has_end =
        bounds->at.has_end && weir_chunks_day(bounds->at.end, ZONE_DAYS, bounds->last_day);
    bounds->at.start_text = weir_str(bounds->first_day);
    bounds->at.end_text = weir_str(bounds->last_day);
}

static void take_bounds(struct source_bounds *bounds, const struct source_table *table,
    const struct weir_chunk_part *part)
{
    *bounds = (struct source_bounds){.at = weir_chunks_bounds(part)};
    if (bounds->at.kind == WEIR_CHUNK_TIMES)
        take_days(bounds);
    /* The bytes of UTF-16 stand in another order. */
    if (bounds->at.kind != WEIR_CHUNK_NUMBERS && !table->source->is_utf8)
        bounds->at.has_start = bounds->at.has_end = false;
}

/* --- the statement ------------------------------------------------------------------------ */

static char *write_statement(const struct source_table *table, const struct weir_chunk_part *part,
    const struct source_bounds *bounds)
{
    sqlite3_str *sql = sqlite3_str_new(table->source->connection);
    bool has_window =
        part->window && (bounds->at.has_start || bounds->at.has_end || !bounds->at.takes_nulls);

    sqlite3_str_appendall(sql, "SELECT *, ");
    append_keys(sql, table);
    sqlite3_str_appendf(sql, " FROM %s", table->origin);
    if (part->after) {
        sqlite3_str_appendall(sql, " WHERE ");
        append_behind(sql, table);
    }
    if (has_window) {
        sqlite3_str_appendall(sql, part->after ? " AND " : " WHERE ");
        append_window(sql, table, &bounds->at);
    }
    sqlite3_str_appendall(sql, " ORDER BY ");
    append_keys(sql, table);
    sqlite3_str_appendf(sql, " LIMIT %d", SOURCE_LIMIT);
    return sqlite3_str_finish(sql);
}

static enum weir_status prepare(struct source_table *table, char *sql)
{
    struct source *source = table->source;
    const char *rest = "";
    int rc = sql ? sqlite3_prepare_v2(source->connection, sql, -1, &table->statement, &rest)
                 : SQLITE_NOMEM;

    if (rc != SQLITE_OK)
        return source_fail(source, "'%s'", table->resource->name);
    if (rest[0] != '\0' || !sqlite3_stmt_readonly(table->statement))
        return weir_fail(source->stage, WEIR_FAULT_USAGE, "E-SOURCE-QUERY",
            "%s: the query of '%s' is not one SELECT", source->path, table->resource->name);
    return WEIR_OK;
}

/* Which conditions the statement has. */
static unsigned shape_of(const struct weir_chunk_part *part, const struct source_bounds *bounds)
{
    return 1U | (part->after ? 2U : 0U) | (bounds->at.has_start ? 4U : 0U) |
           (bounds->at.has_end ? 8U : 0U) | (part->window && part->window->is_last ? 16U : 0U);
}

static enum weir_status prepare_for(struct source_table *table, const struct weir_chunk_part *part,
    const struct source_bounds *bounds)
{
    unsigned shape = shape_of(part, bounds);
    enum weir_status status;
    char *sql;

    if (table->shape == shape)
        return WEIR_OK;
    (void)sqlite3_finalize(table->statement);
    table->statement = NULL;
    table->shape = 0;
    sql = write_statement(table, part, bounds);
    status = prepare(table, sql);
    sqlite3_free(sql);
    if (status == WEIR_OK)
        table->shape = shape;
    return status;
}

/* A number is bound as one, since a column of a SELECT has no type that would make it one. */
static void bind_bound(
    sqlite3_stmt *statement, int place, bool is_number, int64_t number, struct weir_str text)
{
    if (is_number)
        (void)sqlite3_bind_int64(statement, place, number);
    else
        (void)sqlite3_bind_text64(
            statement, place, text.ptr, text.len, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static enum weir_status bind(struct source_table *table, const struct weir_chunk_part *part,
    const struct source_bounds *bounds)
{
    bool are_numbers = bounds->at.kind == WEIR_CHUNK_NUMBERS;

    if (bounds->at.has_start)
        bind_bound(
            table->statement, BOUND_START, are_numbers, bounds->at.start, bounds->at.start_text);
    if (bounds->at.has_end)
        bind_bound(table->statement, BOUND_END, are_numbers, bounds->at.end, bounds->at.end_text);
    if (!part->after || source_bind_key(table->statement, 1, table->n_keys, part->after))
        return WEIR_OK;
    return weir_fail(table->source->stage, WEIR_FAULT_SOURCE, "E-SOURCE-KEY",
        "%s: the place where '%s' was left is no key of it; begin anew with --restart",
        table->source->path, table->resource->name);
}

enum weir_status source_statement(struct source_table *table, const struct weir_chunk_part *part)
{
    struct source_bounds bounds;
    enum weir_status status;

    take_bounds(&bounds, table, part);
    status = prepare_for(table, part, &bounds);
    return status == WEIR_OK ? bind(table, part, &bounds) : status;
}
