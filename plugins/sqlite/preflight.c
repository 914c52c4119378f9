#include "preflight.h"

#include "errors.h"
#include "transaction.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file up to this size is read whole before a run, which takes some hundredths of a second. */
static const int64_t READ_WHOLE_MAX = 32 * 1024 * 1024;

/* A file that does not exist: SQLite's own words would not say what is wrong with its folder. */
static enum weir_status check_folder(struct database *db)
{
    const char *slash = strrchr(db->path, '/');
    const char *folder = ".";

    if (slash)
        folder = slash == db->path
                     ? "/"
                     : weir_printf(db->stage->arena, "%.*s", (int)(slash - db->path), db->path);
    if (faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0)
        return WEIR_OK;
    return database_refuse(db, WEIR_FAULT_DESTINATION, "E-DB-OPEN",
        "cannot create the database in the folder '%s': %s; make the folder, or check who may "
        "write there",
        folder, strerror(errno));
}

bool preflight_is_missing(const struct database *db)
{
    struct stat file;

    return stat(db->path, &file) != 0 && errno == ENOENT;
}

enum weir_status preflight_path(struct database *db)
{
    struct stat file;

    if (stat(db->path, &file) != 0) {
        if (errno == ENOENT)
            return check_folder(db);
        return database_refuse(db, WEIR_FAULT_DESTINATION, "E-DB-OPEN",
            "cannot open the database: %s; check the folders on its way", strerror(errno));
    }
    if (S_ISDIR(file.st_mode))
        return database_refuse(db, WEIR_FAULT_DESTINATION, "E-DB-OPEN",
            "cannot open the database: this is a folder; name a file in it");
    if (!S_ISREG(file.st_mode))
        return database_refuse(db, WEIR_FAULT_DESTINATION, "E-DB-OPEN",
            "cannot open the database: this is no ordinary file; choose another path");
    return WEIR_OK;
}

enum weir_status preflight_read_only(struct database *db)
{
    return database_refuse(db, WEIR_FAULT_DESTINATION, "E-DB-OPEN",
        "cannot write the database: the file is read-only for this user; check who may write it");
}

static enum weir_status refuse_damage(struct database *db, const char *finding)
{
    return database_refuse(db, WEIR_FAULT_DESTINATION, "E-DB-CORRUPT",
        "the database is damaged: %s; restore it from a copy, or choose another path", finding);
}

/* A finding may stand below a line that names the database: "*** in database main ***". */
static const char *without_heading(const char *finding)
{
    const char *line = strchr(finding, '\n');

    return line && line[1] ? line + 1 : finding;
}

/* The first line that quick_check says is "ok", or names what is wrong. */
static enum weir_status read_whole(struct database *db)
{
    sqlite3_stmt *statement = NULL;
    enum weir_status status = WEIR_OK;
    const char *finding;

    if (sqlite3_prepare_v2(db->connection, "PRAGMA quick_check(1)", -1, &statement, NULL) !=
            SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW) {
        status = database_fail(db, "cannot read the database");
    } else {
        finding = (const char *)sqlite3_column_text(statement, 0);
        if (!finding || strcmp(finding, "ok") != 0)
            status = refuse_damage(db, finding ? without_heading(finding) : "it cannot be read");
    }
    (void)sqlite3_finalize(statement);
    return status;
}

enum weir_status preflight_soundness(struct database *db)
{
    enum weir_status status;
    int64_t n_pages = 0;
    int64_t page_size = 0;
    int64_t n_tables = 0;

    if (database_ask(db, "SELECT count(*) FROM main.sqlite_schema", &n_tables) != SQLITE_OK ||
        database_ask(db, "PRAGMA page_count", &n_pages) != SQLITE_OK ||
        database_ask(db, "PRAGMA page_size", &page_size) != SQLITE_OK)
        return database_fail(db, "cannot read the database");
    if (n_pages * page_size > READ_WHOLE_MAX)
        return WEIR_OK;
    /* A row that breaks a CHECK is the owner's matter and no damage. */
    (void)database_run(db, "PRAGMA ignore_check_constraints = ON");
    status = read_whole(db);
    (void)database_run(db, "PRAGMA ignore_check_constraints = OFF");
    return status;
}

enum weir_status preflight_writing(struct database *db)
{
    int64_t version = 0;
    char sql[64];
    enum weir_status status = database_begin(db);

    if (status != WEIR_OK)
        return status;
    /* Writing what is there already opens the journal, which is what a locked folder prevents. */
    if (database_ask(db, "PRAGMA user_version", &version) != SQLITE_OK)
        return database_fail(db, "cannot read the database");
    (void)sqlite3_snprintf(sizeof(sql), sql, "PRAGMA user_version = %lld", (long long)version);
    if (database_run(db, sql) != SQLITE_OK || database_run(db, "ROLLBACK") != SQLITE_OK)
        return database_fail(db, "cannot write the database");
    return WEIR_OK;
}
