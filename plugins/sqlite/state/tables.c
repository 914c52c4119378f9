#include "tables.h"

#include "../errors.h"
#include "../transaction.h"

#include <stdlib.h>

enum { STATE_VERSION = 1 };

/*
 * All are STRICT and take no nulls where none is meant, so that what is read back needs few checks.
 * None refers to another one, since rows of a database with foreign keys are slower to take back.
 *
 *   _weir_meta         version of these tables; what table the marks of a resource belong to
 *   _weir_fence        the epoch of each pipeline: how many runs it has had
 *   _weir_run          the last runs: finished_at is null while one is at work, or when it crashed
 *   _weir_pass         the last passes; at most one of a pipeline is open
 *   _weir_generation   each resource's part of a pass; `config` holds hashes, `rows` is what was
 *                      loaded, makes_table says that there was no table when it began
 *   _weir_place        where each chain of an open generation stands: `number` is the next unit's
 *   _weir_gap          units that were given up; alone: the chain went on behind it
 *   _weir_mark         the highest cursor value of each series, of finished passes
 *   _weir_mark_seen    the same of open generations
 *   _weir_note         what the source wants to know of a unit in a later pass
 *   _weir_noted        of which generation of each resource notes are in force, and its `config`
 */
static const char make[] =
    "CREATE TABLE IF NOT EXISTS main._weir_meta ("
    " k TEXT NOT NULL PRIMARY KEY, v TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS main._weir_fence ("
    " pipeline TEXT NOT NULL PRIMARY KEY, epoch INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS main._weir_run ("
    " pipeline TEXT NOT NULL, epoch INTEGER NOT NULL, id TEXT NOT NULL, key TEXT, pass INTEGER,"
    " version TEXT NOT NULL, host TEXT NOT NULL, pid INTEGER NOT NULL, started_at TEXT NOT NULL,"
    " finished_at TEXT, exit_code INTEGER, summary TEXT,"
    " PRIMARY KEY (pipeline, epoch)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS main._weir_pass ("
    " id INTEGER PRIMARY KEY, pipeline TEXT NOT NULL, key TEXT,"
    " status TEXT NOT NULL CHECK (status IN ('open', 'done', 'abandoned')),"
    " started_at TEXT NOT NULL, finished_at TEXT) STRICT;"
    "CREATE UNIQUE INDEX IF NOT EXISTS main._weir_pass_open ON _weir_pass (pipeline)"
    " WHERE status = 'open';"
    "CREATE UNIQUE INDEX IF NOT EXISTS main._weir_pass_key ON _weir_pass (pipeline, key)"
    " WHERE key IS NOT NULL AND status <> 'abandoned';"
    "CREATE TABLE IF NOT EXISTS main._weir_generation ("
    " id INTEGER PRIMARY KEY, pass INTEGER NOT NULL, resource TEXT NOT NULL,"
    " table_name TEXT NOT NULL, mode TEXT NOT NULL, config TEXT NOT NULL,"
    " done INTEGER NOT NULL DEFAULT 0 CHECK (done IN (0, 1)), rows INTEGER NOT NULL DEFAULT 0,"
    " makes_table INTEGER NOT NULL DEFAULT 0 CHECK (makes_table IN (0, 1)),"
    " UNIQUE (pass, resource)) STRICT;"
    "CREATE TABLE IF NOT EXISTS main._weir_place ("
    " generation INTEGER NOT NULL, chain BLOB NOT NULL CHECK (length(chain) = 16),"
    " number INTEGER NOT NULL CHECK (number >= 0), next TEXT,"
    " done INTEGER NOT NULL CHECK (done IN (0, 1)),"
    " PRIMARY KEY (generation, chain)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS main._weir_gap ("
    " generation INTEGER NOT NULL, chain BLOB NOT NULL CHECK (length(chain) = 16),"
    " number INTEGER NOT NULL CHECK (number >= 0),"
    " series BLOB NOT NULL CHECK (length(series) = 16),"
    " alone INTEGER NOT NULL CHECK (alone IN (0, 1)), label TEXT, code TEXT NOT NULL,"
    " reason TEXT NOT NULL, left_at TEXT NOT NULL,"
    " PRIMARY KEY (generation, chain, number)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS main._weir_mark ("
    " pipeline TEXT NOT NULL, resource TEXT NOT NULL,"
    " series BLOB NOT NULL CHECK (length(series) = 16), mark TEXT NOT NULL, mark_key TEXT NOT NULL,"
    " ties BLOB NOT NULL CHECK (length(ties) % 16 = 0),"
    " PRIMARY KEY (pipeline, resource, series)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS main._weir_mark_seen ("
    " generation INTEGER NOT NULL, series BLOB NOT NULL CHECK (length(series) = 16),"
    " mark TEXT NOT NULL, mark_key TEXT NOT NULL,"
    " ties BLOB NOT NULL CHECK (length(ties) % 16 = 0),"
    " PRIMARY KEY (generation, series)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS main._weir_note ("
    " generation INTEGER NOT NULL, chain BLOB NOT NULL CHECK (length(chain) = 16),"
    " number INTEGER NOT NULL CHECK (number >= 0), note TEXT NOT NULL,"
    " PRIMARY KEY (generation, chain, number)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS main._weir_noted ("
    " pipeline TEXT NOT NULL, resource TEXT NOT NULL, generation INTEGER NOT NULL,"
    " config TEXT NOT NULL, PRIMARY KEY (pipeline, resource)) STRICT, WITHOUT ROWID;";

