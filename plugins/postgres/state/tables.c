#include "tables.h"

#include <stdio.h>
#include <stdlib.h>

#include <weir/arena.h>

enum { STATE_VERSION = 1, N_TABLES = 11 };

/*
 * None takes nulls where none is meant, so that what is read back needs few checks. None refers to
 * another one: rows are forgotten by the generation, and a foreign key would look at each of them.
 * Names are compared by their bytes, whatever the database's collation.
 *
 *   meta         version of these tables; what table the marks of a resource belong to
 *   fence        the epoch of each pipeline: how many runs it has had
 *   lane         the last transaction that each connection of a run has committed
 *   run          the last runs: finished_at is null while one is at work, or when it crashed
 *   pass         the last passes; at most one of a pipeline is open
 *   generation   each resource's part of a pass; `config` holds hashes, `rows` is what was loaded
 *   place        where each chain of an open generation stands: `number` is the next unit's
 *   gap          units that were given up; alone: the chain went on behind it
 *   mark         the highest cursor value of each series, of finished passes
 *   mark_seen    the same of open generations
 *   note         what the source wants to know of a unit in a later pass
 *   noted        of which generation of each resource notes are in force, and its `config`
 *   made         tables of rows that weir has made, and may change
 */
static const char make_schema[] = "CREATE SCHEMA weir";

#define NAME "text COLLATE pg_catalog.\"C\" NOT NULL"

static const char make[] =
    "CREATE TABLE IF NOT EXISTS weir.meta (k " NAME " PRIMARY KEY, v text NOT NULL);"
    "CREATE TABLE IF NOT EXISTS weir.fence (pipeline " NAME " PRIMARY KEY, epoch bigint NOT NULL);"
    "CREATE TABLE IF NOT EXISTS weir.lane ("
    " pipeline " NAME ", lane integer NOT NULL, token bigint NOT NULL,"
    " PRIMARY KEY (pipeline, lane));"
    "CREATE TABLE IF NOT EXISTS weir.run ("
    " pipeline " NAME
    ", epoch bigint NOT NULL, id text NOT NULL, key text COLLATE pg_catalog.\"C\","
    " pass bigint, version text NOT NULL, host text NOT NULL, pid bigint NOT NULL,"
    " started_at timestamptz NOT NULL, finished_at timestamptz, exit_code integer, summary text,"
    " PRIMARY KEY (pipeline, epoch));"
    "CREATE TABLE IF NOT EXISTS weir.pass ("
    " id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, pipeline " NAME ","
    " key text COLLATE pg_catalog.\"C\","
    " status text NOT NULL CHECK (status IN ('open', 'done', 'abandoned')),"
    " started_at timestamptz NOT NULL, finished_at timestamptz);"
    "CREATE UNIQUE INDEX IF NOT EXISTS pass_open ON weir.pass (pipeline) WHERE status = 'open';"
    "CREATE UNIQUE INDEX IF NOT EXISTS pass_key ON weir.pass (pipeline, key)"
    " WHERE key IS NOT NULL AND status <> 'abandoned';"
    "CREATE TABLE IF NOT EXISTS weir.generation ("
    " id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, pass bigint NOT NULL, resource " NAME ","
    " table_name text NOT NULL, mode text NOT NULL, config text NOT NULL,"
    " done boolean NOT NULL DEFAULT false, rows bigint NOT NULL DEFAULT 0,"
    " UNIQUE (pass, resource));"
    "CREATE TABLE IF NOT EXISTS weir.place ("
    " generation bigint NOT NULL, chain bytea NOT NULL CHECK (octet_length(chain) = 16),"
    " number bigint NOT NULL CHECK (number >= 0), next text, done boolean NOT NULL,"
    " PRIMARY KEY (generation, chain));"
    "CREATE TABLE IF NOT EXISTS weir.gap ("
    " generation bigint NOT NULL, chain bytea NOT NULL CHECK (octet_length(chain) = 16),"
    " number bigint NOT NULL CHECK (number >= 0),"
    " series bytea NOT NULL CHECK (octet_length(series) = 16), alone boolean NOT NULL, label text,"
    " code text NOT NULL, reason text NOT NULL, left_at timestamptz NOT NULL,"
    " PRIMARY KEY (generation, chain, number));"
    "CREATE TABLE IF NOT EXISTS weir.mark ("
    " pipeline " NAME ", resource " NAME ","
    " series bytea NOT NULL CHECK (octet_length(series) = 16), mark text NOT NULL, mark_key " NAME
    ", ties bytea NOT NULL CHECK (octet_length(ties) % 16 = 0),"
    " PRIMARY KEY (pipeline, resource, series));"
    "CREATE TABLE IF NOT EXISTS weir.mark_seen ("
    " generation bigint NOT NULL, series bytea NOT NULL CHECK (octet_length(series) = 16),"
    " mark text NOT NULL, mark_key " NAME ","
    " ties bytea NOT NULL CHECK (octet_length(ties) % 16 = 0), PRIMARY KEY (generation, series));"
    "CREATE TABLE IF NOT EXISTS weir.made (relation oid PRIMARY KEY, name text NOT NULL);";
