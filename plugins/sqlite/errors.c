#include "errors.h"

#include "holder.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What a result code of SQLite means to the user; `reason` NULL: SQLite's own words. */
struct meaning {
    int result;
    enum weir_fault fault;
    const char *code;
    const char *reason;
    const char *remedy;
};

static const struct meaning meanings[] = {
    {SQLITE_CONSTRAINT_UNIQUE, WEIR_FAULT_DATA, "E-ROW-CONSTRAINT", NULL,
        "another row has the same key: 'write_disposition: merge' brings it up to date; else "
        "choose "
        "a primary_key that tells rows apart"},
    {SQLITE_CONSTRAINT_PRIMARYKEY, WEIR_FAULT_DATA, "E-ROW-CONSTRAINT", NULL,
        "another row has the same key: 'write_disposition: merge' brings it up to date; else "
        "choose "
        "a primary_key that tells rows apart"},
    {SQLITE_CONSTRAINT_ROWID, WEIR_FAULT_DATA, "E-ROW-CONSTRAINT", NULL,
        "another row has the same key: 'write_disposition: merge' brings it up to date; else "
        "choose "
        "a primary_key that tells rows apart"},
    {SQLITE_CONSTRAINT_DATATYPE, WEIR_FAULT_DATA, "E-TYPE", NULL,
        "give the column one type with a 'set' transform"},
    {SQLITE_CONSTRAINT, WEIR_FAULT_DATA, "E-ROW-CONSTRAINT", NULL,
        "drop such rows with a 'filter' transform, or mend them with 'set'"},
    {SQLITE_MISMATCH, WEIR_FAULT_DATA, "E-TYPE", NULL,
        "give the column one type with a 'set' transform"},
    {SQLITE_TOOBIG, WEIR_FAULT_DATA, "E-LIMIT", "a value or row is larger than SQLite can hold",
        "drop the column or shorten it with a 'set' transform"},
    {SQLITE_FULL, WEIR_FAULT_DESTINATION, "E-DB-DISK-FULL", "the disk is full",
        "make room and run again"},
    {SQLITE_READONLY_DIRECTORY, WEIR_FAULT_DESTINATION, "E-DB-OPEN",
        "this user may not write to its folder, where SQLite keeps a journal beside it",
        "check who may write there"},
    {SQLITE_READONLY_DBMOVED, WEIR_FAULT_DESTINATION, "E-DB-OPEN",
        "somebody moved or removed the file during the run, with all rows in it",
        "put it back, or run again for a new one"},
    {SQLITE_READONLY, WEIR_FAULT_DESTINATION, "E-DB-OPEN", NULL, "check who may write it"},
    {SQLITE_CANTOPEN, WEIR_FAULT_DESTINATION, "E-DB-OPEN", NULL,
        "check that its folder exists and who may write there"},
    {SQLITE_PERM, WEIR_FAULT_DESTINATION, "E-DB-OPEN", NULL, "check who may write it"},
    {SQLITE_AUTH, WEIR_FAULT_DESTINATION, "E-DB-OPEN", NULL, "check who may write it"},
    {SQLITE_CORRUPT, WEIR_FAULT_DESTINATION, "E-DB-CORRUPT", NULL,
        "restore it from a copy, or choose another path"},
    {SQLITE_NOTADB, WEIR_FAULT_DESTINATION, "E-DB-CORRUPT", "the file is not a SQLite database",
        "choose another path"},
    {SQLITE_NOMEM, WEIR_FAULT_MEMORY, "E-MEMORY", "SQLite is out of memory", NULL},
    {SQLITE_ERROR, WEIR_FAULT_DESTINATION, "E-DB-SCHEMA", NULL,
        "check what the database has by that name"},
    {SQLITE_SCHEMA, WEIR_FAULT_DESTINATION, "E-DB-SCHEMA", NULL,
        "somebody else changes the tables; run again when that is done"},
    {SQLITE_IOERR, WEIR_FAULT_DESTINATION, "E-DB-IO", NULL, "check the disk, then run again"},
};

