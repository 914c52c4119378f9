#include "made.h"

#include "inside.h"

/* Without a state there is none of the tables: a run that keeps none makes tables all the same. */
static enum weir_status find_list(struct connection *connection, bool *ret_there)
{
    PGresult *result = query_get_with(connection,
        "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'weir' AND c.relname = 'made'",
        NULL, 0);

    if (!result)
        return connection_fail(connection, "cannot look for the schema weir");
    *ret_there = PQntuples(result) > 0;
    PQclear(result);
    return WEIR_OK;
}

/* The first of the state's tables that a run looks into. */
static enum weir_status fail_reading(struct connection *connection)
{
    if (pg_error_is(&connection->error, "42501"))
        return connection_refuse(connection, WEIR_FAULT_DESTINATION, "E-DB-RIGHTS",
            "this role may not read the schema \"weir\", where the state is kept; GRANT USAGE ON "
            "SCHEMA weir, and SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA weir, to it");
    return connection_fail(connection, "cannot read which tables weir has made");
}

enum weir_status made_find(
    const struct table *table, struct connection *connection, uint32_t oid, bool *ret_made)
{
    const struct bound values[] = {
        bind_integer(oid), bind_str(table->schema), bind_str(table->name)};
    PGresult *result;
    enum weir_status status = find_list(connection, ret_made);

    if (status != WEIR_OK || !*ret_made)
        return status;
    result = query_get_with(connection,
        "SELECT 1 FROM weir.made WHERE relation = $1::bigint::oid"
        " AND name = format('%I.%I', $2::text, $3::text)",
        values, 3);
    if (!result)
        return fail_reading(connection);
    *ret_made = PQntuples(result) > 0;
    PQclear(result);
    return WEIR_OK;
}

/* Those that are gone are forgotten. */
static bool forget_gone(struct connection *connection)
{
    return query_script(connection, "DELETE FROM weir.made m WHERE NOT EXISTS"
                                    " (SELECT FROM pg_class c WHERE c.oid = m.relation)");
}

enum weir_status made_note(const struct table *table, struct connection *connection)
{
    const struct bound values[] = {bind_str(table->schema), bind_str(table->name)};
    bool there;
    enum weir_status status = find_list(connection, &there);

    if (status != WEIR_OK || !there)
        return status;
    if (!forget_gone(connection) ||
        !query_run_with(connection, NULL,
            "INSERT INTO weir.made (relation, name)"
            " SELECT c.oid, format('%I.%I', n.nspname, c.relname)"
            " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = $1::text AND c.relname = $2::text"
            " ON CONFLICT (relation) DO UPDATE SET name = EXCLUDED.name",
            values, 2))
        return connection_fail(
            connection, "cannot note that weir has made table '%s'", table_show(table).text);
    return WEIR_OK;
}
