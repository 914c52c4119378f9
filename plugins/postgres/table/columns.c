/* Reading a table's columns from the catalogue. */
#include "inside.h"

#include <stdlib.h>
#include <string.h>

enum {
    AT_NAME,
    AT_NOT_NULL,
    AT_DEFAULT,
    AT_GENERATED,
    AT_TYPE,
    AT_MODIFIER,
    AT_TYPE_NAME,
    AT_TYPE_KIND,
    AT_BASE,
    AT_ELEMENT,
};

/*
 * A domain may stand on another one; the last of the line has a type that is none. A length is said
 * by one of them only. What is an array to the server but not to SQL (oidvector) is left to it.
 */
static const char find_columns[] =
    "WITH RECURSIVE line AS ("
    " SELECT a.attnum, t.oid, t.typtype, t.typbasetype, a.atttypmod AS modifier,"
    "  t.typnotnull AND t.typtype = 'd' AS not_null,"
    "  t.typdefault IS NOT NULL AND t.typtype = 'd' AS has_default"
    " FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid"
    " WHERE a.attrelid = $1::bigint::oid AND a.attnum > 0 AND NOT a.attisdropped"
    " UNION ALL"
    " SELECT l.attnum, t.oid, t.typtype, t.typbasetype,"
    "  CASE WHEN l.modifier >= 0 THEN l.modifier ELSE d.typtypmod END,"
    "  l.not_null OR t.typnotnull AND t.typtype = 'd',"
    "  l.has_default OR t.typdefault IS NOT NULL AND t.typtype = 'd'"
    " FROM line l JOIN pg_type d ON d.oid = l.oid JOIN pg_type t ON t.oid = l.typbasetype"
    " WHERE l.typtype = 'd')"
    " SELECT a.attname, a.attnotnull OR l.not_null,"
    "  (a.atthasdef AND a.attgenerated = '') OR a.attidentity <> '' OR l.has_default,"
    "  a.attgenerated <> '' OR a.attidentity = 'a',"
    "  a.atttypid::bigint, l.modifier, format_type(a.atttypid, a.atttypmod),"
    "  l.typtype::text, l.oid::bigint,"
    "  CASE WHEN b.typcategory = 'A' AND b.typlen = -1 AND b.oid NOT IN (22, 30)"
    "   THEN b.typelem::bigint ELSE 0 END"
    " FROM line l JOIN pg_attribute a ON a.attrelid = $1::bigint::oid AND a.attnum = l.attnum"
    " JOIN pg_type t ON t.oid = a.atttypid JOIN pg_type b ON b.oid = l.oid"
    " WHERE l.typtype <> 'd' ORDER BY a.attnum";

static void take_column(
    const struct table *table, struct known *known, const PGresult *result, int row)
{
    struct column *column = &known->columns[row];
    struct type_facts facts = {
        .oid = (uint32_t)query_integer(result, row, AT_TYPE),
        .modifier = (int32_t)query_integer(result, row, AT_MODIFIER),
        .type = query_text(result, row, AT_TYPE_KIND)[0],
        .base_oid = (uint32_t)query_integer(result, row, AT_BASE),
        .element_oid = (uint32_t)query_integer(result, row, AT_ELEMENT),
        .name = weir_copy_text(known->arena, query_text(result, row, AT_TYPE_NAME)),
    };

    *column = (struct column){
        .name = weir_copy(known->arena, weir_str(query_text(result, row, AT_NAME))),
        .is_generated = query_bool(result, row, AT_GENERATED),
        .has_default = query_bool(result, row, AT_DEFAULT),
        .is_not_null = query_bool(result, row, AT_NOT_NULL),
    };
    type_from_facts(&column->type, &facts);
    column->is_key = weir_strs_contain(&table->resource->primary_key, column->name);
    column->is_required = column->is_not_null && !column->has_default && !column->is_generated;
}

static int compare_columns(const void *a, const void *b, void *arg)
{
    const struct known *known = arg;

    return name_compare(
        known->columns[*(const uint32_t *)a].name, known->columns[*(const uint32_t *)b].name);
}

static void sort_names(struct known *known)
{
    known->by_name = weir_new_array(known->arena, known->n_columns, uint32_t);
    for (size_t i = 0; i < known->n_columns; i++)
        known->by_name[i] = (uint32_t)i;
    qsort_r(known->by_name, known->n_columns, sizeof(*known->by_name), compare_columns, known);
}

enum weir_status columns_read(
    const struct table *table, struct connection *connection, struct known *known)
{
    const struct bound values[] = {bind_integer(known->oid)};
    PGresult *result = query_get_with(connection, find_columns, values, 1);

    if (!result)
        return connection_fail(
            connection, "cannot read the columns of table '%s'", table_show(table).text);
    known->n_columns = (size_t)PQntuples(result);
    known->columns = weir_new_array(known->arena, known->n_columns, struct column);
    for (size_t i = 0; i < known->n_columns; i++)
        take_column(table, known, result, (int)i);
    PQclear(result);
    sort_names(known);
    return WEIR_OK;
}
