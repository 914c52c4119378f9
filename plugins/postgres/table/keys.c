/* Does an existing table tell its rows apart by the columns that the resource names? */
#include "inside.h"

/*
 * A unique index, of a primary key or not, over these columns and no others: one that stands for
 * all rows, and is looked at with each of them. Columns that it only includes do not count.
 */
static const char find_index[] =
    "SELECT count(*) FILTER (WHERE i.indpred IS NULL AND i.indimmediate AND i.indisvalid), count(*)"
    " FROM pg_index i WHERE i.indrelid = $1::bigint::oid AND i.indisunique"
    " AND i.indexprs IS NULL AND i.indnkeyatts = cardinality($2::text[]) AND NOT EXISTS ("
    "  SELECT FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, place)"
    "  JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum"
    "  WHERE k.place <= i.indnkeyatts AND a.attname::text <> ALL ($2::text[]))";

static const char *list_names(const struct table *table, bool quoted)
{
    struct weir_arena *arena = table_inside(table)->arena;
    const struct weir_strs *key = &table->resource->primary_key;
    const char *list = "";

    for (size_t i = 0; i < key->n; i++)
        list = weir_printf(arena, quoted ? "%s%s\"%s\"" : "%s%s%s", list, i ? ", " : "",
            name_show(weir_str(key->items[i])).text);
    return list;
}

static enum weir_status refuse_key(
    const struct table *table, struct connection *connection, bool is_near)
{
    return connection_refuse(connection, WEIR_FAULT_DESTINATION, "E-KEY",
        "table '%s' has no primary key and no unique index over what primary_key names (%s)%s; "
        "CREATE UNIQUE INDEX ON \"%s\".\"%s\" (%s), or leave primary_key out",
        table_show(table).text, list_names(table, false),
        is_near ? " but one that is partial, deferrable or not valid" : "",
        name_show(table->schema).text, name_show(table->name).text, list_names(table, true));
}

/* Where rows wait for their place, no index is needed; the table that they are for has it. */
static bool needs_key(const struct table *table, const struct known *known)
{
    return known->exists && table->resource->primary_key.n && !table_is_staged(table);
}

enum weir_status keys_check(
    const struct table *table, struct connection *connection, const struct known *known)
{
    const struct weir_strs *key = &table->resource->primary_key;
    struct weir_str *names = weir_new_array(table_inside(table)->arena, key->n, struct weir_str);
    const struct bound values[] = {bind_integer(known->oid), bind_texts(names, key->n)};
    enum weir_status status = WEIR_OK;
    PGresult *result;

    if (!needs_key(table, known))
        return WEIR_OK;
    for (size_t i = 0; i < key->n; i++)
        names[i] = weir_str(key->items[i]);
    result = query_get_with(connection, find_index, values, 2);
    if (!result)
        return connection_fail(
            connection, "cannot read the indexes of table '%s'", table_show(table).text);
    if (query_integer(result, 0, 0) == 0)
        status = refuse_key(table, connection, query_integer(result, 0, 1) > 0);
    PQclear(result);
    return status;
}
