/*
 * The rows of a table are deleted one by one, and the table is not cut short: whoever reads in an
 * older snapshot goes on seeing the old rows, and would see an empty table else.
 *
 * Where foreign keys refer to one of the tables, everything is one statement: they are
 * looked at when it ends, and then all tables have their new rows.
 */
#include "swap.h"

#include "query/sql.h"
#include "table/made.h"
#include "table/names.h"

#include <stdlib.h>
#include <weir/failpoint.h>

/* The same rows would be refused for ever. */
static enum weir_status refuse(const struct table *table, struct connection *connection)
{
    struct weir_error error = {0};

    if (pg_error_is(&connection->error, "23503"))
        return connection_refuse(connection, WEIR_FAULT_DATA, "E-ROW-CONSTRAINT",
            "the new rows cannot replace the old ones, which stay: rows of table '%s' would refer "
            "to rows that are not there (constraint '%s'); load what is referred to as well, or "
            "mend the rows with a transform",
            connection->error.table, connection->error.constraint);
    connection_describe_row(connection, &error);
    return connection_refuse(connection, WEIR_FAULT_DATA, error.code,
        "the new rows cannot replace the old ones of table '%s', which stay: %s",
        name_show(table->name).text, error.text);
}

static enum weir_status fail(const struct table *table, struct connection *connection)
{
    if (pg_error_is_of_row(&connection->error))
        return refuse(table, connection) == WEIR_FAIL ? WEIR_REJECT : WEIR_FAIL;
    return connection_fail(
        connection, "cannot replace the rows of table '%s'", name_show(table->name).text);
}

/* --- a table that is not there ------------------------------------------------------------------- */

static bool make_schema(const struct table *table, struct connection *connection)
{
    PGresult *result = query_get(
        connection, "SELECT 1 FROM pg_namespace WHERE nspname = $1::text", bind_str(table->schema));
    struct weir_buf sql;
    bool exists = result && PQntuples(result);
    bool ok = result != NULL;

    PQclear(result);
    if (!ok || exists)
        return ok;
    sql_init(&sql);
    sql_add(&sql, "CREATE SCHEMA IF NOT EXISTS ");
    sql_name(&sql, table->schema);
    return sql_run(connection, &sql);
}

/* The key's index has the name of the staged table still. */
static bool rename_key(const struct table *table, struct connection *connection)
{
    PGresult *result = query_get(connection,
        "SELECT format('ALTER TABLE %s RENAME CONSTRAINT %I TO %I', c.conrelid::regclass,"
        " c.conname, $3::text || '_pkey') FROM pg_constraint AS c"
        " WHERE c.conrelid = format('%I.%I', $1::text, $2::text)::regclass AND c.contype = 'p'"
        " AND octet_length($3::text) <= 58"
        " AND to_regclass(format('%I.%I', $1::text, $3::text || '_pkey')) IS NULL",
        bind_str(table->schema), bind_str(table->name), bind_str(table->name));
    bool ok = result != NULL;

    if (result && PQntuples(result))
        ok = query_script(connection, query_text(result, 0, 0));
    PQclear(result);
    return ok;
}

static enum weir_status become_table(const struct table *table, struct connection *connection)
{
    const struct table *staged = table->staged;
    struct weir_buf sql;

    if (!make_schema(table, connection))
        return fail(table, connection);
    sql_init(&sql);
    sql_add(&sql, "ALTER TABLE ");
    sql_table(&sql, staged->schema, staged->name);
    sql_add(&sql, " SET SCHEMA ");
    sql_name(&sql, table->schema);
    sql_add(&sql, "; ALTER TABLE ");
    sql_table(&sql, table->schema, staged->name);
    sql_add(&sql, " RENAME TO ");
    sql_name(&sql, table->name);
    if (!sql_run(connection, &sql) || !rename_key(table, connection))
        return fail(table, connection);
    return made_note(table, connection);
}

/* --- columns ---------------------------------------------------------------------------------------- */

static bool is_same_type(const struct type *a, const struct type *b)
{
    return a->oid == b->oid && a->modifier == b->modifier;
}

