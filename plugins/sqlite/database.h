/*
 * The database: one connection, used by one thread, with a transaction that the
 * batches share.
 *
 * Nothing but SQLite may open the file in this process: a close by anybody else
 * would drop SQLite's locks.
 */
#ifndef SQLITE_DATABASE_H
#define SQLITE_DATABASE_H

#include <sqlite3.h>
#include <weir/stage.h>

struct database {
    struct weir_stage *stage;
    sqlite3 *connection;
    const char *path; /* as the user wrote it, for messages */
    uint64_t lock_wait;
    bool is_new;      /* had no pages when it was opened */
    bool was_lost;    /* SQLite took back batches that had been accepted */
    bool failed;      /* a callback of the stage has failed */
    bool keeps_state; /* what a commit holds says where the next run goes on */
    /* While not 0: SQLite may wait for locks until then, in milliseconds. */
    int64_t wait_until;
    /* As the open transaction sees it; grows with every change of any table. */
    int64_t schema_version;
};

/*
 * Opens, configures and checks: what is no sound database, or cannot be written,
 * fails here and is left unchanged. database_close follows, whatever this gave. For a command that
 * only looks at the state (weir_is_offline) it creates nothing and checks less.
 */
enum weir_status database_open(struct database *db) WEIR_MUST_CHECK;
/* Takes back what was not committed. */
void database_close(struct database *db);

/* Runs statements that give no rows; returns SQLite's code. */
int database_run(struct database *db, const char *sql);
/* The first column of the first row of a query; SQLite's code, SQLITE_NOTFOUND without a row. */
int database_ask(struct database *db, const char *sql, int64_t *ret_value);
/* The same with SQL that was put together piece by piece, which is used up. */
int database_run_built(struct database *db, sqlite3_str *sql);
int database_ask_built(struct database *db, sqlite3_str *sql, int64_t *ret_value);
/* From now until the next call SQLite may wait for locks; with false it does not. */
void database_may_wait(struct database *db, bool may);

#endif
