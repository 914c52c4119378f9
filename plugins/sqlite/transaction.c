#include "transaction.h"

#include "errors.h"

#include <weir/failpoint.h>

bool database_in_transaction(const struct database *db)
{
    return !sqlite3_get_autocommit(db->connection);
}

bool database_has_orphans(const struct database *db)
{
    int unresolved = 0;
    int ignored = 0;

    (void)sqlite3_db_status(db->connection, SQLITE_DBSTATUS_DEFERRED_FKS, &unresolved, &ignored, 0);
    return unresolved != 0;
}

enum weir_status database_read_version(struct database *db)
{
    if (database_ask(db, "PRAGMA schema_version", &db->schema_version) != SQLITE_OK)
        return database_fail(db, "cannot read the database");
    return WEIR_OK;
}

enum weir_status database_begin(struct database *db)
{
    int rc;

    if (database_in_transaction(db))
        return WEIR_OK;
    database_may_wait(db, true);
    /* A transaction that begins by reading may find no way to write later, however long it waits. */
    rc = database_run(db, "BEGIN IMMEDIATE");
    database_may_wait(db, false);
    if (rc != SQLITE_OK)
        return database_fail(db, "cannot begin to write");
    return database_read_version(db);
}

static enum weir_status fail_lost(struct database *db)
{
    return database_refuse(db, WEIR_FAULT_DESTINATION, "E-DB-IO",
        "what was loaded since the last commit was taken back; run again");
}

/* While the log or the journal was written, only the disk knows how far that came. */
static enum weir_status fail_commit(struct database *db, int rc)
{
    if (db->keeps_state && (rc & 0xff) == SQLITE_IOERR)
        return database_fail(db, "cannot commit, and the outcome of the last commit is not known; "
                                 "the next run finds out by itself");
    return database_fail(db, "cannot commit");
}

/* What is committed to a file that nobody finds any more is lost, though SQLite does not mind. */
static enum weir_status check_place(struct database *db)
{
    int has_moved = 0;

    if (sqlite3_file_control(db->connection, "main", SQLITE_FCNTL_HAS_MOVED, &has_moved) !=
            SQLITE_OK ||
        !has_moved)
        return WEIR_OK;
    database_lose(db);
    return database_refuse(db, WEIR_FAULT_DESTINATION, "E-DB-OPEN",
        "cannot commit: somebody moved or removed the file during the run, with all rows in it; "
        "put it back, or run again for a new one");
}

enum weir_status database_commit(struct database *db)
{
    enum weir_status status;
    int rc;

    if (db->was_lost)
        return fail_lost(db);
    if (!database_in_transaction(db))
        return WEIR_OK;
    if (WEIR_FAILPOINT("before_commit")) {
        database_lose(db);
        return fail_lost(db);
    }
    database_may_wait(db, true);
    rc = database_run(db, "COMMIT");
    database_may_wait(db, false);
    if (rc == SQLITE_OK) {
        WEIR_FAILPOINT("after_commit");
        return check_place(db);
    }
    status = fail_commit(db, rc);
    database_lose(db);
    return status;
}

void database_note_loss(struct database *db)
{
    if (!database_in_transaction(db))
        db->was_lost = true;
}

void database_lose(struct database *db)
{
    if (database_in_transaction(db))
        (void)database_run(db, "ROLLBACK");
    db->was_lost = true;
}
