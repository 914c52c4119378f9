#include "merge.h"

#include "bad_row.h"
#include "errors.h"
#include "names.h"
#include "version.h"

/* --- what rows must bring ---------------------------------------------------------------- */

enum weir_status merge_check_order(struct table *table, const struct match *match)
{
    const struct column *column;

    if (!table->order_by.len)
        return WEIR_OK;
    column = table_find(table, table->order_by);
    /* Rows of earlier batches may have had it: these have no version, then. */
    if (column && (match->sources[column - table->columns] || column->spelled.len))
        return WEIR_OK;
    return database_refuse(table->db, WEIR_FAULT_DATA, "E-COLUMN",
        "table '%s': the rows have no column '%s', which order_by names; check order_by against "
        "what the source gives",
        name_show(table->shown).text, name_show(table->order_by).text);
}

static bool is_null(const struct weir_column *source, size_t row)
{
    return !source || source->values[row].kind == WEIR_NULL;
}

static enum weir_status check_key_column(
    struct table *table, const char *name, const struct match *match, struct weir_batch *batch)
{
    const struct column *column = table_find(table, weir_str(name));
    const struct weir_column *source = column ? match->sources[column - table->columns] : NULL;
    enum weir_status status = WEIR_OK;

    for (size_t row = 0; row < batch->n_rows && status == WEIR_OK; row++)
        if (is_null(source, row))
            status = bad_row(table, batch, row, name, WEIR_FAULT_DATA, "E-KEY-NULL",
                "the key column '%s' is %s, and merge needs a key in each row; drop such rows with "
                "a 'filter' transform, or check primary_key",
                name_show(weir_str(name)).text, source ? "null" : "not there");
    return status;
}

enum weir_status merge_check_keys(
    struct table *table, const struct match *match, struct weir_batch *batch)
{
    enum weir_status status = WEIR_OK;

    for (size_t i = 0; i < table->primary_key.n && status == WEIR_OK; i++)
        status = check_key_column(table, table->primary_key.items[i], match, batch);
    return status;
}

void merge_mark_defaults(struct match *match, const struct table *table)
{
    for (size_t i = 0; i < table->n_columns; i++)
        if (table->columns[i].state == COLUMN_EXISTS && table->columns[i].spelled.len &&
            match->uses[i] == USE_NONE)
            match->uses[i] = USE_DEFAULT;
}

/* --- the statement ------------------------------------------------------------------------ */

/* Is it a column that the new version of a row sets? */
static bool is_set(const struct table *table, const unsigned char *uses, size_t i)
{
    return uses[i] != USE_NONE && !table_key_has(table, table->columns[i].name);
}

static void append_list(sqlite3_str *sql, const struct table *table, const unsigned char *uses,
    const char *of, const char *behind)
{
    const char *separator = "";

    for (size_t i = 0; i < table->n_columns; i++) {
        if (!is_set(table, uses, i))
            continue;
        sqlite3_str_appendall(sql, separator);
        sqlite3_str_appendall(sql, of);
        name_append(sql, table->columns[i].name);
        sqlite3_str_appendall(sql, behind);
        separator = ", ";
    }
}

static void append_key(sqlite3_str *sql, const struct table *table)
{
    for (size_t i = 0; i < table->primary_key.n; i++) {
        sqlite3_str_appendall(sql, i ? ", " : "");
        name_append(sql, weir_str(table->primary_key.items[i]));
    }
}

/* The version of a row may not go back, and once it is known it is not forgotten. */
static void append_order(sqlite3_str *sql, const struct table *table)
{
    const struct column *column = table_find(table, table->order_by);

    if (!table->order_by.len || column->state != COLUMN_EXISTS)
        return;
    sqlite3_str_appendall(sql, "(" TABLE_ALIAS ".");
    name_append(sql, column->name);
    sqlite3_str_appendall(sql, " IS NULL OR ");
    version_append(sql, table, column);
    sqlite3_str_appendall(sql, ") AND ");
}

/*
 * Lists are compared as a whole: a chain of ORs would be nested deeper than SQLite
 * allows. To a column's own collation two texts may be one; here they are not.
 */
void merge_append(sqlite3_str *sql, const struct table *table, const unsigned char *uses)
{
    bool sets = false;

    for (size_t i = 0; i < table->n_columns; i++)
        sets = sets || is_set(table, uses, i);
    sqlite3_str_appendall(sql, " ON CONFLICT (");
    append_key(sql, table);
    if (!sets) {
        sqlite3_str_appendall(sql, ") DO NOTHING");
        return;
    }
    sqlite3_str_appendall(sql, ") DO UPDATE SET (");
    append_list(sql, table, uses, "", "");
    sqlite3_str_appendall(sql, ") = (");
    append_list(sql, table, uses, "excluded.", "");
    sqlite3_str_appendall(sql, ") WHERE ");
    append_order(sql, table);
    sqlite3_str_appendall(sql, "(");
    append_list(sql, table, uses, TABLE_ALIAS ".", " COLLATE BINARY");
    sqlite3_str_appendall(sql, ") IS NOT (");
    append_list(sql, table, uses, "excluded.", "");
    sqlite3_str_appendall(sql, ")");
}