/* Later than the others, so that where those are these may be missing. */
static const char make_notes[] =
    "CREATE TABLE IF NOT EXISTS weir.note ("
    " generation bigint NOT NULL, chain bytea NOT NULL CHECK (octet_length(chain) = 16),"
    " number bigint NOT NULL CHECK (number >= 0), note bytea NOT NULL,"
    " PRIMARY KEY (generation, chain, number));"
    "CREATE TABLE IF NOT EXISTS weir.noted ("
    " pipeline " NAME ", resource " NAME ", generation bigint NOT NULL, config text NOT NULL,"
    " PRIMARY KEY (pipeline, resource));";

/* How many of the tables there are, and whether the schema is; whether those of notes could be made. */
static const char find_tables[] =
    "SELECT (SELECT count(*) FROM pg_class c WHERE c.relnamespace = n.oid AND c.relkind = 'r'"
    "  AND c.relname IN ('meta', 'fence', 'lane', 'run', 'pass', 'generation', 'place', 'gap',"
    "  'mark', 'mark_seen', 'made')),"
    " has_schema_privilege(n.oid, 'USAGE'), has_schema_privilege(n.oid, 'CREATE') AND"
    " (SELECT count(*) < 2 FROM pg_class c WHERE c.relnamespace = n.oid AND c.relkind = 'r'"
    "  AND c.relname IN ('note', 'noted'))"
    " FROM pg_namespace n WHERE n.nspname = 'weir'";
static const char find_notes[] =
    "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = 'weir' AND c.relkind = 'r' AND c.relname IN ('note', 'noted')"
    " AND has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')"
    " AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE')";
static const char read_version[] = "SELECT v FROM weir.meta WHERE k = 'state_version'";
static const char write_version[] =
    "INSERT INTO weir.meta(k, v) VALUES ('state_version', $1::text) ON CONFLICT (k) DO NOTHING";

/* Two runs that begin at once must not make them both; the number is of weir alone. */
static const char lock_making[] = "SELECT pg_advisory_xact_lock(8459510221830911598)";

enum weir_status tables_damaged(struct connection *connection, const char *what)
{
    return connection_refuse(connection, WEIR_FAULT_DESTINATION, "E-STATE-DAMAGED",
        "what earlier runs have left in the schema \"weir\" is not as weir makes it: %s; restore "
        "the database from a copy, or drop that schema and begin anew",
        what);
}

/* Tables, columns and types that are not there, values and constraints that weir's own do not have. A
 * missing right is none of it, nor a text that the database's encoding has no letters for. */
static bool is_damage(const struct pg_error *error)
{
    static const char *const codes[] = {"22P02", "22003", "23", "42P01", "42703", "42804", "42883",
        "42809", "42P10", "428C9", "3F000"};

    for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
        if (pg_error_is(error, codes[i]))
            return true;
    return false;
}

enum weir_status tables_fail(struct connection *connection, const char *doing)
{
    if (is_damage(&connection->error))
        return tables_damaged(connection,
            weir_printf(connection->stage->arena, "%s: %s", doing, connection->error.text));
    return connection_fail(connection, "%s", doing);
}

static enum weir_status judge_version(struct connection *connection, const char *text)
{
    char *end = NULL;
    long version = text ? strtol(text, &end, 10) : 0;

    if (!text)
        return tables_damaged(connection, "weir.meta does not say its version");
    if (end == text || *end || version < 1)
        return tables_damaged(connection, "the version in weir.meta is no number");
    if (version <= STATE_VERSION)
        return WEIR_OK;
    return connection_refuse(connection, WEIR_FAULT_DESTINATION, "E-STATE-VERSION",
        "a newer weir has kept its state here (version %ld, this one knows %d); use the newer one",
        version, STATE_VERSION);
}

