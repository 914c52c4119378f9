/* Opening, configuring and closing; what is checked meanwhile is in preflight.c. */
#include "database.h"

#include "errors.h"
#include "preflight.h"
#include "transaction.h"
#include "version.h"

#include <string.h>
#include <time.h>

enum { LONGEST_NAP_MS = 50 };

int database_run(struct database *db, const char *sql)
{
    return sqlite3_exec(db->connection, sql, NULL, NULL, NULL);
}

int database_ask(struct database *db, const char *sql, int64_t *ret_value)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(db->connection, sql, -1, &statement, NULL);

    if (rc != SQLITE_OK)
        return rc;
    rc = sqlite3_step(statement);
    if (rc == SQLITE_ROW)
        *ret_value = sqlite3_column_int64(statement, 0);
    else if (rc == SQLITE_DONE)
        rc = SQLITE_NOTFOUND;
    /* After a failed step this gives the same code again. */
    (void)sqlite3_finalize(statement);
    return rc == SQLITE_ROW ? SQLITE_OK : rc;
}

int database_run_built(struct database *db, sqlite3_str *sql)
{
    char *text = sqlite3_str_finish(sql);
    int rc = text ? database_run(db, text) : SQLITE_NOMEM;

    sqlite3_free(text);
    return rc;
}

int database_ask_built(struct database *db, sqlite3_str *sql, int64_t *ret_value)
{
    char *text = sqlite3_str_finish(sql);
    int rc = text ? database_ask(db, text, ret_value) : SQLITE_NOMEM;

    sqlite3_free(text);
    return rc;
}

static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void database_may_wait(struct database *db, bool may)
{
    db->wait_until = may ? now_ms() + (int64_t)db->lock_wait : 0;
}

/* SQLite calls this when another connection is in the way; 0 gives up. */
static int wait_for_lock(void *arg, int tries)
{
    struct database *db = arg;
    int nap_ms = tries + 1 < LONGEST_NAP_MS ? tries + 1 : LONGEST_NAP_MS;
    struct timespec nap = {.tv_nsec = nap_ms * 1000000L};

    if (now_ms() >= db->wait_until || weir_stopping(db->stage))
        return 0;
    (void)nanosleep(&nap, NULL);
    return 1;
}

/* A path is a path: "file:x" and ":memory:" mean nothing else when they begin with a folder. */
static int open_connection(struct database *db, int flags)
{
    const char *path = db->path;

    if (path[0] != '/')
        path = weir_printf(db->stage->arena, "./%s", path);
    flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    return sqlite3_open_v2(path, &db->connection, flags, NULL);
}

/* Schemas of strangers may not reach beyond their own tables, and a misspelt name is no text. */
static void harden(struct database *db)
{
    static const struct {
        int option;
        int value;
    } settings[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},
        {SQLITE_DBCONFIG_DQS_DML, 0},
        {SQLITE_DBCONFIG_DQS_DDL, 0},
        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_ENABLE_FKEY, 1},
        /* Closing must not write a log of changes into a file that was found unsound. */
        {SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1},
    };

    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
        (void)sqlite3_db_config(db->connection, settings[i].option, settings[i].value, NULL);
    version_register(db->connection);
    (void)sqlite3_busy_handler(db->connection, wait_for_lock, db);
}

static bool in_wal_mode(struct database *db)
{
    sqlite3_stmt *statement = NULL;
    bool wal = false;

    if (sqlite3_prepare_v2(db->connection, "PRAGMA journal_mode", -1, &statement, NULL) ==
            SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        wal = strcmp((const char *)sqlite3_column_text(statement, 0), "wal") == 0;
    (void)sqlite3_finalize(statement);
    return wal;
}

/*
 * A rollback journal writes each new page once, a write-ahead log twice, so the
 * journal is faster where rows are added. But a file in WAL mode stays in it:
 * whoever chose that has readers who rely on it.
 *
 * Pages in memory help where keys come in no order. The process shall stay below
 * 48 MiB, which 12 MiB leave room for. Measured for keys in order and for random
 * ones: 0.80 s and 2.12 s with 8 MiB, 0.74 s and 1.52 s with 16 MiB.
 */
static int configure(struct database *db)
{
    int rc = SQLITE_OK;

    if (db->is_new)
        rc = database_run(db, "PRAGMA page_size = 16384");
    if (rc == SQLITE_OK && !in_wal_mode(db))
        rc = database_run(db, "PRAGMA journal_mode = TRUNCATE");
    if (rc == SQLITE_OK)
        rc = database_run(db, "PRAGMA synchronous = FULL; PRAGMA cache_size = -12288");
    return rc;
}

static enum weir_status open_and_check(struct database *db)
{
    int64_t n_pages = 0;
    enum weir_status status = preflight_path(db);

    if (status != WEIR_OK)
        return status;
    if (open_connection(db, SQLITE_OPEN_CREATE) != SQLITE_OK)
        return database_fail(db, "cannot open the database");
    harden(db);
    database_may_wait(db, true);
    if (sqlite3_db_readonly(db->connection, "main") == 1)
        return preflight_read_only(db);
    if (database_ask(db, "PRAGMA page_count", &n_pages) != SQLITE_OK)
        return database_fail(db, "cannot read the database");
    db->is_new = n_pages == 0;
    if (configure(db) != SQLITE_OK)
        return database_fail(db, "cannot configure the database");
    status = db->is_new ? WEIR_OK : preflight_soundness(db);
    return status == WEIR_OK ? preflight_writing(db) : status;
}

/*
 * For a command that looks at the state: what is not there is not made, and the file is neither
 * read whole nor written. Not read-only, since what a crash has left in the journal must be taken
 * back before anything can be read.
 */
static enum weir_status open_as_it_is(struct database *db)
{
    int64_t n_pages = 0;

    if (preflight_is_missing(db))
        return weir_fail(db->stage, WEIR_FAULT_DESTINATION, "E-STATE-NONE",
            "no state: %s does not exist", db->path);
    if (preflight_path(db) != WEIR_OK)
        return WEIR_FAIL;
    if (open_connection(db, 0) != SQLITE_OK)
        return database_fail(db, "cannot open the database");
    harden(db);
    database_may_wait(db, true);
    if (database_ask(db, "PRAGMA page_count", &n_pages) != SQLITE_OK ||
        database_run(db, "PRAGMA synchronous = FULL") != SQLITE_OK)
        return database_fail(db, "cannot read the database");
    return WEIR_OK;
}

enum weir_status database_open(struct database *db)
{
    enum weir_status status = weir_is_offline(db->stage) ? open_as_it_is(db) : open_and_check(db);

    database_may_wait(db, false);
    if (status == WEIR_OK)
        (void)sqlite3_db_config(db->connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
    return status;
}

void database_close(struct database *db)
{
    if (!db->connection)
        return;
    if (database_in_transaction(db))
        (void)database_run(db, "ROLLBACK");
    /* Removes the journal, which is empty now. It does nothing to a file in WAL mode. */
    if (!in_wal_mode(db))
        (void)database_run(db, "PRAGMA journal_mode = DELETE");
    (void)sqlite3_close(db->connection);
    db->connection = NULL;
}
