#include "widen.h"

#include "errors.h"
#include "names.h"
#include "types.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The table under construction; no other can have the name, since weir keeps its beginning. */
static const char NEW_NAME[] = "_weir_wider";

/* --- which type ------------------------------------------------------------------------- */

/* Is there no row for which the condition, put behind the column's name, is true? */
static enum weir_status ask_none(
    struct table *table, const struct column *column, const char *condition, bool *ret_none)
{
    sqlite3_str *sql = sqlite3_str_new(table->db->connection);
    int64_t ignored;
    bool found;
    enum weir_status status;

    sqlite3_str_appendall(sql, "SELECT 1 FROM main.");
    name_append(sql, table->name);
    sqlite3_str_appendall(sql, " WHERE ");
    name_append(sql, column->name);
    sqlite3_str_appendf(sql, " %s LIMIT 1", condition);
    status = table_ask(table, sql, &ignored, &found);
    *ret_none = !found;
    return status;
}

/* Is each int that the column holds exact as a double? */
static enum weir_status ask_all_exact(
    struct table *table, const struct column *column, bool *ret_exact)
{
    char condition[80];

    (void)sqlite3_snprintf(sizeof(condition), condition, "NOT BETWEEN %lld AND %lld",
        (long long)-TYPE_EXACT_MAX, (long long)TYPE_EXACT_MAX);
    return ask_none(table, column, condition, ret_exact);
}

/* The type for all values so far and those that come; `column->kinds` counts both. */
static enum weir_status find_type(struct table *table, const struct column *column,
    const struct weir_column *source, size_t n_rows, enum storage *ret_storage)
{
    enum weir_status status = WEIR_OK;
    bool only_nulls = true;
    bool all_exact;

    /* This run has brought nothing but nulls; somebody else may have brought more. */
    if (column->storage == STORE_ANY)
        status = ask_none(table, column, "IS NOT NULL", &only_nulls);
    *ret_storage = only_nulls ? type_for(column->kinds, true) : STORE_ANY;
    /* Only here the values matter, and looking at them takes time. */
    if (status != WEIR_OK || *ret_storage != STORE_REAL)
        return status;
    all_exact = type_all_exact(source, n_rows);
    if (all_exact && column->storage == STORE_INTEGER)
        status = ask_all_exact(table, column, &all_exact);
    if (!all_exact)
        *ret_storage = STORE_ANY;
    return status;
}

/*
 * Indexes and triggers that somebody has put onto the table meanwhile would go
 * with it, and where rows of other tables refer to it, dropping it would delete
 * them or fail.
 */
static enum weir_status ask_may_change(struct table *table, bool *ret_may)
{
    sqlite3_str *sql = sqlite3_str_new(table->db->connection);
    char *name = sqlite3_mprintf("%.*Q", (int)table->name.len, table->name.ptr);
    int64_t ignored;
    bool found;
    enum weir_status status;

    sqlite3_str_appendf(sql,
        "SELECT 1 FROM main.sqlite_schema AS s WHERE (s.tbl_name = %s COLLATE NOCASE"
        " AND (s.type = 'trigger' OR (s.type = 'index' AND s.sql IS NOT NULL)))"
        " OR (s.type = 'table' AND EXISTS (SELECT 1 FROM pragma_foreign_key_list(s.name, 'main')"
        " AS f WHERE f.\"table\" = %s COLLATE NOCASE)) LIMIT 1",
        name ? name : "NULL", name ? name : "NULL");
    sqlite3_free(name);
    status = table_ask(table, sql, &ignored, &found);
    *ret_may = !found;
    return status;
}

/* Are there floats that an int, the first one, turns into ints where they are? See widen_settle. */
static bool must_settle(const struct column *column, uint32_t kinds_before)
{
    return column->storage == STORE_ANY && (kinds_before & 1 << WEIR_FLOAT) != 0 &&
           type_mixes_numbers(column->kinds) && !type_mixes_numbers(kinds_before);
}

enum weir_status widen_plan(
    struct table *table, struct column *column, const struct weir_column *source, size_t n_rows)
{
    uint32_t before = column->kinds;
    enum storage storage = STORE_ANY;
    enum weir_status status = WEIR_OK;
    bool may_change = false;

