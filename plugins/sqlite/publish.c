#include "publish.h"

#include "errors.h"
#include "names.h"
#include "staged.h"
#include "transaction.h"

#include <weir/failpoint.h>

struct weir_str publish_stage_name(struct weir_arena *arena, int64_t pass, struct weir_str table)
{
    return weir_str(
        weir_printf(arena, "_weir_stage_%lld_%.*s", (long long)pass, WEIR_STR_ARG(table)));
}

enum weir_status publish_begin(
    struct weir_stage *stage, struct table *const *tables, size_t n, int64_t pass)
{
    enum weir_status status = WEIR_OK;

    for (size_t i = 0; i < n && status == WEIR_OK; i++)
        status = staged_begin(tables[i], publish_stage_name(stage->arena, pass, tables[i]->name));
    return status;
}

/* --- staged tables that go ------------------------------------------------------------- */

static enum weir_status drop(struct database *db, struct weir_str name)
{
    sqlite3_str *sql = sqlite3_str_new(db->connection);

    sqlite3_str_appendall(sql, "DROP TABLE IF EXISTS main.");
    name_append(sql, name);
    if (database_run_built(db, sql) != SQLITE_OK)
        return database_fail(db, "cannot drop the staged table '%s'", name_show(name).text);
    return WEIR_OK;
}

enum weir_status publish_drop(struct database *db, int64_t pass, struct weir_str table)
{
    return drop(db, publish_stage_name(db->stage->arena, pass, table));
}

/* One at a time: a table cannot be dropped while a query over the schema is open. SQLITE_ROW: it
 * was found; SQLITE_DONE: there is none left. */
static int find_staged(struct database *db, const char *prefix, struct weir_str *ret_name)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(db->connection,
        "SELECT name FROM main.sqlite_schema"
        " WHERE type = 'table' AND substr(name, 1, length(?1)) = ?1 LIMIT 1",
        -1, &statement, NULL);

    if (rc == SQLITE_OK)
        rc = sqlite3_bind_text(statement, 1, prefix, -1, SQLITE_STATIC);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(statement);
    if (rc == SQLITE_ROW)
        *ret_name = weir_str(
            weir_copy_text(db->stage->arena, (const char *)sqlite3_column_text(statement, 0)));
    (void)sqlite3_finalize(statement);
    return rc;
}

enum weir_status publish_drop_all(struct database *db, int64_t pass)
{
    struct weir_str none = {"", 0};
    const char *prefix = publish_stage_name(db->stage->arena, pass, none).ptr;
    enum weir_status status = WEIR_OK;
    struct weir_str name;
    int rc = SQLITE_ROW;

    while (status == WEIR_OK && (rc = find_staged(db, prefix, &name)) == SQLITE_ROW)
        status = drop(db, name);
    if (status == WEIR_OK && rc != SQLITE_DONE)
        return database_fail(db, "cannot find the staged tables");
    return status;
}

/* --- guards ---------------------------------------------------------------------------- */

/* What the resources that fill a table allow it to lose; the strictest one decides. */
struct allowance {
    bool empty;
    double min_ratio;
};

static struct allowance allowance_of(const struct weir_stage *stage, const struct table *table)
{
    struct allowance allowance = {true, 0};

    for (size_t i = 0; i < stage->n_resources; i++) {
        const struct weir_resource *resource = stage->resources[i];

        if (!name_equal(weir_str(resource->table), table->name))
            continue;
        allowance.empty = allowance.empty && resource->allow_empty;
        if (resource->min_ratio > allowance.min_ratio)
            allowance.min_ratio = resource->min_ratio;
    }
    return allowance;
}

static enum weir_status count_rows(struct table *table, int64_t *ret_n)
{
    sqlite3_str *sql;
    bool found;

    *ret_n = 0;
    if (!table->exists)
        return WEIR_OK;
    sql = sqlite3_str_new(table->db->connection);
    sqlite3_str_appendall(sql, "SELECT count(*) FROM main.");
    name_append(sql, table->name);
    return table_ask(table, sql, ret_n, &found);
}

static enum weir_status refuse_empty(struct table *table, int64_t n_old)
{
    (void)database_refuse(table->db, WEIR_FAULT_DATA, "E-REPLACE-EMPTY",
        "0 rows came to replace the %lld of table '%s', so those stay; if there are none any more, "
        "say 'allow_empty: true'",
        (long long)n_old, name_show(table->shown).text);
    return WEIR_REJECT;
}

