/*
 * The statements that make a table and change one. Types have names that the server has given, or
 * that were checked. What somebody else may have made in the meantime is taken as it is, since the
 * table is read again afterwards.
 */
#include "adapt.h"

#include "made.h"
#include "query/sql.h"

#include <stdio.h>

/* --- statements ---------------------------------------------------------------------------- */

static void add_column(struct weir_buf *sql, struct weir_str name, const struct type *type)
{
    sql_name(sql, name);
    sql_add(sql, " ");
    sql_add(sql, type->name);
}

static void add_key(struct weir_buf *sql, const struct weir_strs *key)
{
    for (size_t i = 0; i < key->n; i++) {
        sql_add(sql, i ? ", " : ", PRIMARY KEY (");
        sql_name(sql, weir_str(key->items[i]));
    }
    sql_add(sql, key->n ? ")" : "");
}

/* Digits of a double stay what they are on their way through text; a cast would round them. */
void change_type(
    struct weir_buf *sql, struct weir_str name, const struct type *was, const char *type)
{
    bool is_float = was->kind == TYPE_FLOAT4 || was->kind == TYPE_FLOAT8;

    sql_add(sql, "ALTER COLUMN ");
    sql_name(sql, name);
    sql_printf(sql, " TYPE %s USING ", type);
    sql_name(sql, name);
    sql_printf(sql, is_float ? "::pg_catalog.text::%s" : "::%s", type);
}

static void add_change(struct weir_buf *sql, const struct change *change)
{
    if (!change->was) {
        sql_add(sql, "ADD COLUMN IF NOT EXISTS ");
        add_column(sql, change->name, &change->type);
        return;
    }
    change_type(sql, change->name, &change->was->type, change->type.name);
}

/* Somebody else was making it at the same moment: the next try finds it there. */
static enum weir_status fail_making(const struct table *table, struct connection *connection)
{
    static const char *const races[] = {"42P06", "42P07", "23505"};

    for (size_t i = 0; i < sizeof(races) / sizeof(races[0]); i++)
        if (pg_error_is(&connection->error, races[i])) {
            (void)snprintf(connection->error.text, sizeof(connection->error.text),
                "somebody else has made table '%s' meanwhile", table_show(table).text);
            return WEIR_AGAIN;
        }
    return connection_fail(connection, "cannot make table '%s'", table_show(table).text);
}

static bool make_schema(const struct table *table, struct connection *connection)
{
    struct weir_buf sql;

    sql_init(&sql);
    sql_add(&sql, "CREATE SCHEMA IF NOT EXISTS ");
    sql_name(&sql, table->schema);
    return sql_run(connection, &sql);
}

enum weir_status changes_create(
    struct table *table, struct connection *connection, const struct changes *changes)
{
    struct weir_buf sql;

    if (!table_inside(table)->now->has_schema && !make_schema(table, connection))
        return fail_making(table, connection);
    sql_init(&sql);
    sql_add(&sql, "CREATE TABLE ");
    sql_table(&sql, table->schema, table->name);
    sql_add(&sql, " (");
    for (size_t i = 0; i < changes->n; i++) {
        sql_add(&sql, i ? ", " : "");
        add_column(&sql, changes->items[i].name, &changes->items[i].type);
    }
    add_key(&sql, &table->resource->primary_key);
    sql_add(&sql, ")");
    if (!sql_run(connection, &sql))
        return fail_making(table, connection);
    return made_note(table, connection);
}

enum weir_status changes_alter(
    struct table *table, struct connection *connection, const struct changes *changes)
{
    struct weir_buf sql;

    sql_init(&sql);
    sql_add(&sql, "ALTER TABLE ");
    sql_table(&sql, table->schema, table->name);
    for (size_t i = 0; i < changes->n; i++) {
        sql_add(&sql, i ? ", " : " ");
        add_change(&sql, &changes->items[i]);
    }
    if (!sql_run(connection, &sql))
        return connection_fail(connection, "cannot change table '%s'", table_show(table).text);
    return WEIR_OK;
}

/* --- what is told about it ----------------------------------------------------------------- */

enum { NAMED_MAX = 8 };

const char *changes_describe(
    const struct table *table, const struct changes *changes, struct weir_arena *arena)
{
    const char *list = "";

    for (size_t i = 0; i < changes->n && i < NAMED_MAX; i++) {
        const struct change *change = &changes->items[i];

        list = weir_printf(arena, "%s%s%s %s", list, i ? ", " : "", name_show(change->name).text,
            change->type.name);
        if (change->was)
            list = weir_printf(arena, "%s (was %s)", list, change->was->type.name);
    }
    if (changes->n > NAMED_MAX)
        list = weir_printf(arena, "%s and %zu more", list, changes->n - NAMED_MAX);
    return weir_printf(arena, "table '%s' %s: %s", table_show(table).text,
        table->exists ? "was changed" : "was made", *list ? list : "no columns");
}
