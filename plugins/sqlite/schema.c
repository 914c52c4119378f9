/* Reading a table as the database has it: its kind, its columns, what watches over it. */
#include "table.h"

#include "errors.h"
#include "insert.h"
#include "names.h"
#include "widen.h"

#include <string.h>

int table_prepare(const struct table *table, const char *sql, sqlite3_stmt **ret_statement)
{
    int rc = sqlite3_prepare_v2(table->db->connection, sql, -1, ret_statement, NULL);

    if (rc == SQLITE_OK)
        rc = sqlite3_bind_text64(
            *ret_statement, 1, table->name.ptr, table->name.len, SQLITE_STATIC, SQLITE_UTF8);
    return rc;
}

enum weir_status table_ask(
    struct table *table, sqlite3_str *sql, int64_t *ret_value, bool *ret_found)
{
    int rc = database_ask_built(table->db, sql, ret_value);

    *ret_found = rc == SQLITE_OK;
    if (rc != SQLITE_OK && rc != SQLITE_NOTFOUND)
        return database_fail(table->db, "cannot read table '%s'", name_show(table->shown).text);
    return WEIR_OK;
}

enum weir_status table_fail_reading(struct table *table)
{
    return database_fail(table->db, "cannot read what table '%s' is", name_show(table->shown).text);
}

static bool contains(const char *declared, const char *word)
{
    size_t n = strlen(word);

    for (; *declared; declared++)
        if (sqlite3_strnicmp(declared, word, (int)n) == 0)
            return true;
    return false;
}

/* SQLite's rules, in their order: outside of STRICT tables a type is any text. */
static enum storage storage_of_type(const char *declared, bool is_strict)
{
    if (declared[0] == '\0' || (is_strict && sqlite3_stricmp(declared, "ANY") == 0))
        return STORE_ANY;
    if (contains(declared, "INT"))
        return STORE_INTEGER;
    if (contains(declared, "CHAR") || contains(declared, "CLOB") || contains(declared, "TEXT"))
        return STORE_TEXT;
    if (contains(declared, "BLOB"))
        return STORE_BLOB;
    if (contains(declared, "REAL") || contains(declared, "FLOA") || contains(declared, "DOUB"))
        return STORE_REAL;
    return STORE_NUMERIC;
}

static enum weir_status refuse_kind(struct table *table, const char *kind)
{
    return database_refuse(table->db, WEIR_FAULT_DESTINATION, "E-DB-SCHEMA",
        "'%s' is a %s, which rows cannot be loaded into; choose another name with 'table'",
        name_show(table->shown).text, kind);
}

/* Is there such a table, and is it one that rows can be put into? */
static enum weir_status read_kind(struct table *table, bool *ret_exists, bool *ret_rowids)
{
    enum weir_status status = WEIR_OK;
    sqlite3_stmt *statement = NULL;
    int rc = table_prepare(table,
        "SELECT type, strict, wr FROM pragma_table_list(?1) WHERE schema = 'main'", &statement);

    *ret_exists = false;
    *ret_rowids = false;
    if (rc == SQLITE_OK)
        rc = sqlite3_step(statement);
    if (rc == SQLITE_ROW) {
        const char *type = (const char *)sqlite3_column_text(statement, 0);

        *ret_exists = true;
        table->is_strict = sqlite3_column_int(statement, 1) != 0;
        *ret_rowids = sqlite3_column_int(statement, 2) == 0;
        if (strcmp(type, "table") != 0)
            status = refuse_kind(table, strcmp(type, "view") == 0 ? "view" : "virtual table");
    } else if (rc != SQLITE_DONE) {
        status = table_fail_reading(table);
    }
    (void)sqlite3_finalize(statement);
    return status;
}

/* Columns of pragma_table_xinfo. */
enum { INFO_NAME, INFO_TYPE, INFO_KEY, INFO_HIDDEN, INFO_PLACE, INFO_DEFAULT };

static enum weir_status take_column(struct table *table, sqlite3_stmt *row)
{
    struct weir_str name = {(const char *)sqlite3_column_text(row, INFO_NAME),
        (size_t)sqlite3_column_bytes(row, INFO_NAME)};
    const char *type = (const char *)sqlite3_column_text(row, INFO_TYPE);
    struct column *column = table_find(table, name);

    if (!column)
        column = table_add(table, name);
    if (!column)
        return database_refuse(table->db, WEIR_FAULT_DESTINATION, "E-DB-SCHEMA",
            "table '%s' has too many columns", name_show(table->shown).text);
    if (column->state != COLUMN_EXISTS || strcmp(column->declared, type) != 0)
        column->declared = weir_copy_text(table->db->stage->arena, type);
    column->state = COLUMN_EXISTS;
    column->storage = storage_of_type(type, table->is_strict);
    column->place = (size_t)sqlite3_column_int64(row, INFO_PLACE);
    column->is_key = sqlite3_column_int(row, INFO_KEY) != 0;
    column->is_generated = sqlite3_column_int(row, INFO_HIDDEN) != 0;
    column->has_default = sqlite3_column_type(row, INFO_DEFAULT) != SQLITE_NULL;
    column->is_rowid = false;
    column->is_there = true;
    return WEIR_OK;
}

