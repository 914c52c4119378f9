/* What the role that weir logs in as may do: asked before anything is fetched. */
#include "inside.h"

/* Says it as the statement that mends it. */
static enum weir_status refuse(const struct table *table, struct connection *connection,
    const char *role, const char *what, const char *on)
{
    const struct shown_name shown = name_show(weir_str(role));

    return connection_refuse(connection, WEIR_FAULT_DESTINATION, "E-DB-RIGHTS",
        "loading into table '%s' needs a right that the role '%s' has not; GRANT %s ON %s TO "
        "\"%s\"",
        table_show(table).text, shown.text, what, on, shown.text);
}

static const char *quoted_schema(const struct table *table)
{
    return weir_printf(table_inside(table)->arena, "SCHEMA \"%s\"", name_show(table->schema).text);
}

static const char *quoted_table(const struct table *table)
{
    return weir_printf(table_inside(table)->arena, "\"%s\".\"%s\"", name_show(table->schema).text,
        name_show(table->name).text);
}

/* --- a table that is there ---------------------------------------------------------------- */

static const struct {
    const char *word;
    unsigned dispositions; /* that need it */
} rights[] = {
    {"INSERT", 1U << WEIR_APPEND | 1U << WEIR_MERGE | 1U << WEIR_REPLACE},
    {"SELECT", 1U << WEIR_MERGE | 1U << WEIR_REPLACE},
    {"UPDATE", 1U << WEIR_MERGE},
    {"DELETE", 1U << WEIR_REPLACE},
};

enum { N_RIGHTS = sizeof(rights) / sizeof(rights[0]), AT_USAGE = N_RIGHTS, AT_ROLE };

/* Rows come with names of columns, so a right to some of these may do; the server tells where it
 * does not. Rows can be deleted from a table as a whole only. */
static const char ask_table[] =
    "SELECT has_any_column_privilege(c.oid, 'INSERT'), has_any_column_privilege(c.oid, 'SELECT'),"
    " has_any_column_privilege(c.oid, 'UPDATE'), has_table_privilege(c.oid, 'DELETE'),"
    " has_schema_privilege(c.relnamespace, 'USAGE'), current_user::text"
    " FROM pg_class c WHERE c.oid = $1::bigint::oid";

static enum weir_status judge_table(
    const struct table *table, struct connection *connection, const PGresult *result)
{
    const char *role = query_text(result, 0, AT_ROLE);
    const char *missing = "";

    if (!query_bool(result, 0, AT_USAGE))
        return refuse(table, connection, role, "USAGE", quoted_schema(table));
    for (int i = 0; i < N_RIGHTS; i++)
        if ((rights[i].dispositions & 1U << table->resource->disposition) &&
            !query_bool(result, 0, i))
            missing = weir_printf(table_inside(table)->arena, "%s%s%s", missing,
                *missing ? ", " : "", rights[i].word);
    return *missing ? refuse(table, connection, role, missing, quoted_table(table)) : WEIR_OK;
}

static enum weir_status check_table(
    const struct table *table, struct connection *connection, const struct known *known)
{
    const struct bound values[] = {bind_integer(known->oid)};
    PGresult *result = query_get_with(connection, ask_table, values, 1);
    enum weir_status status = WEIR_OK;

    if (!result)
        return connection_fail(
            connection, "cannot read the rights to table '%s'", table_show(table).text);
    if (PQntuples(result))
        status = judge_table(table, connection, result);
    PQclear(result);
    return status;
}

/* --- a table that is to be made ------------------------------------------------------------ */

static const char ask_schema[] =
    "SELECT has_schema_privilege(n.oid, 'USAGE') AND has_schema_privilege(n.oid, 'CREATE'),"
    " current_user::text, '' FROM pg_namespace n WHERE n.nspname = $1::text"
    " UNION ALL"
    " SELECT has_database_privilege(d.oid, 'CREATE'), current_user::text, d.datname::text"
    " FROM pg_database d WHERE d.datname = current_database()"
    " AND NOT EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = $1::text)";

static enum weir_status judge_place(const struct table *table, struct connection *connection,
    const struct known *known, const PGresult *result)
{
    const char *role = query_text(result, 0, 1);

    if (query_bool(result, 0, 0))
        return WEIR_OK;
    if (known->has_schema)
        return refuse(table, connection, role, "USAGE, CREATE", quoted_schema(table));
    return refuse(table, connection, role, "CREATE",
        weir_printf(table_inside(table)->arena, "DATABASE \"%s\"",
            name_show(weir_str(query_text(result, 0, 2))).text));
}

static enum weir_status check_place(
    const struct table *table, struct connection *connection, const struct known *known)
{
    const struct bound values[] = {bind_str(table->schema)};
    PGresult *result;
    enum weir_status status = WEIR_OK;

    if (contract_tables(table) == WEIR_CONTRACT_FREEZE && !table_is_staged(table))
        return connection_refuse(connection, WEIR_FAULT_DESTINATION, "E-DB-SCHEMA",
            "there is no table '%s', and 'schema.contract' says 'tables: freeze'; make it, or say "
            "'tables: evolve'",
            table_show(table).text);
    result = query_get_with(connection, ask_schema, values, 1);
    if (!result)
        return connection_fail(
            connection, "cannot read the rights to schema '%s'", name_show(table->schema).text);
    if (PQntuples(result))
        status = judge_place(table, connection, known, result);
    PQclear(result);
    return status;
}

/* Rows that are merged go by way of a temporary table. */
static enum weir_status check_temporary(const struct table *table, struct connection *connection)
{
    PGresult *result = query_get_with(connection,
        "SELECT has_database_privilege(current_database(), 'TEMPORARY'), current_user::text,"
        " current_database()::text",
        NULL, 0);
    enum weir_status status = WEIR_OK;

    if (!result)
        return connection_fail(connection, "cannot read the rights to the database");
    if (!query_bool(result, 0, 0))
        status = refuse(table, connection, query_text(result, 0, 1), "TEMPORARY",
            weir_printf(table_inside(table)->arena, "DATABASE \"%s\"",
                name_show(weir_str(query_text(result, 0, 2))).text));
    PQclear(result);
    return status;
}

enum weir_status rights_check(
    const struct table *table, struct connection *connection, const struct known *known)
{
    enum weir_status status = WEIR_OK;

    if (table->resource->disposition == WEIR_MERGE)
        status = check_temporary(table, connection);
    if (status != WEIR_OK)
        return status;
    return known->exists ? check_table(table, connection, known)
                         : check_place(table, connection, known);
}