    if (source->kinds == 0)
        return WEIR_OK;
    column->kinds |= source->kinds;
    /* ANY is the end, unless it only stands for nulls. */
    if (column->storage != STORE_ANY || before == 0)
        status = find_type(table, column, source, n_rows, &storage);
    if (status != WEIR_OK || (storage == column->storage && !must_settle(column, before)))
        return status;
    status = ask_may_change(table, &may_change);
    /* If not, the column is asked whether it holds the values as it is. */
    if (status != WEIR_OK || !may_change)
        return status;
    if (before && storage != column->storage)
        column->widened_from = type_name(column->storage, true);
    column->state = COLUMN_WIDENS;
    column->storage = storage;
    return WEIR_OK;
}

static bool is_short_int(double real)
{
    return real == trunc(real) && fabs(real) <= (double)TYPE_EXACT_MAX;
}

/*
 * Ints that a REAL column held before it became ANY cannot be told from floats
 * without a fraction, so 5.0 becomes 5 in all ANY columns that have both.
 */
void widen_settle(const struct column *column, const struct weir_column *source, size_t n_rows)
{
    if (column->storage != STORE_ANY || !type_mixes_numbers(column->kinds) ||
        !weir_column_has(source, WEIR_FLOAT))
        return;
    for (size_t row = 0; row < n_rows; row++)
        if (source->values[row].kind == WEIR_FLOAT && is_short_int(source->values[row].real))
            source->values[row] = weir_int((int64_t)source->values[row].real);
}

/* --- the table anew --------------------------------------------------------------------- */

/* The columns of a table in the order that it has in the database; NULL behind the last. */
static const struct column **columns_in_order(const struct table *table, size_t *ret_n)
{
    const struct column **columns =
        weir_calloc(table->n_columns + 1, sizeof(const struct column *));

    *ret_n = 0;
    for (size_t i = 0; i < table->n_columns; i++) {
        const struct column *column = &table->columns[i];

        if (column->state != COLUMN_EXISTS && column->state != COLUMN_WIDENS)
            continue;
        columns[column->place] = column;
        (*ret_n)++;
    }
    return columns;
}

/*
 * Rows keep their numbers. A key that remains the number brings it along, and in
 * the widest table there is no place for it in the query: there the rows, which
 * weir has added one behind the other, are counted anew.
 */
static bool copies_row_number(const struct column **columns, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (columns[i]->is_rowid && columns[i]->state == COLUMN_EXISTS)
            return false;
    return n < TABLE_COLUMNS_MAX;
}

/* The value in its new type. Names stand only once in the query, which may not be too long. */
static void append_value(sqlite3_str *sql, const struct column *column, size_t i)
{
    if (column->state == COLUMN_WIDENS && column->storage == STORE_ANY &&
        type_mixes_numbers(column->kinds))
        sqlite3_str_appendf(sql,
            "CASE WHEN typeof(c%llu) = 'real' AND c%llu BETWEEN %lld AND %lld"
            " AND c%llu = CAST(c%llu AS INTEGER) THEN CAST(c%llu AS INTEGER) ELSE c%llu END",
            (unsigned long long)i, (unsigned long long)i, (long long)-TYPE_EXACT_MAX,
            (long long)TYPE_EXACT_MAX, (unsigned long long)i, (unsigned long long)i,
            (unsigned long long)i, (unsigned long long)i);
    else
        sqlite3_str_appendf(sql, "c%llu", (unsigned long long)i);
}

static enum weir_status copy_rows(struct table *table, const struct column **columns, size_t n)
{
    sqlite3_str *sql = sqlite3_str_new(table->db->connection);
    bool with_number = copies_row_number(columns, n);

