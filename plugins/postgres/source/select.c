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

/* A place for the value, with the type of the column that it is compared with. */
static void add_value(
    struct source_select *select, const struct source_column *column, struct weir_str text)
{
    select->values[select->n_values++] = bind_str(text);
    sql_printf(&select->sql, "$%zu::%s", select->n_values, column->type);
}

static bool add_behind(struct source_select *select, const struct source_table *table,
    const char *after, struct weir_arena *arena)
{
    struct weir_str items[SOURCE_KEY_MAX];

    if (!source_key_read(after, items, table->n_keys, arena))
        return false;
    sql_add(&select->sql, "(");
    add_keys(&select->sql, table);
    sql_add(&select->sql, ") > (");
    for (size_t i = 0; i < table->n_keys; i++) {
        sql_add(&select->sql, i ? ", " : "");
        add_value(select, table->keys[i], items[i]);
    }
    sql_add(&select->sql, ")");
    return true;
}

static void add_bound(struct source_select *select, const struct source_table *table,
    const char *comparison, struct weir_str text)
{
    sql_name(&select->sql, weir_str(table->cursor->name));
    sql_add(&select->sql, comparison);
    add_value(select, table->cursor, text);
}

bool source_select(struct source_select *select, const struct source_table *table,
    const struct weir_chunk_part *part, struct weir_arena *arena)
{
    const char *glue = " WHERE ";
    bool ok = true;

    *select = (struct source_select){0};
    sql_init(&select->sql);
    sql_add(&select->sql, "SELECT ");
    add_columns(&select->sql, table);
    sql_add(&select->sql, ", ");
    add_keys(&select->sql, table);
    sql_printf(&select->sql, " FROM %s AS weir_source", table->origin);
    if (part->after) {
        sql_add(&select->sql, glue);
        ok = add_behind(select, table, part->after, arena);
        glue = " AND ";
    }
    if (part->window && part->window->start.ptr) {
        sql_add(&select->sql, glue);
        add_bound(select, table, " >= ", part->window->start);
        glue = " AND ";
    }
    if (part->window && part->window->to.key.ptr) {
        sql_add(&select->sql, glue);
        add_bound(select, table, " < ", part->window->to.text);
    }
    sql_add(&select->sql, " ORDER BY ");
    add_keys(&select->sql, table);
    return ok;
}
