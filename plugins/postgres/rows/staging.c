/* The temporary table that rows are copied into before they are merged. */
#include "merge.h"

#include "query/sql.h"

/* What a row gets in a column that it lacks. */
static enum weir_status append_defaults(
    struct weir_buf *sql, const struct merge *merge, struct connection *connection)
{
    PGresult *result = query_get(connection,
        "SELECT a.attname, pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef AS d"
        " JOIN pg_attribute AS a ON a.attrelid = d.adrelid AND a.attnum = d.adnum"
        " WHERE d.adrelid = $1::bigint::oid AND a.attgenerated = '' UNION ALL"
        " SELECT a.attname, format('nextval(%L::regclass)', pg_get_serial_sequence("
        "a.attrelid::regclass::text, a.attname)) FROM pg_attribute AS a"
        " WHERE a.attrelid = $1::bigint::oid AND a.attidentity = 'd'",
        bind_integer(merge->table->oid));

    if (!result)
        return connection_fail(connection, "cannot read the defaults of table '%.*s'",
            WEIR_STR_ARG(merge->table->name));
    for (int row = 0; row < PQntuples(result); row++) {
        struct weir_str name = weir_str(query_text(result, row, 0));

        if (!brought_has(merge->table, name))
            continue;
        sql_printf(sql, "; ALTER TABLE %s ALTER COLUMN ", merge->staging);
        sql_name(sql, name);
        sql_printf(sql, " SET DEFAULT %s", query_text(result, row, 1));
    }
    PQclear(result);
    return WEIR_OK;
}

static bool has_defaults(const struct merge *merge)
{
    for (size_t i = 0; i < merge->n_columns; i++)
        if (merge->columns[i]->has_default)
            return true;
    return false;
}

enum weir_status staging_plan(struct merge *merge, struct loading *loading)
{
    struct prepared *prepared = loading->rows->private;
    enum weir_status status = WEIR_OK;
    struct weir_buf sql;

    merge->staging =
        weir_printf(merge->arena, "\"pg_temp\".\"weir_merge_%u\"", ++prepared->n_staging);
    sql_init(&sql);
    sql_printf(&sql, "CREATE TEMPORARY TABLE %s ON COMMIT DELETE ROWS AS SELECT ", merge->staging);
    merge_append_columns(&sql, merge, "");
    if (merge->cursor) {
        sql_add(&sql, ", NULL::text COLLATE \"C\" AS ");
        sql_name(&sql, merge->key_column);
    }
    if (merge->order_column.len) {
        sql_add(&sql, ", NULL::bigint AS ");
        sql_name(&sql, merge->order_column);
    }
    sql_add(&sql, " FROM ");
    merge_append_target(&sql, merge);
    sql_add(&sql, " WITH NO DATA");
    if (has_defaults(merge))
        status = append_defaults(&sql, merge, loading->connection);
    merge->make = weir_copy_text(merge->arena, sql.ptr);
    weir_buf_done(&sql);
    return status;
}

static enum weir_status fail(const struct loading *loading)
{
    return connection_fail(loading->connection,
        "cannot make a temporary table for the rows of table '%.*s'",
        WEIR_STR_ARG(loading->table->name));
}

/* It goes with a transaction that is rolled back, and comes back with one that dropped it. */
enum weir_status staging_begin(struct loading *loading)
{
    const struct merge *merge = loading->merge;
    PGresult *result = query_get(
        loading->connection, "SELECT to_regclass($1::text) IS NOT NULL", bind_text(merge->staging));
    bool exists;

    if (!result)
        return fail(loading);
    exists = query_bool(result, 0, 0);
    PQclear(result);
    return exists || query_script(loading->connection, merge->make) ? WEIR_OK : fail(loading);
}

/*
 * Rows that were deleted are still passed over, so a search, which tries often, begins a new file.
 * In a new one the ctid tells the order of the rows, for a COPY looks for no room in its pages.
 * To compile the statements that follow takes longer than it saves: they are of a few thousand rows.
 */
enum weir_status staging_clear(struct loading *loading)
{
    bool is_new = loading->is_searching || !loading->merge->order_column.len;
    struct weir_buf sql;

    sql_init(&sql);
    sql_printf(&sql, "%s %s", is_new ? "TRUNCATE" : "DELETE FROM", loading->merge->staging);
    return sql_run(loading->connection, &sql) ? WEIR_OK : fail(loading);
}