static enum weir_status read_columns(struct table *table)
{
    enum weir_status status = WEIR_OK;
    sqlite3_stmt *statement = NULL;
    int rc = table_prepare(table,
        "SELECT name, type, pk, hidden, cid, dflt_value FROM pragma_table_xinfo(?1, 'main')",
        &statement);

    for (size_t i = 0; i < table->n_columns; i++)
        table->columns[i].is_there = false;
    if (rc == SQLITE_OK)
        while (status == WEIR_OK && (rc = sqlite3_step(statement)) == SQLITE_ROW)
            status = take_column(table, statement);
    if (status == WEIR_OK && rc != SQLITE_DONE)
        status = table_fail_reading(table);
    (void)sqlite3_finalize(statement);
    return status;
}

/* One key column that is an INTEGER, spelled so, is the row's number itself. */
static void mark_rowid(struct table *table, bool has_rowids)
{
    struct column *key = NULL;
    size_t n_keys = 0;

    for (size_t i = 0; i < table->n_columns; i++)
        if (table->columns[i].is_key) {
            key = &table->columns[i];
            n_keys++;
        }
    if (has_rowids && n_keys == 1 && sqlite3_stricmp(key->declared, "INTEGER") == 0)
        key->is_rowid = true;
}

/*
 * A row can be deleted again unnoticed where nothing else happens when rows come
 * and go: no trigger anywhere, no foreign key to any table, and a row number.
 */
static enum weir_status read_undo(struct table *table, bool has_rowids)
{
    int64_t n_watchers = 0;

    if (database_ask(table->db,
            "SELECT count(*) FROM main.sqlite_schema"
            " WHERE type = 'trigger' OR (type = 'table' AND sql LIKE '%REFERENCES%')",
            &n_watchers) != SQLITE_OK)
        return table_fail_reading(table);
    table->can_undo = has_rowids && n_watchers == 0 && !table_find(table, weir_str("_rowid_"));
    return WEIR_OK;
}

/* Damage shows where rows will be added: at the end. */
static enum weir_status read_last_row(struct table *table, bool has_rowids)
{
    sqlite3_str *sql = sqlite3_str_new(table->db->connection);
    int64_t ignored;
    bool found;

    sqlite3_str_appendall(sql, "SELECT 1 FROM main.");
    name_append(sql, table->name);
    if (has_rowids && !table_find(table, weir_str("_rowid_")))
        sqlite3_str_appendall(sql, " ORDER BY _rowid_ DESC");
    sqlite3_str_appendall(sql, " LIMIT 1");
    return table_ask(table, sql, &ignored, &found);
}

/* Somebody else took away what rows of this run are in, or shall be. */
static enum weir_status check_nothing_went(struct table *table, bool exists)
{
    if (table->exists && !exists)
        return database_refuse(table->db, WEIR_FAULT_DESTINATION, "E-DB-SCHEMA",
            "table '%s' was dropped by somebody else during the run; run again",
            name_show(table->shown).text);
    for (size_t i = 0; exists && i < table->n_columns; i++) {
        const struct column *column = &table->columns[i];

        if (column->state == COLUMN_EXISTS && !column->is_there)
            return database_refuse(table->db, WEIR_FAULT_DESTINATION, "E-DB-SCHEMA",
                "column '%s' of table '%s' was dropped by somebody else during the run; run again",
                name_show(column->name).text, name_show(table->shown).text);
    }
    return WEIR_OK;
}

static enum weir_status read_existing(struct table *table, bool has_rowids)
{
    enum weir_status status = read_columns(table);

    if (status != WEIR_OK)
        return status;
    table->has_rowids = has_rowids;
    mark_rowid(table, has_rowids);
    status = read_undo(table, has_rowids);
    if (status == WEIR_OK && !table->exists)
        status = read_last_row(table, has_rowids);
    return status;
}

enum weir_status table_read(struct table *table)
{
    enum weir_status status;
    bool exists;
    bool has_rowids;

    if (table->is_known && table->version == table->db->schema_version)
        return WEIR_OK;
    statements_reset(table->statements);
    status = read_kind(table, &exists, &has_rowids);
    if (status == WEIR_OK && exists)
        status = read_existing(table, has_rowids);
    if (status == WEIR_OK)
        status = check_nothing_went(table, exists);
    if (status == WEIR_OK && exists && !table->exists)
        status = table_check_key(table);
    if (status == WEIR_OK && table->made_as)
        status = widen_check_made(table);
    if (status != WEIR_OK)
        return status;
    table->exists = exists;
    table->is_known = true;
    table->version = table->db->schema_version;
    return WEIR_OK;
}
