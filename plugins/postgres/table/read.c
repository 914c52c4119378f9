/* Reading what a table is: is it there, what kind of relation, whose, and who watches over it. */
#include "inside.h"

#include "made.h"

#include <stdlib.h>

void known_free(struct known *known)
{
    if (known)
        weir_arena_free(known->arena);
}

/* The one character of a "char" column. */
static char letter_of(const PGresult *result, int column)
{
    const char *text = query_text(result, 0, column);

    return text ? text[0] : '\0';
}

static const char *kind_word(char kind)
{
    switch (kind) {
    case 'v':
        return "a view";
    case 'm':
        return "a materialized view";
    case 'f':
        return "a foreign table, whose rows weir could not commit together with its state";
    case 'S':
        return "a sequence";
    case 'i':
    case 'I':
        return "an index";
    case 'c':
        return "a type";
    default:
        return "no table";
    }
}

static enum weir_status check_kind(
    const struct table *table, struct connection *connection, char kind)
{
    if (kind == 'r' || kind == 'p')
        return WEIR_OK;
    return connection_refuse(connection, WEIR_FAULT_DESTINATION, "E-DB-SCHEMA",
        "'%s' is %s; rows go into tables, so choose another name with 'table'",
        table_show(table).text, kind_word(kind));
}

/* COPY is refused where policies would have to look at each row. */
static enum weir_status refuse_policies(const struct table *table, struct connection *connection)
{
    return connection_refuse(connection, WEIR_FAULT_DESTINATION, "E-DB-RIGHTS",
        "table '%s' has row-level security, which binds this role; let weir log in as the table's "
        "owner or as a role with BYPASSRLS",
        table_show(table).text);
}

/* Its rows go in a crash of the server, and what the state says of them stays. */
static void warn_unlogged(const struct table *table)
{
    struct table_inside *inside = table_inside(table);

    if (!inside->is_warned)
        weir_log(table->stage, WEIR_LOG_WARNING,
            "table '%s' is UNLOGGED: a crash of the server empties it, and no run notices that "
            "rows are missing; say ALTER TABLE ... SET LOGGED, or load all of them anew then",
            table_show(table).text);
    inside->is_warned = true;
}

enum { RELATION_OID, RELATION_KIND, RELATION_OWNER, RELATION_POLICIES, RELATION_UNLOGGED };

static const char find_relation[] =
    "SELECT c.oid::bigint, c.relkind::text, pg_has_role(c.relowner, 'USAGE'),"
    " row_security_active(c.oid), c.relpersistence = 'u'"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = $1::text AND c.relname = $2::text";

static enum weir_status read_relation(
    const struct table *table, struct connection *connection, struct known *known)
{
    const struct bound values[] = {bind_str(table->schema), bind_str(table->name)};
    PGresult *result = query_get_with(connection, find_relation, values, 2);
    enum weir_status status = WEIR_OK;

    if (!result)
        return connection_fail(
            connection, "cannot read what table '%s' is", table_show(table).text);
    known->exists = PQntuples(result) > 0;
    if (known->exists) {
        known->oid = (uint32_t)query_integer(result, 0, RELATION_OID);
        known->is_owner = query_bool(result, 0, RELATION_OWNER);
        status = check_kind(table, connection, letter_of(result, RELATION_KIND));
        if (status == WEIR_OK && query_bool(result, 0, RELATION_POLICIES))
            status = refuse_policies(table, connection);
        if (status == WEIR_OK && query_bool(result, 0, RELATION_UNLOGGED))
            warn_unlogged(table);
    }
    PQclear(result);
    return status;
}

static enum weir_status read_schema(
    const struct table *table, struct connection *connection, struct known *known)
{
    const struct bound values[] = {bind_str(table->schema)};
    PGresult *result = query_get_with(
        connection, "SELECT 1 FROM pg_namespace WHERE nspname = $1::text", values, 1);

    if (!result)
        return connection_fail(connection, "cannot read which schemas there are");
    known->has_schema = PQntuples(result) > 0;
    PQclear(result);
    return WEIR_OK;
}

enum weir_status known_read(
    const struct table *table, struct connection *connection, struct known **ret_known)
{
    struct weir_arena *arena = weir_arena_new();
    struct known *known = weir_new(arena, struct known);
    enum weir_status status;

    *known = (struct known){.arena = arena};
    *ret_known = known;
    status = read_relation(table, connection, known);
    if (status == WEIR_OK && !known->exists)
        return read_schema(table, connection, known);
    if (status == WEIR_OK)
        status = columns_read(table, connection, known);
    if (status == WEIR_OK)
        status = made_find(table, connection, known->oid, &known->is_ours);
    known->has_schema = true;
    return status;
}
