#include "staged.h"

#include "adopt.h"
#include "errors.h"
#include "insert.h"
#include "names.h"
#include "transaction.h"

#include <string.h>

/* --- a table like another one -------------------------------------------------------------- */

enum { INFO_NAME, INFO_TYPE, INFO_NOT_NULL, INFO_DEFAULT };

static bool is_one_of(const char *text, const char *allowed)
{
    return text[strspn(text, allowed)] == '\0';
}

#define WORD "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

/* Types may be any text; one that SQL might read otherwise is told by what it does to values. */
static const char *safe_type(const char *declared, const struct column *column)
{
    static const char *const names[] = {[STORE_ANY] = "",
        [STORE_INTEGER] = "INT",
        [STORE_REAL] = "REAL",
        [STORE_TEXT] = "TEXT",
        [STORE_BLOB] = "BLOB",
        [STORE_NUMERIC] = "NUMERIC"};

    return is_one_of(declared, WORD " (),+-.") ? declared : names[column->storage];
}

/* A name that stands alone is a text there; in parentheses it would be a column. */
static void append_default(sqlite3_str *sql, const char *text)
{
    if (!text)
        return;
    if (is_one_of(text, WORD) || strchr("\"[`", text[0]))
        sqlite3_str_appendf(sql, " DEFAULT %s", text);
    else
        sqlite3_str_appendf(sql, " DEFAULT (%s\n)", text);
}

static int append_definition(sqlite3_str *sql, const struct table *target, sqlite3_stmt *info)
{
    const char *name = (const char *)sqlite3_column_text(info, INFO_NAME);
    const struct column *column = table_find(target, weir_str(name));
    const char *collation = NULL;
    /* The name is NUL-terminated, since it is the one of a table that exists. */
    int rc = sqlite3_table_column_metadata(
        target->db->connection, "main", target->name.ptr, name, NULL, &collation, NULL, NULL, NULL);

    if (rc != SQLITE_OK || !column)
        return rc == SQLITE_OK ? SQLITE_SCHEMA : rc;
    name_append(sql, weir_str(name));
    sqlite3_str_appendf(
        sql, " %s", safe_type((const char *)sqlite3_column_text(info, INFO_TYPE), column));
    if (sqlite3_column_int(info, INFO_NOT_NULL))
        sqlite3_str_appendall(sql, " NOT NULL");
    append_default(sql, (const char *)sqlite3_column_text(info, INFO_DEFAULT));
    if (collation && sqlite3_stricmp(collation, "BINARY") != 0) {
        sqlite3_str_appendall(sql, " COLLATE ");
        name_append(sql, weir_str(collation));
    }
    return SQLITE_OK;
}

