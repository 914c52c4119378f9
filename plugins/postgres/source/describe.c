/* What a resource reads: a table or a SELECT, its columns, and those that tell rows apart. */
#include "source.h"

#include "query/sql.h"

#include <string.h>

static enum weir_status refuse_key(
    struct source *source, const struct source_table *table, const char *what)
{
    return connection_refuse(&source->connection, WEIR_FAULT_SOURCE, "E-SOURCE-KEY", "'%s' %s",
        table->resource->name, what);
}

/* --- where it is -------------------------------------------------------------------------- */

static const char *from_table(
    struct weir_arena *arena, struct weir_str schema, struct weir_str name)
{
    struct weir_buf sql;
    const char *origin;

    sql_init(&sql);
    sql_table(&sql, schema, name);
    origin = weir_copy_text(arena, sql.ptr);
    weir_buf_done(&sql);
    return origin;
}

/* "schema.table", or a table in the schema of the stage. */
static void split_name(const struct source *source, const char *from, struct weir_str *ret_schema,
    struct weir_str *ret_name)
{
    const char *dot = strchr(from, '.');

    *ret_schema = dot ? (struct weir_str){from, (size_t)(dot - from)} : weir_str(source->schema);
    *ret_name = weir_str(dot ? dot + 1 : from);
}

/* --- its columns -------------------------------------------------------------------------- */

static const char facts[] =
    "SELECT f.oid::bigint, pg_catalog.format_type(f.oid, NULL),"
    " t.typcategory = 'A' OR t.typtype = 'c', n.nspname FROM pg_catalog.unnest($1::bigint[])"
    " WITH ORDINALITY AS g(wanted, place) CROSS JOIN LATERAL (SELECT g.wanted::oid) AS f(oid)"
    " JOIN pg_catalog.pg_type AS t ON t.oid = f.oid"
    " JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace ORDER BY g.place";

/* What the server says of the types, in the order of the columns. */
static enum weir_status read_types(struct source *source, struct source_table *table)
{
    struct weir_arena *arena = source->stage->arena;
    int64_t *oids = weir_new_array(arena, table->n_columns, int64_t);
    PGresult *result;

    for (size_t i = 0; i < table->n_columns; i++)
        oids[i] = table->columns[i].oid;
    result = query_get(&source->connection, facts, bind_integers(oids, table->n_columns));
    if (!result)
        return connection_fail(
            &source->connection, "cannot read the types of '%s'", table->resource->name);
    for (size_t i = 0; i < table->n_columns && (int)i < PQntuples(result); i++) {
        table->columns[i].type = weir_copy_text(arena, query_text(result, (int)i, 1));
        table->columns[i].as_json = query_bool(result, (int)i, 2);
        table->columns[i].schema = weir_copy_text(arena, query_text(result, (int)i, 3));
    }
    PQclear(result);
    return WEIR_OK;
}

static bool has_twins(const struct source_table *table)
{
    for (size_t i = 0; i < table->n_columns; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(table->columns[i].name, table->columns[j].name) == 0)
                return true;
    return false;
}

static enum weir_status read_columns(struct source *source, struct source_table *table)
{
    struct weir_arena *arena = source->stage->arena;
    const char *sql = weir_printf(arena, "SELECT * FROM %s AS weir_source LIMIT 0", table->origin);
    PGresult *result = query_get_with(&source->connection, sql, NULL, 0);

    if (!result)
        return source_fail(source, table);
    table->n_columns = (size_t)PQnfields(result);
    table->columns = weir_new_array(arena, table->n_columns + 1, struct source_column);
    for (size_t i = 0; i < table->n_columns; i++) {
        table->columns[i].name = weir_copy_text(arena, PQfname(result, (int)i));
        table->columns[i].oid = PQftype(result, (int)i);
    }
    PQclear(result);
    if (has_twins(table))
        return refuse_key(
            source, table, "has two columns of one name; give them names of their own with AS");
    return read_types(source, table);
}

static const struct source_column *find_column(
    const struct source_table *table, struct weir_str name)
{
    for (size_t i = 0; i < table->n_columns; i++)
        if (weir_str_is(name, table->columns[i].name))
            return &table->columns[i];
    return NULL;
}

/* --- its key ------------------------------------------------------------------------------ */

static enum weir_status add_key(struct source *source, struct source_table *table, const char *name)
{
    const struct source_column *column = find_column(table, weir_str(name));

    if (!column)
        return connection_refuse(&source->connection, WEIR_FAULT_SOURCE, "E-SOURCE-KEY",
            "'%s' has no column '%s', which its key names", table->resource->name, name);
    if (table->n_keys == SOURCE_KEY_MAX)
        return refuse_key(source, table, "has a key of more than 32 columns");
    table->keys[table->n_keys++] = column;
    return WEIR_OK;
}

static const char primary_key[] =
    "SELECT a.attname FROM pg_catalog.pg_class AS c"
    " JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
    " JOIN pg_catalog.pg_index AS i ON i.indrelid = c.oid AND i.indisprimary"
    " CROSS JOIN LATERAL pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY AS k(number, place)"
    " JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.number"
    " WHERE n.nspname = $1 AND c.relname = $2 ORDER BY k.place";

static enum weir_status find_own_key(
    struct source *source, struct source_table *table, struct weir_str schema, struct weir_str name)
{
    PGresult *result =
        query_get(&source->connection, primary_key, bind_str(schema), bind_str(name));
    enum weir_status status = WEIR_OK;

    if (!result)
        return connection_fail(
            &source->connection, "cannot read the key of '%s'", table->resource->name);
    for (int i = 0; i < PQntuples(result) && status == WEIR_OK; i++)
        status = add_key(source, table, query_text(result, i, 0));
    PQclear(result);
    if (status == WEIR_OK && table->n_keys == 0)
        return refuse_key(source, table,
            "has no primary key; name the columns that tell its rows apart with 'key'");
    return status;
}

static enum weir_status find_cursor(struct source *source, struct source_table *table)
{
    const char *name = weir_chunks_cursor(source->stage->arena, table->resource);

    if (!name)
        return WEIR_OK;
    table->cursor = find_column(table, weir_str(name));
    if (table->cursor)
        return WEIR_OK;
    return connection_refuse(&source->connection, WEIR_FAULT_SOURCE, "E-SOURCE-COLUMN",
        "'%s' has no column '%s', which 'cursor_path' names", table->resource->name, name);
}

enum weir_status source_describe(struct source *source, struct source_table *table)
{
    const struct weir_chunk_wish *wish = table->resource->options;
    const char *from = wish->from ? wish->from : table->resource->name;
    struct weir_str schema, name;
    enum weir_status status;

    split_name(source, from, &schema, &name);
    table->n_keys = 0;
    table->is_key_declared = wish->key.n > 0;
    table->origin = wish->query ? weir_chunks_subquery(source->stage->arena, wish->query)
                                : from_table(source->stage->arena, schema, name);
    status = read_columns(source, table);
    for (size_t i = 0; i < wish->key.n && status == WEIR_OK; i++)
        status = add_key(source, table, wish->key.items[i]);
    if (status == WEIR_OK && table->n_keys == 0)
        status = find_own_key(source, table, schema, name);
    if (status == WEIR_OK)
        status = find_cursor(source, table);
    table->is_known = status == WEIR_OK;
    return status;
}