static void append_change(struct weir_buf *sql, const struct column *from, const struct column *to)
{
    sql_add(sql, to ? " ALTER COLUMN " : " ADD COLUMN ");
    sql_name(sql, from->name);
    sql_printf(sql, "%s %s", to ? " TYPE" : "", from->type.name);
    if (!to)
        return;
    sql_add(sql, " USING ");
    sql_name(sql, from->name);
    /* Digits of a double stay what they are on their way through text. */
    sql_printf(sql, "::pg_catalog.text::%s", from->type.name);
}

/* Its types are not weir's to change, so they are not those that rows were checked against. */
static enum weir_status refuse_type(
    const struct table *table, struct connection *connection, const struct column *column)
{
    return connection_refuse(connection, WEIR_FAULT_DESTINATION, "E-DB-SCHEMA",
        "somebody has changed the type of column '%s' of table '%s' while rows waited to take the "
        "place of the old ones; change it back, or begin anew with --restart",
        name_show(column->name).text, name_show(table->name).text);
}

/* What rows have brought while they waited, and what did not fit into the types of old. */
static enum weir_status change_columns(const struct table *table, struct connection *connection)
{
    const struct table *staged = table->staged;
    const char *separator = "";
    struct weir_buf sql;

    sql_init(&sql);
    sql_add(&sql, "ALTER TABLE ");
    sql_table(&sql, table->schema, table->name);
    for (size_t i = 0; i < staged->n_columns; i++) {
        const struct column *from = &staged->columns[i];
        const struct column *to = table_find(table, from->name);

        if (to && (to->is_generated || is_same_type(&from->type, &to->type)))
            continue;
        if (to && !table_may_widen(table, to)) {
            weir_buf_done(&sql);
            return refuse_type(table, connection, to);
        }
        sql_add(&sql, separator);
        append_change(&sql, from, to);
        separator = ",";
    }
    if (*separator)
        return sql_run(connection, &sql)
                   ? WEIR_OK
                   : connection_fail(connection, "cannot give table '%s' the columns of its rows",
                         name_show(table->name).text);
    weir_buf_done(&sql);
    return WEIR_OK;
}

/* --- rows --------------------------------------------------------------------------------------------- */

static void append_delete(struct weir_buf *sql, const struct table *table)
{
    sql_add(sql, "DELETE FROM ");
    sql_table(sql, table->schema, table->name);
}

/* Those that take values on both sides, behind `before`; nothing where there is none. */
static void append_names(struct weir_buf *sql, const struct table *table, const char *before)
{
    for (size_t i = 0; i < table->staged->n_columns; i++) {
        const struct column *from = &table->staged->columns[i];
        const struct column *to = table_find(table, from->name);

        if (from->is_generated || (to && to->is_generated))
            continue;
        sql_add(sql, before);
        sql_name(sql, from->name);
        before = ", ";
    }
}

static void append_insert(struct weir_buf *sql, const struct table *table)
{
    size_t start;

    sql_add(sql, "INSERT INTO ");
    sql_table(sql, table->schema, table->name);
    start = sql->len;
    append_names(sql, table, " (");
    sql_add(sql, sql->len > start ? ") SELECT" : " SELECT");
    append_names(sql, table, " ");
    sql_add(sql, " FROM ");
    sql_table(sql, table->staged->schema, table->staged->name);
}

static enum weir_status fail_between(const struct table *table, struct connection *connection)
{
    return connection_refuse(connection, WEIR_FAULT_DESTINATION, "E-DB",
        "cannot replace the rows of table '%s'", name_show(table->name).text);
}

static enum weir_status replace_rows(const struct table *table, struct connection *connection)
{
    struct weir_buf sql;

    sql_init(&sql);
    append_delete(&sql, table);
    if (!sql_run(connection, &sql))
        return fail(table, connection);
    if (WEIR_FAILPOINT("mid_publish"))
        return fail_between(table, connection);
    if (!table->staged->exists)
        return WEIR_OK;
    sql_init(&sql);
    append_insert(&sql, table);
    return sql_run(connection, &sql) ? WEIR_OK : fail(table, connection);
}

