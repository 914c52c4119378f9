#include "source.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

enum { LONGEST_NAP_MS = 50 };

static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void source_may_wait(struct source *source)
{
    source->wait_until = now_ms() + (int64_t)source->lock_wait;
}

static int wait_for_lock(void *arg, int tries)
{
    struct source *source = arg;
    int nap_ms = tries + 1 < LONGEST_NAP_MS ? tries + 1 : LONGEST_NAP_MS;
    struct timespec nap = {.tv_nsec = nap_ms * 1000000L};

    if (now_ms() >= source->wait_until || weir_stopping(source->stage))
        return 0;
    (void)nanosleep(&nap, NULL);
    return 1;
}

static enum weir_status fail_locked(struct source *source, const char *what)
{
    if (weir_stopping(source->stage))
        return weir_fail(source->stage, WEIR_FAULT_SOURCE, "E-STOPPED",
            "%s: %s: the run was told to stop while another process held its lock", source->path,
            what);
    return weir_fail(source->stage, WEIR_FAULT_SOURCE, "E-DB-LOCKED",
        "%s: %s: another process has held its lock for longer than lock_wait (%llu ms); wait until "
        "that is done, or raise lock_wait",
        source->path, what, (unsigned long long)source->lock_wait);
}

static const char *remedy_of(int result)
{
    switch (result & 0xff) {
    case SQLITE_CANTOPEN:
        return "; check that it is there, and who may read it and its folder";
    case SQLITE_CORRUPT:
        return "; restore it from a copy";
    case SQLITE_NOTADB:
        return "; choose another path";
    case SQLITE_ERROR:
        return "; check 'from', 'query' and 'key'";
    default:
        return "";
    }
}

enum weir_status source_fail(struct source *source, const char *format, ...)
{
    int result = sqlite3_extended_errcode(source->connection);
    char what[WEIR_ERROR_TEXT_SIZE];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(what, sizeof(what), format, args);
    va_end(args);
    if ((result & 0xff) == SQLITE_BUSY || (result & 0xff) == SQLITE_LOCKED)
        return fail_locked(source, what);
    if ((result & 0xff) == SQLITE_NOMEM)
        return weir_fail(source->stage, WEIR_FAULT_MEMORY, "E-MEMORY",
            "%s: SQLite is out of memory", source->path);
    return weir_fail(source->stage, WEIR_FAULT_SOURCE, "E-DB-READ", "%s: %s: %s%s", source->path,
        what, sqlite3_errmsg(source->connection), remedy_of(result));
}

/*
 * Not read-only: what a crash has left in a journal must be taken back before anything can be read.
 * Where this user may not write, SQLite itself opens it for reading.
 */
static int open_connection(struct source *source)
{
    const char *path = source->path;

    if (path[0] != '/')
        path = weir_printf(source->stage->arena, "./%s", path);
    return sqlite3_open_v2(path, &source->connection,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
}

static bool has_utf8(sqlite3 *connection)
{
    sqlite3_stmt *statement = NULL;
    bool found = false;

    if (sqlite3_prepare_v2(connection, "PRAGMA encoding", -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        found = sqlite3_stricmp((const char *)sqlite3_column_text(statement, 0), "UTF-8") == 0;
    (void)sqlite3_finalize(statement);
    return found;
}

enum weir_status source_open(struct source *source)
{
    static const int guards[][2] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},
        {SQLITE_DBCONFIG_DQS_DML, 0},
        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
    };

    if (open_connection(source) != SQLITE_OK)
        return source_fail(source, "cannot open the database");
    for (size_t i = 0; i < sizeof(guards) / sizeof(guards[0]); i++)
        (void)sqlite3_db_config(source->connection, guards[i][0], guards[i][1], NULL);
    (void)sqlite3_busy_handler(source->connection, wait_for_lock, source);
    source_may_wait(source);
    if (sqlite3_exec(source->connection, "PRAGMA query_only = 1; SELECT 1 FROM sqlite_schema", NULL,
            NULL, NULL) != SQLITE_OK)
        return source_fail(source, "cannot read the database");
    source->is_utf8 = has_utf8(source->connection);
    return WEIR_OK;
}

void source_close(struct source *source)
{
    for (size_t i = 0; source->tables && i < source->stage->n_resources; i++) {
        (void)sqlite3_finalize(source->tables[i].statement);
        weir_buf_done(&source->tables[i].key);
        weir_buf_done(&source->tables[i].key_before);
    }
    (void)sqlite3_close(source->connection);
    source->connection = NULL;
}
