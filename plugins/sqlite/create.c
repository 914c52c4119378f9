/* Tables and columns that rows ask for: which type they get, and the SQL that makes them. */
#include "table.h"

#include "errors.h"
#include "names.h"
#include "transaction.h"

#include <string.h>

enum { INTEGERS = 1 << WEIR_BOOL | 1 << WEIR_INT };
enum { NUMBERS = 1 << WEIR_INT | 1 << WEIR_FLOAT };
enum {
    TEXTS =
        1 << WEIR_TEXT | 1 << WEIR_DECIMAL | 1 << WEIR_JSON | 1 << WEIR_TIMESTAMP | 1 << WEIR_DATE
};

static bool all_exact_as_real(const struct weir_column *column, size_t n_rows)
{
    const int64_t exact = 1LL << 53;

    for (size_t r = 0; r < n_rows; r++)
        if (column->values[r].kind == WEIR_INT &&
            (column->values[r].integer > exact || column->values[r].integer < -exact))
            return false;
    return true;
}

enum storage storage_for(const struct weir_column *column, size_t n_rows)
{
    uint32_t kinds = column->kinds;

    if (kinds == 0)
        return STORE_ANY;
    if ((kinds & ~(uint32_t)INTEGERS) == 0)
        return STORE_INTEGER;
    if ((kinds & ~(uint32_t)NUMBERS) == 0 && all_exact_as_real(column, n_rows))
        return STORE_REAL;
    if ((kinds & ~(uint32_t)TEXTS) == 0)
        return STORE_TEXT;
    if (kinds == 1 << WEIR_BYTES)
        return STORE_BLOB;
    return STORE_ANY;
}

/* Outside of STRICT tables ANY would be a numeric type; there a column without one keeps values. */
static const char *type_name(enum storage storage, bool is_strict)
{
    switch (storage) {
    case STORE_INTEGER:
        return "INTEGER";
    case STORE_REAL:
        return "REAL";
    case STORE_TEXT:
        return "TEXT";
    case STORE_BLOB:
        return "BLOB";
    default:
        return is_strict ? "ANY" : "";
    }
}

static bool has_state(const struct table *table, enum column_state state)
{
    for (size_t i = 0; i < table->n_columns; i++)
        if (table->columns[i].state == state)
            return true;
    return false;
}

bool table_has_wanted(const struct table *table)
{
    return has_state(table, COLUMN_WANTED);
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

static enum weir_status run(struct table *table, sqlite3_str *sql, const char *doing)
{
    char *text = sqlite3_str_finish(sql);
    int rc = text ? database_run(table->db, text) : SQLITE_NOMEM;

    sqlite3_free(text);
    if (rc != SQLITE_OK)
        return database_fail(table->db, "cannot %s table '%s'", doing, name_show(table->name).text);
    return WEIR_OK;
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

static enum weir_status create_table(struct table *table)
{
    sqlite3_str *sql = sqlite3_str_new(table->db->connection);
    const char *separator = "";

    table->is_strict = true;
    sqlite3_str_appendall(sql, "CREATE TABLE main.");
    name_append(sql, table->name);
    sqlite3_str_appendall(sql, " (");
    for (size_t i = 0; i < table->n_columns; i++) {
        const struct column *column = &table->columns[i];

        if (column->state != COLUMN_WANTED)
            continue;
        sqlite3_str_appendall(sql, separator);
        append_column(sql, table, column);
        if (table_key_has(table, column->name))
            sqlite3_str_appendall(sql, " NOT NULL");
        separator = ", ";
    }
    append_key(sql, table);
    sqlite3_str_appendall(sql, ") STRICT");
    return run(table, sql, "create");
}

static enum weir_status add_column(struct table *table, const struct column *column)
{
    sqlite3_str *sql = sqlite3_str_new(table->db->connection);

    sqlite3_str_appendall(sql, "ALTER TABLE main.");
    name_append(sql, table->name);
    sqlite3_str_appendall(sql, " ADD COLUMN ");
    append_column(sql, table, column);
    return run(table, sql, "add a column to");
}

static enum weir_status add_columns(struct table *table)
{
    enum weir_status status = WEIR_OK;

    for (size_t i = 0; i < table->n_columns && status == WEIR_OK; i++)
        if (table->columns[i].state == COLUMN_WANTED)
            status = add_column(table, &table->columns[i]);
    return status;
}

enum weir_status table_create_wanted(struct table *table)
{
    enum weir_status status = table->exists ? add_columns(table) : create_table(table);

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