static const char is_made[] = "SELECT 1 FROM main.sqlite_schema WHERE name = '_weir_meta'";
static const char read_version[] = "SELECT v FROM main._weir_meta WHERE k = 'state_version'";
static const char write_version[] =
    "INSERT INTO main._weir_meta(k, v) VALUES ('state_version', ?1) ON CONFLICT (k) DO NOTHING";

static enum weir_status judge_version(struct state *state, const char *text)
{
    char *end;
    long version = strtol(text, &end, 10);

    if (end == text || *end || version < 1)
        return state_damaged(state, "the version in _weir_meta is no number");
    if (version <= STATE_VERSION)
        return WEIR_OK;
    return database_refuse(state->db, WEIR_FAULT_DESTINATION, "E-STATE-VERSION",
        "a newer weir has kept its state here (version %ld, this one knows %d); use the newer one",
        version, STATE_VERSION);
}

static enum weir_status check_version(struct state *state)
{
    sqlite3_stmt *query = NULL;
    enum weir_status status = WEIR_OK;

    if (sqlite3_prepare_v2(state->db->connection, read_version, -1, &query, NULL) != SQLITE_OK)
        return state_fail(state, "cannot read its version");
    if (query_step(query))
        status = judge_version(state, query_text(query, 0));
    else if (sqlite3_errcode(state->db->connection) != SQLITE_DONE)
        status = state_fail(state, "cannot read its version");
    else
        status = state_damaged(state, "_weir_meta does not say its version");
    (void)sqlite3_finalize(query);
    return status;
}

enum weir_status tables_are_there(struct state *state, bool *ret_there)
{
    int64_t one = 0;
    int rc = database_ask(state->db, is_made, &one);

    *ret_there = rc == SQLITE_OK;
    if (rc == SQLITE_NOTFOUND)
        return WEIR_OK;
    if (rc != SQLITE_OK)
        return database_fail(state->db, "cannot read the database");
    return check_version(state);
}

enum weir_status tables_make(struct state *state)
{
    char version[16];
    bool there;
    enum weir_status status = tables_are_there(state, &there);
    int rc;

    if (status != WEIR_OK)
        return status;
    if (database_run(state->db, make) != SQLITE_OK)
        return state_fail(state, "cannot make its tables");
    (void)sqlite3_snprintf(sizeof(version), version, "%d", STATE_VERSION);
    rc = query_run(&state->queries, write_version, bind_text(version));
    status = state_judge(state, rc, "cannot write its version");
    return status == WEIR_OK ? database_read_version(state->db) : status;
}
