/* Tables and columns that rows ask for: the SQL that makes them. */
#include "table.h"

#include "errors.h"
#include "names.h"
#include "transaction.h"
#include "types.h"
#include "widen.h"

#include <stdlib.h>

static bool has_state(const struct table *table, enum column_state state)
{
    for (size_t i = 0; i < table->n_columns; i++)
        if (table->columns[i].state == state)
            return true;
    return false;
}

bool table_has_wanted(const struct table *table)
{
    return has_state(table, COLUMN_WANTED) || has_state(table, COLUMN_WIDENS);
}

bool table_has_waiting(const struct table *table)
{
    return has_state(table, COLUMN_WAITS);
}

static void append_column(sqlite3_str *sql, const struct table *table, const struct column *column)
{
    name_append(sql, column->name);
    sqlite3_str_appendf(sql, " %s", type_name(column->storage, table->is_strict));
}

enum weir_status table_run(struct table *table, sqlite3_str *sql, const char *doing)
{
    if (database_run_built(table->db, sql) != SQLITE_OK)
        return database_fail(
            table->db, "cannot %s table '%s'", doing, name_show(table->shown).text);
    return WEIR_OK;
}

enum weir_status table_refuse_columns(struct table *table)
{
    return database_refuse(table->db, WEIR_FAULT_DATA, "E-LIMIT-COLUMNS",
        "table '%s' would have more than %d columns, which SQLite does not allow; 'select' those "
        "that are needed, or turn keys into rows",
        name_show(table->shown).text, TABLE_COLUMNS_MAX);
}

static void append_key(sqlite3_str *sql, const struct table *table)
{
    if (table->primary_key.n == 0)
        return;
    sqlite3_str_appendall(sql, ", PRIMARY KEY (");
    for (size_t i = 0; i < table->primary_key.n; i++) {
        sqlite3_str_appendall(sql, i ? ", " : "");
        name_append(sql, weir_str(table->primary_key.items[i]));
    }
    sqlite3_str_appendall(sql, ")");
}

enum weir_status table_create_as(
    struct table *table, struct weir_str name, const struct column *const *columns, size_t n)
{
    sqlite3_str *sql = sqlite3_str_new(table->db->connection);

    table->is_strict = true;
    sqlite3_str_appendall(sql, "CREATE TABLE main.");
    name_append(sql, name);
    sqlite3_str_appendall(sql, " (");
    for (size_t i = 0; i < n; i++) {
        sqlite3_str_appendall(sql, i ? ", " : "");
        append_column(sql, table, columns[i]);
        if (table_key_has(table, columns[i]->name))
            sqlite3_str_appendall(sql, " NOT NULL");
    }
    append_key(sql, table);
    sqlite3_str_appendall(sql, ") STRICT");
    return table_run(table, sql, "create");
}

static enum weir_status create_table(struct table *table)
{
    const struct column **columns =
        weir_calloc(table->n_columns + 1, sizeof(const struct column *));
    enum weir_status status;
    size_t n = 0;

    for (size_t i = 0; i < table->n_columns; i++)
        if (table->columns[i].state == COLUMN_WANTED)
            columns[n++] = &table->columns[i];
    status = table_create_as(table, table->name, columns, n);
    free(columns);
    return status;
}

static enum weir_status add_column(struct table *table, const struct column *column)
{
    sqlite3_str *sql = sqlite3_str_new(table->db->connection);

    sqlite3_str_appendall(sql, "ALTER TABLE main.");
    name_append(sql, table->name);
    sqlite3_str_appendall(sql, " ADD COLUMN ");
    append_column(sql, table, column);
    return table_run(table, sql, "add a column to");
}

static enum weir_status add_columns(struct table *table)
{
    enum weir_status status = WEIR_OK;

    for (size_t i = 0; i < table->n_columns && status == WEIR_OK; i++)
        if (table->columns[i].state == COLUMN_WANTED)
            status = add_column(table, &table->columns[i]);
    return status;
}

static enum weir_status change_table(struct table *table)
{
    enum weir_status status = WEIR_OK;

    if (has_state(table, COLUMN_WIDENS))
        status = widen_table(table);
    return status == WEIR_OK ? add_columns(table) : status;
}

enum weir_status table_create_wanted(struct table *table)
{
    bool is_own = !table->exists || table->made_as;
    enum weir_status status = table->exists ? change_table(table) : create_table(table);

    if (status == WEIR_OK && is_own)
        status = widen_note_made(table);
    if (status == WEIR_OK)
        status = database_read_version(table->db);
    /* What SQLite made of it is read back, so there is one way to know a table. */
    return status == WEIR_OK ? table_read(table) : status;
}

enum weir_status table_create_waiting(struct table *table)
{
    for (size_t i = 0; i < table->n_columns; i++)
        if (table->columns[i].state == COLUMN_WAITS) {
            table->columns[i].state = COLUMN_WANTED;
            table->columns[i].storage = STORE_ANY;
        }
    return table->exists && table_has_wanted(table) ? table_create_wanted(table) : WEIR_OK;
}
