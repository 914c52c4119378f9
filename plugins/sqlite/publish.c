#include "publish.h"

#include "errors.h"
#include "names.h"

struct weir_str publish_stage_name(struct weir_arena *arena, int64_t pass, struct weir_str table)
{
    return weir_str(
        weir_printf(arena, "_weir_stage_%lld_%.*s", (long long)pass, WEIR_STR_ARG(table)));
}

enum weir_status publish_begin(
    struct weir_stage *stage, struct table *const *tables, size_t n, int64_t pass)
{
    (void)tables;
    (void)pass;
    if (n == 0)
        return WEIR_OK;
    return weir_fail(stage, WEIR_FAULT_BUG, "E-BUG", "the sqlite loader cannot replace rows yet");
}

enum weir_status publish_all(struct weir_stage *stage, struct table *const *tables, size_t n)
{
    return publish_begin(stage, tables, n, 0);
}

static enum weir_status drop(struct database *db, struct weir_str name)
{
    sqlite3_str *sql = sqlite3_str_new(db->connection);
    char *text;
    int rc;

    sqlite3_str_appendall(sql, "DROP TABLE IF EXISTS main.");
    name_append(sql, name);
    text = sqlite3_str_finish(sql);
    rc = text ? database_run(db, text) : SQLITE_NOMEM;
    sqlite3_free(text);
    if (rc != SQLITE_OK)
        return database_fail(db, "cannot drop the staged table '%s'", name_show(name).text);
    return WEIR_OK;
}

enum weir_status publish_drop(struct database *db, int64_t pass, struct weir_str table)
{
    return drop(db, publish_stage_name(db->stage->arena, pass, table));
}

/* One at a time: a table cannot be dropped while a query over the schema is open. */
static bool find_staged(struct database *db, const char *prefix, struct weir_str *ret_name)
{
    sqlite3_stmt *statement = NULL;
    bool found = false;

    if (sqlite3_prepare_v2(db->connection,
            "SELECT name FROM main.sqlite_schema"
            " WHERE type = 'table' AND substr(name, 1, length(?1)) = ?1 LIMIT 1",
            -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_bind_text(statement, 1, prefix, -1, SQLITE_STATIC) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        *ret_name = weir_str(
            weir_copy_text(db->stage->arena, (const char *)sqlite3_column_text(statement, 0)));
        found = true;
    }
    (void)sqlite3_finalize(statement);
    return found;
}

enum weir_status publish_drop_all(struct database *db, int64_t pass)
{
    struct weir_str none = {"", 0};
    const char *prefix = publish_stage_name(db->stage->arena, pass, none).ptr;
    enum weir_status status = WEIR_OK;
    struct weir_str name;

    while (status == WEIR_OK && find_staged(db, prefix, &name))
        status = drop(db, name);
    return status;
}