static enum weir_status check_version(struct connection *connection)
{
    PGresult *result = query_get_with(connection, read_version, NULL, 0);
    enum weir_status status;

    if (!result)
        return tables_fail(connection, "cannot read the version of its state");
    status = judge_version(connection, PQntuples(result) ? query_text(result, 0, 0) : NULL);
    PQclear(result);
    return status;
}

struct presence {
    bool schema;
    bool usage;         /* may this role look into it? */
    bool may_add_notes; /* their tables are missing, and it may make them */
    int64_t n_tables;
};

static enum weir_status look(struct connection *connection, struct presence *ret_presence)
{
    PGresult *result = query_get_with(connection, find_tables, NULL, 0);

    *ret_presence = (struct presence){0};
    if (!result)
        return connection_fail(connection, "cannot read the catalogue");
    if (PQntuples(result)) {
        ret_presence->schema = true;
        ret_presence->n_tables = query_integer(result, 0, 0);
        ret_presence->usage = query_bool(result, 0, 1);
        ret_presence->may_add_notes = query_bool(result, 0, 2);
    }
    PQclear(result);
    if (!ret_presence->schema || ret_presence->usage)
        return WEIR_OK;
    return connection_refuse(connection, WEIR_FAULT_DESTINATION, "E-DB-RIGHTS",
        "this role may not use the schema \"weir\", where the state is kept; GRANT USAGE, CREATE "
        "ON SCHEMA weir to it, and its rights on the tables there");
}

static enum weir_status judge_presence(
    struct connection *connection, const struct presence *presence, bool *ret_there)
{
    *ret_there = presence->n_tables == N_TABLES;
    if (presence->n_tables == 0)
        return WEIR_OK;
    /* Part of them can only be what somebody has dropped: they are made in one transaction. */
    if (!*ret_there)
        return tables_damaged(connection, "some of its tables are missing");
    return check_version(connection);
}

enum weir_status tables_keep_notes(struct connection *connection, bool *ret_keep)
{
    PGresult *result = query_get_with(connection, find_notes, NULL, 0);

    *ret_keep = result && query_integer(result, 0, 0) == 2;
    if (!result)
        return connection_fail(connection, "cannot read the catalogue");
    PQclear(result);
    return WEIR_OK;
}

enum weir_status tables_are_there(struct connection *connection, bool *ret_there)
{
    struct presence presence;
    enum weir_status status = look(connection, &presence);

    *ret_there = false;
    return status == WEIR_OK ? judge_presence(connection, &presence, ret_there) : status;
}

static enum weir_status fail_making(struct connection *connection)
{
    if (pg_error_is(&connection->error, "42501"))
        return connection_refuse(connection, WEIR_FAULT_DESTINATION, "E-DB-RIGHTS",
            "this role may not make the schema \"weir\", where the state is kept; GRANT CREATE ON "
            "DATABASE to it, or let an administrator CREATE SCHEMA weir AUTHORIZATION this role");
    return connection_fail(connection, "cannot make the tables of its state");
}

/* Somebody else may have made them before the lock was ours. */
static enum weir_status make_all(struct connection *connection)
{
    char version[16];
    struct presence presence;
    bool there = false;
    enum weir_status status;

    if (!query_script(connection, lock_making))
        return connection_fail(connection, "cannot make the tables of its state");
    status = look(connection, &presence);
    if (status == WEIR_OK)
        status = judge_presence(connection, &presence, &there);
    if (status != WEIR_OK || there)
        return status;
    if (!presence.schema && !query_script(connection, make_schema))
        return fail_making(connection);
    (void)snprintf(version, sizeof(version), "%d", STATE_VERSION);
    if (!query_script(connection, make) || !query_script(connection, make_notes) ||
        !query_run(connection, NULL, write_version, bind_text(version)))
        return fail_making(connection);
    return WEIR_OK;
}

/* What an earlier version of weir has left, brought up to this one's. */
static enum weir_status add_notes(struct connection *connection)
{
    if (query_script(connection, lock_making) && query_script(connection, make_notes))
        return WEIR_OK;
    return connection_fail(connection, "cannot make the tables of its state");
}

enum weir_status tables_make(struct connection *connection)
{
    bool there;
    struct presence presence;
    enum weir_status status = look(connection, &presence);

    if (status == WEIR_OK)
        status = judge_presence(connection, &presence, &there);
    if (status != WEIR_OK)
        return status;
    if (!there)
        return make_all(connection);
    return presence.may_add_notes ? add_notes(connection) : WEIR_OK;
}