static const struct meaning *find_meaning(int result)
{
    static const struct meaning other = {0, WEIR_FAULT_DESTINATION, "E-DB-IO", NULL, NULL};

    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
        if (meanings[i].result == result)
            return &meanings[i];
    return result == (result & 0xff) ? &other : find_meaning(result & 0xff);
}

/* What the system said; of a failed commit SQLite keeps it only with the file. 0: nothing. */
static int system_error(struct database *db, int result)
{
    int error = sqlite3_system_errno(db->connection);

    if (error == 0 && (result & 0xff) == SQLITE_IOERR)
        (void)sqlite3_file_control(db->connection, "main", SQLITE_FCNTL_LAST_ERRNO, &error);
    return error;
}

/* SQLite knows only one errno for a full disk; a quota and a limit on file size are two more. */
static int result_of(struct database *db)
{
    int result = sqlite3_extended_errcode(db->connection);
    int error = system_error(db, result);

    if ((result & 0xff) == SQLITE_IOERR && (error == ENOSPC || error == EDQUOT || error == EFBIG))
        return SQLITE_FULL;
    return result;
}

static enum weir_status fail_locked(struct database *db, const char *what)
{
    struct lock_holder holder;

    lock_holder_find(&holder, db->path);
    if (weir_stopping(db->stage))
        return weir_fail(db->stage, WEIR_FAULT_LOCKED, "E-STOPPED",
            "%s: %s: the run was told to stop while %s held its lock; wait until that is done, "
            "then run again",
            db->path, what, holder.text);
    return weir_fail(db->stage, WEIR_FAULT_LOCKED, "E-DB-LOCKED",
        "%s: %s: %s has held its lock for longer than lock_wait (%llu ms); wait until that is "
        "done, or raise lock_wait",
        db->path, what, holder.text, (unsigned long long)db->lock_wait);
}

/* Where the system said why, that says more than SQLite's words. */
static void describe(
    struct database *db, const struct meaning *meaning, int result, char *out, size_t size)
{
    int error = system_error(db, result);
    const char *reason = meaning->reason ? meaning->reason : sqlite3_errmsg(db->connection);

    result &= 0xff;
    if (error && (result == SQLITE_IOERR || result == SQLITE_CANTOPEN))
        (void)snprintf(out, size, "%s (%s)", reason, strerror(error));
    else
        (void)snprintf(out, size, "%s", reason);
}

enum weir_status database_fail(struct database *db, const char *format, ...)
{
    int result = result_of(db);
    struct weir_error error = {0};
    char what[WEIR_ERROR_TEXT_SIZE];
    va_list args;

    db->failed = true;
    va_start(args, format);
    (void)vsnprintf(what, sizeof(what), format, args);
    va_end(args);
    if ((result & 0xff) == SQLITE_BUSY || (result & 0xff) == SQLITE_LOCKED)
        return fail_locked(db, what);
    database_describe(db, &error);
    return weir_fail(db->stage, error.fault, error.code, "%s: %s: %s", db->path, what, error.text);
}

void database_describe(struct database *db, struct weir_error *ret_error)
{
    int result = result_of(db);
    const struct meaning *meaning = find_meaning(result);
    char reason[WEIR_ERROR_TEXT_SIZE];

    describe(db, meaning, result, reason, sizeof(reason));
    (void)weir_error_set(ret_error, meaning->fault, meaning->code, "%s%s%s", reason,
        meaning->remedy ? "; " : "", meaning->remedy ? meaning->remedy : "");
}

enum weir_status database_refuse(
    struct database *db, enum weir_fault fault, const char *code, const char *format, ...)
{
    char text[WEIR_ERROR_TEXT_SIZE];
    va_list args;

    db->failed = true;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return weir_fail(db->stage, fault, code, "%s: %s", db->path, text);
}