/* Each INSERT begins by asking how many rows were deleted, and so when that is done. */
static void append_together(struct weir_buf *sql, struct table *const *tables, size_t n)
{
    const char *separator = "WITH ";

    for (size_t i = 0; i < n; i++) {
        if (!tables[i]->exists)
            continue;
        sql_printf(sql, "%s\"old_%zu\" AS (", separator, i);
        append_delete(sql, tables[i]);
        sql_add(sql, " RETURNING 1)");
        separator = ", ";
    }
    for (size_t i = 0; i < n; i++) {
        separator = " WHERE";
        if (!tables[i]->exists || !tables[i]->staged->exists)
            continue;
        sql_printf(sql, ", \"new_%zu\" AS (", i);
        append_insert(sql, tables[i]);
        for (size_t k = 0; k < n; k++) {
            if (!tables[k]->exists)
                continue;
            sql_printf(sql, "%s (SELECT count(*) FROM \"old_%zu\") >= 0", separator, k);
            separator = " AND";
        }
        sql_add(sql, ")");
    }
    sql_add(sql, " SELECT 1");
}

static enum weir_status replace_together(
    struct connection *connection, struct table *const *tables, size_t n)
{
    struct weir_buf sql;

    if (WEIR_FAILPOINT("mid_publish"))
        return fail_between(tables[0], connection);
    sql_init(&sql);
    append_together(&sql, tables, n);
    return sql_run(connection, &sql) ? WEIR_OK : fail(tables[0], connection);
}

/* --- all of them --------------------------------------------------------------------------------------- */

static enum weir_status are_referred_to(
    struct connection *connection, struct table *const *tables, size_t n, bool *ret_are)
{
    int64_t *oids = weir_calloc(n, sizeof(*oids));
    PGresult *result;

    for (size_t i = 0; i < n; i++)
        oids[i] = tables[i]->oid;
    result = query_get(connection,
        "SELECT count(*) > 0 FROM pg_constraint WHERE contype = 'f'"
        " AND confrelid::bigint = ANY ($1::bigint[])",
        bind_integers(oids, n));
    free(oids);
    if (!result)
        return connection_fail(connection, "cannot read what refers to the tables");
    *ret_are = query_bool(result, 0, 0);
    PQclear(result);
    return WEIR_OK;
}

static enum weir_status drop(const struct table *table, struct connection *connection)
{
    struct weir_buf sql;

    if (!table->exists || !table->staged->exists)
        return WEIR_OK;
    sql_init(&sql);
    sql_add(&sql, "DROP TABLE ");
    sql_table(&sql, table->staged->schema, table->staged->name);
    return sql_run(connection, &sql) ? WEIR_OK : fail(table, connection);
}

static enum weir_status replace_each(
    struct connection *connection, struct table *const *tables, size_t n)
{
    enum weir_status status = WEIR_OK;
    bool together = false;

    for (size_t i = 0; i < n && status == WEIR_OK; i++)
        if (tables[i]->exists && tables[i]->staged->exists)
            status = change_columns(tables[i], connection);
    if (status == WEIR_OK)
        status = are_referred_to(connection, tables, n, &together);
    if (status == WEIR_OK && together)
        status = replace_together(connection, tables, n);
    for (size_t i = 0; i < n && status == WEIR_OK && !together; i++)
        if (tables[i]->exists)
            status = replace_rows(tables[i], connection);
    for (size_t i = 0; i < n && status == WEIR_OK; i++)
        if (!tables[i]->exists && tables[i]->staged->exists)
            status = become_table(tables[i], connection);
    /* What is looked at only at COMMIT is looked at now. */
    if (status == WEIR_OK && !query_script(connection, "SET CONSTRAINTS ALL IMMEDIATE"))
        status = fail(tables[0], connection);
    for (size_t i = 0; i < n && status == WEIR_OK; i++)
        status = drop(tables[i], connection);
    return status;
}

enum weir_status swap_tables(struct connection *connection, struct table *const *tables, size_t n)
{
    enum weir_status status;

    if (!query_script(connection, "SAVEPOINT weir_publish"))
        return connection_fail(connection, "cannot set a savepoint");
    status = replace_each(connection, tables, n);
    if (status != WEIR_OK && status != WEIR_REJECT)
        return status;
    if (!query_script(connection, status == WEIR_OK ? "RELEASE SAVEPOINT weir_publish"
                                                    : "ROLLBACK TO SAVEPOINT weir_publish; "
                                                      "RELEASE SAVEPOINT weir_publish"))
        return connection_fail(connection, "cannot release a savepoint");
    return status;
}