static enum weir_status refuse_shrinking(
    struct table *table, int64_t n_old, int64_t n_new, double min_ratio)
{
    (void)database_refuse(table->db, WEIR_FAULT_DATA, "E-REPLACE-SHRINK",
        "only %lld row%s came to replace the %lld of table '%s', so those stay; if that is right, "
        "say so with a 'min_ratio' below %g",
        (long long)n_new, n_new == 1 ? "" : "s", (long long)n_old, name_show(table->shown).text,
        min_ratio);
    return WEIR_REJECT;
}

static enum weir_status guard(struct weir_stage *stage, struct table *table)
{
    struct allowance allowance = allowance_of(stage, table);
    int64_t n_old = 0;
    int64_t n_new = 0;
    enum weir_status status = count_rows(table, &n_old);

    if (status == WEIR_OK)
        status = count_rows(table->staged, &n_new);
    if (status != WEIR_OK || n_old == 0)
        return status;
    if (n_new == 0)
        return allowance.empty ? WEIR_OK : refuse_empty(table, n_old);
    if ((double)n_new < allowance.min_ratio * (double)n_old)
        return refuse_shrinking(table, n_old, n_new, allowance.min_ratio);
    return WEIR_OK;
}

/* As both tables are now; other connections may have changed one since the last batch. */
static enum weir_status read_both(struct table *table)
{
    enum weir_status status;

    if (!table->staged)
        return weir_fail(table->db->stage, WEIR_FAULT_BUG, "E-BUG",
            "table '%s' is to be published, and its pass never began",
            name_show(table->shown).text);
    status = table_read(table);
    if (status == WEIR_OK)
        status = table_read(table->staged);
    return status == WEIR_OK ? staged_check_references(table) : status;
}

/* --- one table -------------------------------------------------------------------------- */

/* Like all renaming here, without a look at views and triggers; see widen.c. */
static enum weir_status become_table(struct table *table)
{
    sqlite3 *connection = table->db->connection;
    sqlite3_str *sql = sqlite3_str_new(connection);
    enum weir_status status;

    sqlite3_str_appendall(sql, "ALTER TABLE main.");
    name_append(sql, table->staged->name);
    sqlite3_str_appendall(sql, " RENAME TO ");
    name_append(sql, table->name);
    (void)sqlite3_db_config(connection, SQLITE_DBCONFIG_LEGACY_ALTER_TABLE, 1, NULL);
    status = table_run(table, sql, "publish");
    (void)sqlite3_db_config(connection, SQLITE_DBCONFIG_LEGACY_ALTER_TABLE, 0, NULL);
    return status;
}

static enum weir_status add_missing_columns(struct table *table)
{
    const struct table *staged = table->staged;

    for (size_t i = 0; i < staged->n_columns; i++) {
        const struct column *from = &staged->columns[i];
        struct column *column;

        if (from->state != COLUMN_EXISTS || table_find(table, from->name))
            continue;
        column = table_add(table, from->name);
        if (!column)
            return table_refuse_columns(table);
        column->state = COLUMN_WANTED;
        column->storage = from->storage;
    }
    return table_has_wanted(table) ? table_create_wanted(table) : WEIR_OK;
}

static enum weir_status delete_old(struct table *table)
{
    sqlite3_str *sql = sqlite3_str_new(table->db->connection);

    sqlite3_str_appendall(sql, "DELETE FROM main.");
    name_append(sql, table->name);
    return table_run(table, sql, "replace the rows of");
}

static void append_names(sqlite3_str *sql, const struct table *staged)
{
    const char *separator = "";

    for (size_t i = 0; i < staged->n_columns; i++) {
        if (staged->columns[i].state != COLUMN_EXISTS)
            continue;
        sqlite3_str_appendall(sql, separator);
        name_append(sql, staged->columns[i].name);
        separator = ", ";
    }
}

static enum weir_status insert_new(struct table *table)
{
    sqlite3_str *sql = sqlite3_str_new(table->db->connection);
    enum weir_status status;

    sqlite3_str_appendall(sql, "INSERT INTO main.");
    name_append(sql, table->name);
    sqlite3_str_appendall(sql, " (");
    append_names(sql, table->staged);
    sqlite3_str_appendall(sql, ") SELECT ");
    append_names(sql, table->staged);
    sqlite3_str_appendall(sql, " FROM main.");
    name_append(sql, table->staged->name);
    status = table_run(table, sql, "replace the rows of");
    /* The same rows would be refused for ever. */
    if (status != WEIR_OK && sqlite3_errcode(table->db->connection) == SQLITE_CONSTRAINT)
        return WEIR_REJECT;
    return status;
}