/* Those that take values, one behind the other; what the database computes is left out. */
static int append_columns(sqlite3_str *sql, const struct table *target)
{
    const char *separator = "";
    sqlite3_stmt *info = NULL;
    int rc = table_prepare(target,
        "SELECT name, type, \"notnull\", dflt_value FROM pragma_table_xinfo(?1, 'main')"
        " WHERE hidden = 0 ORDER BY cid",
        &info);

    while (rc == SQLITE_OK && (rc = sqlite3_step(info)) == SQLITE_ROW) {
        sqlite3_str_appendall(sql, separator);
        separator = ", ";
        rc = append_definition(sql, target, info);
    }
    (void)sqlite3_finalize(info);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* Keys whose columns have names; the query gives each as its list of columns. */
static int append_keys(
    sqlite3_str *sql, const struct table *target, const char *query, const char *kind)
{
    sqlite3_stmt *keys = NULL;
    int rc = table_prepare(target, query, &keys);

    if (rc == SQLITE_OK)
        while ((rc = sqlite3_step(keys)) == SQLITE_ROW)
            if (sqlite3_column_type(keys, 0) != SQLITE_NULL)
                sqlite3_str_appendf(
                    sql, ", %s (%s)", kind, (const char *)sqlite3_column_text(keys, 0));
    (void)sqlite3_finalize(keys);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static const char primary_key[] =
    "SELECT group_concat(printf('\"%w\"', name), ', ') FROM"
    " (SELECT name FROM pragma_table_xinfo(?1, 'main') WHERE pk ORDER BY pk)";

static const char unique_indexes[] =
    "SELECT group_concat(printf('\"%w\" COLLATE \"%w\"', i.name, i.coll), ', ')"
    " FROM pragma_index_list(?1, 'main') AS l, pragma_index_xinfo(l.name, 'main') AS i"
    " WHERE l.\"unique\" AND NOT l.partial AND l.origin <> 'pk' AND i.key"
    " GROUP BY l.seq HAVING count(*) = count(i.name)";

static enum weir_status create_like(struct table *staged, struct table *target)
{
    sqlite3_str *sql = sqlite3_str_new(target->db->connection);
    enum weir_status status = WEIR_OK;
    int rc;

    sqlite3_str_appendall(sql, "CREATE TABLE main.");
    name_append(sql, staged->name);
    sqlite3_str_appendall(sql, " (");
    rc = append_columns(sql, target);
    if (rc == SQLITE_OK)
        rc = append_keys(sql, target, primary_key, "PRIMARY KEY");
    if (rc == SQLITE_OK)
        rc = append_keys(sql, target, unique_indexes, "UNIQUE");
    sqlite3_str_appendf(sql, ")%s%s%s", target->is_strict ? " STRICT" : "",
        target->is_strict && !target->has_rowids ? "," : "",
        target->has_rowids ? "" : " WITHOUT ROWID");
    if (rc != SQLITE_OK)
        status = table_fail_reading(target);
    if (status == WEIR_OK)
        return table_run(staged, sql, "make a staged table for");
    sqlite3_free(sqlite3_str_finish(sql));
    return status;
}

/* --- the pair -------------------------------------------------------------------------------- */

/* What a foreign key of another table does when a row goes; one that does nothing is asked when
 * the new rows are there. */
enum weir_status staged_check_references(struct table *table)
{
    enum weir_status status = WEIR_OK;
    sqlite3_stmt *statement = NULL;
    int rc = table_prepare(table,
        "SELECT s.name, f.on_delete FROM main.sqlite_schema AS s,"
        " pragma_foreign_key_list(s.name, 'main') AS f WHERE s.type = 'table'"
        " AND f.\"table\" = ?1 COLLATE NOCASE AND f.on_delete <> 'NO ACTION'"
        " AND s.name <> ?1 COLLATE NOCASE LIMIT 1",
        &statement);

    if (rc == SQLITE_OK)
        rc = sqlite3_step(statement);
    if (rc == SQLITE_ROW)
        status = database_refuse(table->db, WEIR_FAULT_DESTINATION, "E-DB-SCHEMA",
            "table '%s' refers to table '%s' with ON DELETE %s, so replacing rows there would "
            "change rows here; use 'write_disposition: merge', or change the foreign key",
            name_show(weir_str((const char *)sqlite3_column_text(statement, 0))).text,
            name_show(table->shown).text, (const char *)sqlite3_column_text(statement, 1));
    else if (rc != SQLITE_DONE)
        status = table_fail_reading(table);
    (void)sqlite3_finalize(statement);
    return status;
}

static struct table *staged_new(struct table *table, struct weir_str name)
{
    struct table *staged = weir_new(table->db->stage->arena, struct table);

    *staged = (struct table){
        .db = table->db,
        .name = name,
        .shown = table->shown,
        .primary_key = table->primary_key,
        .target = table,
        .statements = statements_new(),
    };
    return staged;
}

enum weir_status staged_begin(struct table *table, struct weir_str name)
{
    enum weir_status status = staged_check_references(table);

    if (status != WEIR_OK)
        return status;
    table->staged = staged_new(table, name);
    status = table_read(table);
    if (status == WEIR_OK)
        status = table_read(table->staged);
    if (status == WEIR_OK && table->staged->exists && !table->exists)
        status = table_adopt(table->staged);
    return status;
}

enum weir_status staged_ready(struct table *table)
{
    struct table *staged = table->staged;
    enum weir_status status;

    if (!staged)
        return weir_fail(table->db->stage, WEIR_FAULT_BUG, "E-BUG",
            "rows for table '%s' came before the pass began", name_show(table->shown).text);
    status = table_read(staged);
    if (status != WEIR_OK || staged->exists || !table->exists)
        return status;
    status = create_like(staged, table);
    if (status == WEIR_OK)
        status = database_read_version(table->db);
    if (status == WEIR_OK)
        status = table_read(table);
    return status == WEIR_OK ? table_read(staged) : status;
}
