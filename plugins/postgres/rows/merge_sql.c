/* The statement that brings a table up to date, as SQL. */
#include "merge.h"

#include "query/sql.h"

static void append_of(struct weir_buf *sql, const char *of, struct weir_str name)
{
    sql_add(sql, of);
    sql_name(sql, name);
}

void merge_append_key(struct weir_buf *sql, const struct table *table, const char *of)
{
    const char *separator = "";

    for (size_t i = 0; i < table->n_columns; i++) {
        if (!table->columns[i].is_key)
            continue;
        sql_add(sql, separator);
        append_of(sql, of, table->columns[i].name);
        separator = ", ";
    }
}

void merge_append_same_key(
    struct weir_buf *sql, const struct merge *merge, const char *a, const char *b)
{
    const struct table *table = merge->table;
    const char *separator = "";

    for (size_t i = 0; i < table->n_columns; i++) {
        if (!table->columns[i].is_key)
            continue;
        sql_add(sql, separator);
        append_of(sql, a, table->columns[i].name);
        sql_printf(sql, " %s ", merge->equals[i] ? merge->equals[i] : "=");
        append_of(sql, b, table->columns[i].name);
        separator = " AND ";
    }
}

void merge_append_columns(struct weir_buf *sql, const struct merge *merge, const char *of)
{
    for (size_t i = 0; i < merge->n_columns; i++) {
        sql_add(sql, i ? ", " : "");
        append_of(sql, of, merge->columns[i]->name);
    }
}

void merge_append_target(struct weir_buf *sql, const struct merge *merge)
{
    sql_table(sql, merge->table->schema, merge->table->name);
}

void merge_append_order(struct weir_buf *sql, const struct merge *merge)
{
    if (merge->order_column.len)
        sql_name(sql, merge->order_column);
    else
        sql_add(sql, "ctid");
}

/* --- values --------------------------------------------------------------------------------- */

static bool is_compared_as_text(const struct type *type)
{
    enum type_kind kind = type->kind == TYPE_ARRAY ? type->element_kind : type->kind;

    /* Not all types have an operator for "equal", and to a collation two texts may be one. */
    return kind == TYPE_TEXT || kind == TYPE_JSON || kind == TYPE_OTHER;
}

static void append_compared(struct weir_buf *sql, const struct column *column, const char *of)
{
    append_of(sql, of, column->name);
    if (is_compared_as_text(&column->type))
        sql_add(sql, "::text COLLATE \"C\"");
}

/* Texts by their bytes; a type of its own stands in its own order. */
static void append_ordered(struct weir_buf *sql, const struct column *column, const char *of)
{
    append_of(sql, of, column->name);
    if (column->type.kind == TYPE_TEXT || column->type.kind == TYPE_JSON)
        sql_add(sql, "::text COLLATE \"C\"");
}

static void append_values(struct weir_buf *sql, const struct merge *merge, const char *of)
{
    const char *separator = "ROW(";

    for (size_t i = 0; i < merge->n_columns; i++) {
        if (merge->columns[i]->is_key)
            continue;
        sql_add(sql, separator);
        append_compared(sql, merge->columns[i], of);
        separator = ", ";
    }
    sql_add(sql, ")");
}

/* Does the row that comes change the one that is there? The version of a row may not go back, and
 * once it is known it is not forgotten. */
static void append_changes(
    struct weir_buf *sql, const struct merge *merge, const char *new, bool compares)
{
    if (compares && merge->order) {
        append_of(sql, "(" MERGE_OLD ".", merge->order->name);
        sql_add(sql, " IS NULL OR ");
        append_ordered(sql, merge->order, new);
        sql_add(sql, " >= ");
        append_ordered(sql, merge->order, MERGE_OLD ".");
        sql_add(sql, ") AND ");
    }
    append_values(sql, merge, MERGE_OLD ".");
    sql_add(sql, " IS DISTINCT FROM ");
    append_values(sql, merge, new);
}

