#include "publish.h"

#include "query/sql.h"
#include "staged.h"
#include "swap.h"
#include "table/names.h"

#include <string.h>

enum weir_status publish_begin(
    struct connection *connection, struct table *const *tables, size_t n, int64_t pass)
{
    enum weir_status status = WEIR_OK;

    for (size_t i = 0; i < n && status == WEIR_OK; i++) {
        status = table_read(tables[i], connection);
        if (status == WEIR_OK)
            status = staged_begin(tables[i], connection, pass);
    }
    return status;
}

/* --- staged tables that go ------------------------------------------------------------------ */

static void append_drop(void *arg, const PGresult *row)
{
    struct weir_buf *sql = arg;

    sql_add(sql, "DROP TABLE ");
    sql_table(sql, weir_str("weir"), weir_str(query_text(row, 0, 0)));
    sql_add(sql, "; ");
}

enum weir_status publish_drop(struct connection *connection, int64_t pass, const char *table)
{
    struct weir_arena *arena = weir_arena_new();
    struct weir_str name = staged_name(arena, pass, weir_str(table ? table : ""));
    const struct bound values[] = {bind_str(name), bind_bool(table != NULL)};
    struct weir_buf sql;
    bool ran;

    sql_init(&sql);
    ran = query_each(connection,
        "SELECT c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'weir' AND c.relkind = 'r'"
        " AND CASE WHEN $2::bool THEN c.relname::text = $1::text"
        " ELSE starts_with(c.relname::text, $1::text) END",
        values, 2, append_drop, &sql);
    if (ran && sql.len)
        ran = query_script(connection, sql.ptr);
    weir_buf_done(&sql);
    weir_arena_free(arena);
    return ran ? WEIR_OK : connection_fail(connection, "cannot drop what is staged");
}

/* --- guards ----------------------------------------------------------------------------------- */

/* What the resources that fill a table allow it to lose; the strictest one decides. */
struct allowance {
    bool empty;
    double min_ratio;
};

static struct allowance allowance_of(const struct table *table)
{
    const struct weir_stage *stage = table->stage;
    struct allowance allowance = {true, 0};

    for (size_t i = 0; i < stage->n_resources; i++) {
        const struct weir_resource *resource = stage->resources[i];

        if (!weir_str_is(table->name, resource->table))
            continue;
        allowance.empty = allowance.empty && resource->allow_empty;
        if (resource->min_ratio > allowance.min_ratio)
            allowance.min_ratio = resource->min_ratio;
    }
    return allowance;
}

static enum weir_status count_rows(
    const struct table *table, struct connection *connection, int64_t *ret_n)
{
    struct weir_buf sql;
    PGresult *result;

    *ret_n = 0;
    if (!table->exists)
        return WEIR_OK;
    sql_init(&sql);
    sql_add(&sql, "SELECT count(*) FROM ");
    sql_table(&sql, table->schema, table->name);
    result = query_get_with(connection, sql.ptr, NULL, 0);
    weir_buf_done(&sql);
    if (!result)
        return connection_fail(
            connection, "cannot count the rows of table '%s'", name_show(table->name).text);
    *ret_n = query_integer(result, 0, 0);
    PQclear(result);
    return WEIR_OK;
}

static enum weir_status refuse_empty(
    const struct table *table, struct connection *connection, int64_t n_old)
{
    enum weir_status told = connection_refuse(connection, WEIR_FAULT_DATA, "E-REPLACE-EMPTY",
        "0 rows came to replace the %lld of table '%s', so those stay; if there are none any more, "
        "say 'allow_empty: true'",
        (long long)n_old, name_show(table->name).text);

    return told == WEIR_FAIL ? WEIR_REJECT : told;
}

static enum weir_status refuse_shrinking(const struct table *table, struct connection *connection,
    int64_t n_old, int64_t n_new, double min_ratio)
{
    enum weir_status told = connection_refuse(connection, WEIR_FAULT_DATA, "E-REPLACE-SHRINK",
        "only %lld row%s came to replace the %lld of table '%s', so those stay; if that is right, "
        "say so with a 'min_ratio' below %g",
        (long long)n_new, n_new == 1 ? "" : "s", (long long)n_old, name_show(table->name).text,
        min_ratio);

    return told == WEIR_FAIL ? WEIR_REJECT : told;
}

static enum weir_status guard(const struct table *table, struct connection *connection)
{
    struct allowance allowance = allowance_of(table);
    int64_t n_old = 0;
    int64_t n_new = 0;
    enum weir_status status = count_rows(table, connection, &n_old);

    if (status == WEIR_OK)
        status = count_rows(table->staged, connection, &n_new);
    if (status != WEIR_OK || n_old == 0)
        return status;
    if (n_new == 0)
        return allowance.empty ? WEIR_OK : refuse_empty(table, connection, n_old);
    if ((double)n_new < allowance.min_ratio * (double)n_old)
        return refuse_shrinking(table, connection, n_old, n_new, allowance.min_ratio);
    return WEIR_OK;
}

/* --- all of them -------------------------------------------------------------------------------- */

/* As both tables are now; others may have changed one since the last batch. */
static enum weir_status read_both(struct table *table, struct connection *connection)
{
    enum weir_status status;

    if (!table->staged)
        return weir_fail(table->stage, WEIR_FAULT_BUG, "E-BUG",
            "table '%s' is to be published, and its pass never began", name_show(table->name).text);
    status = table_read(table, connection);
    if (status == WEIR_OK)
        status = table_read(table->staged, connection);
    if (status == WEIR_OK && table->exists)
        status = staged_check_references(table, connection);
    return status;
}

enum weir_status publish_all(struct connection *connection, struct table *const *tables, size_t n)
{
    enum weir_status status = WEIR_OK;

    for (size_t i = 0; i < n && status == WEIR_OK; i++)
        status = read_both(tables[i], connection);
    for (size_t i = 0; i < n && status == WEIR_OK; i++)
        status = guard(tables[i], connection);
    return status == WEIR_OK && n ? swap_tables(connection, tables, n) : status;
}