    sqlite3_str_appendf(
        sql, "INSERT INTO main.\"%s\" (%s", NEW_NAME, with_number ? "_rowid_, " : "");
    for (size_t i = 0; i < n; i++) {
        sqlite3_str_appendall(sql, i ? ", " : "");
        name_append(sql, columns[i]->name);
    }
    sqlite3_str_appendf(sql, ") SELECT %s", with_number ? "r, " : "");
    for (size_t i = 0; i < n; i++) {
        sqlite3_str_appendall(sql, i ? ", " : "");
        append_value(sql, columns[i], i);
    }
    sqlite3_str_appendf(sql, " FROM (SELECT %s", with_number ? "_rowid_ AS r, " : "");
    for (size_t i = 0; i < n; i++) {
        sqlite3_str_appendall(sql, i ? ", " : "");
        name_append(sql, columns[i]->name);
        sqlite3_str_appendf(sql, " AS c%llu", (unsigned long long)i);
    }
    sqlite3_str_appendall(sql, " FROM main.");
    name_append(sql, table->name);
    sqlite3_str_appendall(sql, " ORDER BY _rowid_)");
    return table_run(table, sql, "widen");
}

static enum weir_status drop_old(struct table *table)
{
    sqlite3_str *sql = sqlite3_str_new(table->db->connection);

    sqlite3_str_appendall(sql, "DROP TABLE main.");
    name_append(sql, table->name);
    return table_run(table, sql, "widen");
}

/*
 * Renaming looks at all views and triggers of the database, and fails where one
 * of them does not work, be it for lack of just this table. The old way of it
 * leaves them alone.
 */
static enum weir_status rename_new(struct table *table)
{
    sqlite3 *connection = table->db->connection;
    sqlite3_str *sql = sqlite3_str_new(connection);
    enum weir_status status;

    sqlite3_str_appendf(sql, "ALTER TABLE main.\"%s\" RENAME TO ", NEW_NAME);
    name_append(sql, table->name);
    (void)sqlite3_db_config(connection, SQLITE_DBCONFIG_LEGACY_ALTER_TABLE, 1, NULL);
    status = table_run(table, sql, "widen");
    (void)sqlite3_db_config(connection, SQLITE_DBCONFIG_LEGACY_ALTER_TABLE, 0, NULL);
    return status;
}

enum weir_status widen_table(struct table *table)
{
    size_t n;
    const struct column **columns = columns_in_order(table, &n);
    enum weir_status status = table_create_as(table, weir_str(NEW_NAME), columns, n);

    if (status == WEIR_OK)
        status = copy_rows(table, columns, n);
    if (status == WEIR_OK)
        status = drop_old(table);
    if (status == WEIR_OK)
        status = rename_new(table);
    free(columns);
    return status;
}

void widen_tell(struct table *table)
{
    for (size_t i = 0; i < table->n_columns; i++) {
        struct column *column = &table->columns[i];

        if (!column->widened_from)
            continue;
        weir_log(table->db->stage, WEIR_LOG_INFO, "table %s: column %s widened from %s to %s",
            name_show(table->shown).text, name_show(column->name).text, column->widened_from,
            column->declared);
        column->widened_from = NULL;
    }
}

/* --- whose table it is ------------------------------------------------------------------ */

static char *copy_text(const char *text)
{
    size_t size = strlen(text) + 1;

    return memcpy(weir_malloc(size), text, size);
}

/* The statement that would make the table as it is, on the heap; NULL if it has none. */
static enum weir_status read_sql(struct table *table, char **ret_sql)
{
    sqlite3_stmt *statement = NULL;
    int rc = table_prepare(table,
        "SELECT sql FROM main.sqlite_schema WHERE type = 'table' AND name = ?1 COLLATE NOCASE",
        &statement);

    *ret_sql = NULL;
    if (rc == SQLITE_OK)
        rc = sqlite3_step(statement);
    if (rc == SQLITE_ROW)
        *ret_sql = copy_text((const char *)sqlite3_column_text(statement, 0));
    (void)sqlite3_finalize(statement);
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? WEIR_OK : table_fail_reading(table);
}

enum weir_status widen_note_made(struct table *table)
{
    free(table->made_as);
    return read_sql(table, &table->made_as);
}

enum weir_status widen_check_made(struct table *table)
{
    char *sql;
    enum weir_status status = read_sql(table, &sql);

    if (status == WEIR_OK && (!sql || strcmp(sql, table->made_as) != 0)) {
        free(table->made_as);
        table->made_as = NULL;
    }
    free(sql);
    return status;
}