static enum weir_status replace_rows(struct table *table)
{
    enum weir_status status = WEIR_OK;

    if (table->staged->exists)
        status = add_missing_columns(table);
    if (status == WEIR_OK)
        status = delete_old(table);
    if (status == WEIR_OK && WEIR_FAILPOINT("mid_publish"))
        status = database_fail(table->db, "cannot replace the rows of a table");
    if (status != WEIR_OK || !table->staged->exists)
        return status;
    status = insert_new(table);
    return status == WEIR_OK ? drop(table->db, table->staged->name) : status;
}

static enum weir_status publish_one(struct table *table)
{
    enum weir_status status = table_create_waiting(table->staged);

    if (status != WEIR_OK)
        return status;
    if (table->exists)
        return replace_rows(table);
    return table->staged->exists ? become_table(table) : WEIR_OK;
}

/* --- all of them ------------------------------------------------------------------------ */

/* Which of the tables holds, or is missing for, a row that refers to nothing. */
static enum weir_status refuse_orphans(struct database *db)
{
    const char *query = "SELECT \"table\", parent FROM pragma_foreign_key_check LIMIT 1";
    struct shown_name child = {"a table"};
    struct shown_name parent = {"another one"};
    sqlite3_stmt *statement = NULL;

    if (sqlite3_prepare_v2(db->connection, query, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        child = name_show(weir_str((const char *)sqlite3_column_text(statement, 0)));
        parent = name_show(weir_str((const char *)sqlite3_column_text(statement, 1)));
    }
    (void)sqlite3_finalize(statement);
    (void)database_refuse(db, WEIR_FAULT_DATA, "E-ROW-CONSTRAINT",
        "the new rows cannot replace the old ones, which stay: rows of table '%s' refer to rows of "
        "table '%s' that would not be there; load what is referred to as well, or mend the rows "
        "with a transform",
        child.text, parent.text);
    return WEIR_REJECT;
}

/* Rows that their table does not take are not to be tried again: the next run reads anew. */
static enum weir_status judge(struct database *db, enum weir_status status)
{
    int code = sqlite3_errcode(db->connection) & 0xff;

    if (status == WEIR_FAIL && (code == SQLITE_CONSTRAINT || code == SQLITE_MISMATCH))
        return WEIR_REJECT;
    return status;
}

/* Foreign keys are asked once all tables have their new rows. */
static enum weir_status publish_each(struct database *db, struct table *const *tables, size_t n)
{
    enum weir_status status = WEIR_OK;

    for (size_t i = 0; i < n && status == WEIR_OK; i++)
        status = judge(db, publish_one(tables[i]));
    return status == WEIR_OK && database_has_orphans(db) ? refuse_orphans(db) : status;
}

static enum weir_status publish_or_not(struct database *db, struct table *const *tables, size_t n)
{
    const char *end = "RELEASE weir_publish";
    enum weir_status status;

    if (database_run(db, "PRAGMA defer_foreign_keys = ON; SAVEPOINT weir_publish") != SQLITE_OK)
        return database_fail(db, "cannot set a savepoint");
    status = publish_each(db, tables, n);
    if (status != WEIR_OK)
        end = "ROLLBACK TO weir_publish; RELEASE weir_publish";
    /* A full or failing disk may have ended the transaction already. */
    if (!database_in_transaction(db) || database_run(db, end) != SQLITE_OK) {
        database_note_loss(db);
        return status == WEIR_OK ? database_fail(db, "cannot release a savepoint") : WEIR_FAIL;
    }
    (void)database_run(db, "PRAGMA defer_foreign_keys = OFF");
    return status;
}

enum weir_status publish_all(struct weir_stage *stage, struct table *const *tables, size_t n)
{
    enum weir_status status = WEIR_OK;

    if (n == 0)
        return WEIR_OK;
    status = database_read_version(tables[0]->db);
    for (size_t i = 0; i < n && status == WEIR_OK; i++)
        status = read_both(tables[i]);
    for (size_t i = 0; i < n && status == WEIR_OK; i++)
        status = guard(stage, tables[i]);
    return status == WEIR_OK ? publish_or_not(tables[0]->db, tables, n) : status;
}