/* --- the statement ---------------------------------------------------------------------------- */

static bool sets_any(const struct merge *merge)
{
    for (size_t i = 0; i < merge->n_columns; i++)
        if (!merge->columns[i]->is_key)
            return true;
    return false;
}

static void append_set(
    struct weir_buf *sql, const struct merge *merge, const char *of, const char *separator)
{
    for (size_t i = 0; i < merge->n_columns; i++) {
        if (merge->columns[i]->is_key)
            continue;
        sql_add(sql, separator);
        append_of(sql, of, merge->columns[i]->name);
        separator = ", ";
    }
}

void merge_append_conflict(struct weir_buf *sql, const struct merge *merge, bool compares)
{
    sql_add(sql, " ON CONFLICT (");
    merge_append_key(sql, merge->table, "");
    if (!sets_any(merge)) {
        sql_add(sql, ") DO NOTHING");
        return;
    }
    sql_add(sql, ") DO UPDATE SET ");
    append_set(sql, merge, "", "(");
    sql_add(sql, ") = ");
    append_set(sql, merge, "excluded.", "ROW(");
    sql_add(sql, ") WHERE ");
    append_changes(sql, merge, "excluded.", compares);
}

/*
 * ON CONFLICT locks, and so writes, each row that it meets, though nothing changes in the end: rows
 * that are the same already are left out before. OFFSET 0 keeps it a look into the index for
 * each row, where the planner, which knows nothing of a table just filled, might read the table.
 */
void merge_append_is_there(struct weir_buf *sql, const struct merge *merge, bool compares)
{
    sql_add(sql, "EXISTS (SELECT FROM ");
    merge_append_target(sql, merge);
    sql_add(sql, " AS " MERGE_OLD " WHERE ");
    merge_append_same_key(sql, merge, MERGE_OLD ".", MERGE_NEW ".");
    if (sets_any(merge)) {
        sql_add(sql, " AND (");
        append_changes(sql, merge, MERGE_NEW ".", compares);
        sql_add(sql, ") IS NOT TRUE");
    }
    sql_add(sql, " OFFSET 0)");
}

/* Of each key the newest version, of equal ones the last. Rows come in the order of their keys, so
 * that two that do the same seldom wait for each other in a ring. */
static void append_newest(struct weir_buf *sql, const struct merge *merge)
{
    sql_add(sql, "SELECT DISTINCT ON (");
    merge_append_key(sql, merge->table, "");
    sql_add(sql, ") ");
    merge_append_columns(sql, merge, "");
    sql_printf(sql, " FROM %s ORDER BY ", merge->staging);
    merge_append_key(sql, merge->table, "");
    if (merge->order) {
        sql_add(sql, ", ");
        append_ordered(sql, merge->order, "");
        sql_add(sql, " DESC NULLS LAST");
    }
    sql_add(sql, ", ");
    merge_append_order(sql, merge);
    sql_add(sql, " DESC");
}

void merge_build(struct merge *merge)
{
    struct weir_buf sql;

    sql_init(&sql);
    sql_add(&sql, "INSERT INTO ");
    merge_append_target(&sql, merge);
    sql_add(&sql, " AS " MERGE_OLD " (");
    merge_append_columns(&sql, merge, "");
    sql_add(&sql, ") SELECT ");
    merge_append_columns(&sql, merge, "");
    sql_add(&sql, " FROM (");
    append_newest(&sql, merge);
    sql_add(&sql, ") AS " MERGE_NEW);
    sql_add(&sql, " WHERE NOT ");
    merge_append_is_there(&sql, merge, true);
    sql_add(&sql, " ORDER BY ");
    merge_append_key(&sql, merge->table, "");
    merge_append_conflict(&sql, merge, true);
    merge->upsert = weir_copy_text(merge->arena, sql.ptr);
    weir_buf_done(&sql);
}
