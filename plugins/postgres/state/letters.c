/* The table of dead letters: its name, and how it is made. */
#include "letters.h"

#include "letters_settle.h"
#include "query/sql.h"
#include "table/names.h"

/* Two runs that begin at once must not make it both; the number is of weir alone. */
static const char lock_making[] = "SELECT pg_advisory_xact_lock(8459510221830911599)";
static const char find_schema[] = "SELECT 1 FROM pg_namespace WHERE nspname = $1::text";
static const char find_table[] =
    "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = $1::text AND c.relname = $2::text";
static const char columns[] =
    " (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, pipeline text NOT NULL,"
    " resource text NOT NULL, generation bigint, chain bytea, unit bigint, \"row\" bigint,"
    " stage bigint NOT NULL, column_name text, code text NOT NULL, reason text NOT NULL,"
    " raw text NOT NULL, set_aside_at timestamptz NOT NULL)";

/* A table that rows of a resource go to has other columns. */
static enum weir_status check_name(struct connection *connection, const struct state *state)
{
    struct weir_str name = weir_str(letters_name(state->stage));
    const char *fault = table_name_fault(name);

    for (size_t i = 0; i < state->stage->n_resources; i++)
        if (weir_str_is(name, state->stage->resources[i]->table))
            fault = "is the table of a resource";
    if (weir_str_is(name, LETTERS_TABLE))
        fault = NULL;
    if (!fault)
        return WEIR_OK;
    return connection_refuse(connection, WEIR_FAULT_USAGE, "E-VALUE",
        "dead letters cannot go to table '%s': the name %s; choose another one under dead_letter",
        name_show(name).text, fault);
}

enum weir_status letters_fail(
    struct connection *connection, const struct state *state, const char *doing)
{
    return connection_fail(connection, "cannot %s the dead letters in table '%s'", doing,
        name_show(weir_str(letters_name(state->stage))).text);
}

static bool is_there(PGresult *result)
{
    bool there = result && PQntuples(result) > 0;

    PQclear(result);
    return there;
}

static bool run_on(struct connection *connection, const char *head, const struct state *state,
    const char *table, const char *tail)
{
    struct weir_buf sql;

    sql_init(&sql);
    sql_add(&sql, head);
    if (table)
        sql_table(&sql, weir_str(state->schema), weir_str(table));
    else
        sql_name(&sql, weir_str(state->schema));
    sql_add(&sql, tail);
    return sql_run(connection, &sql);
}

static bool make(struct connection *connection, const struct state *state)
{
    const char *name = letters_name(state->stage);
    bool has_schema, has_table;

    if (!query_script(connection, lock_making))
        return false;
    has_schema = is_there(query_get(connection, find_schema, bind_text(state->schema)));
    if (connection->error.text[0])
        return false;
    has_table =
        is_there(query_get(connection, find_table, bind_text(state->schema), bind_text(name)));
    if (connection->error.text[0] || has_table)
        return has_table;
    if (!has_schema && !run_on(connection, "CREATE SCHEMA ", state, NULL, ""))
        return false;
    return run_on(connection, "CREATE TABLE ", state, name, columns);
}

enum weir_status letters_make(struct connection *connection, const struct state *state)
{
    enum weir_status status = check_name(connection, state);

    if (status == WEIR_OK && !make(connection, state))
        status = letters_fail(connection, state, "keep");
    /* One that somebody else has made may have other columns, or be theirs alone. */
    return status == WEIR_OK ? letters_try(connection, state) : status;
}
