/* The SELECT of a part: its columns, the key behind them, and the conditions. */
#include "source.h"

#include "query/sql.h"

static void add_columns(struct weir_buf *sql, const struct source_table *table)
{
    for (size_t i = 0; i < table->n_columns; i++) {
        const struct source_column *column = &table->columns[i];

        sql_add(sql, i ? ", " : "");
        sql_add(sql, column->as_json ? "pg_catalog.to_json(" : "");
        sql_name(sql, weir_str(column->name));
        sql_add(sql, column->as_json ? ")" : "");
    }
}

static void add_keys(struct weir_buf *sql, const struct source_table *table)
{
    for (size_t i = 0; i < table->n_keys; i++) {
        sql_add(sql, i ? ", " : "");
        sql_name(sql, weir_str(table->keys[i]->name));
    }
}

/* Only the server knows which values are one by their type: 1.0 and 1.00 are. */
static void add_twin(struct weir_buf *sql, const struct source_table *table)
{
    sql_add(sql, ", (");
    for (size_t i = 0; i < table->n_keys; i++) {
        sql_add(sql, i ? " AND " : "");
        sql_name(sql, weir_str(table->keys[i]->name));
        sql_add(sql, " = pg_catalog.lag(");
        sql_name(sql, weir_str(table->keys[i]->name));
        sql_add(sql, ") OVER weir_order");
    }
    sql_add(sql, ") IS TRUE");
}

size_t source_select_behind(const struct source_table *table)
{
    return table->n_keys + table->is_key_declared;
}

/* A key that is null is behind nothing; where there may be one, it is to be seen and refused. */
static void add_nulls(struct weir_buf *sql, const struct source_table *table)
{
    for (size_t i = 0; i < table->n_keys; i++) {
        sql_add(sql, " OR ");
        sql_name(sql, weir_str(table->keys[i]->name));
        sql_add(sql, " IS NULL");
    }
}

static bool add_behind(struct weir_buf *sql, const struct source_table *table, const char *after)
{
    struct weir_arena *arena = weir_arena_new();
    struct weir_str items[SOURCE_KEY_MAX];
    bool ok = source_key_read(after, items, table->n_keys, arena);

    sql_add(sql, " WHERE ((");
    add_keys(sql, table);
    sql_add(sql, ") > (");
    for (size_t i = 0; ok && i < table->n_keys; i++) {
        sql_add(sql, i ? ", " : "");
        sql_literal(sql, items[i]);
        sql_printf(sql, "::%s", table->keys[i]->type);
    }
    sql_add(sql, ")");
    if (table->is_key_declared)
        add_nulls(sql, table);
    sql_add(sql, ")");
    weir_arena_free(arena);
    return ok;
}

static void add_window(
    struct weir_buf *sql, const struct source_table *table, const struct weir_chunk_part *part)
{
    struct weir_buf condition;

    sql_init(&condition);
    if (source_cursor_condition(&condition, table, part))
        sql_printf(sql, "%s%s", part->after ? " AND " : " WHERE ", condition.ptr);
    weir_buf_done(&condition);
}

bool source_select(
    struct weir_buf *sql, const struct source_table *table, const struct weir_chunk_part *part)
{
    bool ok = true;

    sql_add(sql, "SELECT ");
    add_columns(sql, table);
    sql_add(sql, ", ");
    add_keys(sql, table);
    if (table->is_key_declared)
        add_twin(sql, table);
    sql_printf(sql, " FROM %s AS weir_source", table->origin);
    if (part->after)
        ok = add_behind(sql, table, part->after);
    add_window(sql, table, part);
    if (table->is_key_declared) {
        sql_add(sql, " WINDOW weir_order AS (ORDER BY ");
        add_keys(sql, table);
        sql_add(sql, ")");
    }
    sql_add(sql, " ORDER BY ");
    add_keys(sql, table);
    return ok;
}
