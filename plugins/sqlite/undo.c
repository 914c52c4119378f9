#include "undo.h"

#include "errors.h"
#include "names.h"
#include "transaction.h"

enum weir_status undo_begin(struct undo *undo, struct table *table, struct weir_arena *arena,
    size_t n_rows, bool changes_table)
{
    bool adds_only = table->disposition != WEIR_MERGE && !changes_table;

    *undo = (struct undo){.table = table};
    if (table->can_undo && adds_only) {
        undo->rows = weir_new_array(arena, n_rows, int64_t);
        return WEIR_OK;
    }
    if (database_run(table->db, "SAVEPOINT weir_batch") != SQLITE_OK)
        return database_fail(table->db, "cannot set a savepoint");
    return WEIR_OK;
}

enum weir_status undo_end(struct undo *undo)
{
    if (!undo->rows && database_run(undo->table->db, "RELEASE weir_batch") != SQLITE_OK)
        return database_fail(undo->table->db, "cannot release a savepoint");
    return WEIR_OK;
}

static int delete_rows(struct undo *undo, sqlite3_stmt *statement)
{
    int rc = SQLITE_DONE;

    for (size_t i = undo->n_rows; i > 0 && rc == SQLITE_DONE; i--) {
        (void)sqlite3_bind_int64(statement, 1, undo->rows[i - 1]);
        (void)sqlite3_step(statement);
        rc = sqlite3_reset(statement) == SQLITE_OK ? SQLITE_DONE : SQLITE_ERROR;
    }
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int delete_noted_rows(struct undo *undo)
{
    sqlite3 *connection = undo->table->db->connection;
    sqlite3_str *sql = sqlite3_str_new(connection);
    sqlite3_stmt *statement = NULL;
    char *text;
    int rc;

    sqlite3_str_appendall(sql, "DELETE FROM main.");
    name_append(sql, undo->table->name);
    sqlite3_str_appendall(sql, " WHERE _rowid_ = ?1");
    text = sqlite3_str_finish(sql);
    rc = text ? sqlite3_prepare_v2(connection, text, -1, &statement, NULL) : SQLITE_NOMEM;
    sqlite3_free(text);
    if (rc == SQLITE_OK)
        rc = delete_rows(undo, statement);
    (void)sqlite3_finalize(statement);
    return rc;
}

void undo_all(struct undo *undo)
{
    struct database *db = undo->table->db;
    int rc;

    /* A full or failing disk may have ended the transaction already. */
    if (!database_in_transaction(db)) {
        database_note_loss(db);
        return;
    }
    if (undo->rows)
        rc = delete_noted_rows(undo);
    else
        rc = database_run(db, "ROLLBACK TO weir_batch; RELEASE weir_batch");
    if (rc != SQLITE_OK)
        database_lose(db);
}
