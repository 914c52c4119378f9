/*
 * By which operator a key is the one that is there. Types of an extension bring their own, in
 * the schema of the extension, and the plain sign would mean another one: to a citext,
 * 'a' is 'A', and read as a text it is not.
 */
#include "merge.h"

enum { BUILTIN_OID_END = 16384 }; /* types with a lower number are PostgreSQL's own */

/* What the default index of the type looks for. Enums, ranges and arrays have the plain sign. */
static const char find_operators[] =
    "SELECT a.attname, format('OPERATOR(%I.%s)', n.nspname, o.oprname) FROM pg_attribute AS a"
    " JOIN pg_type AS t ON t.oid = a.atttypid"
    " JOIN pg_opclass AS c ON c.opcintype IN (t.oid, t.typbasetype) AND c.opcdefault"
    " JOIN pg_am AS m ON m.oid = c.opcmethod AND m.amname = 'btree'"
    " JOIN pg_amop AS p ON p.amopfamily = c.opcfamily AND p.amopstrategy = 3"
    "  AND p.amoplefttype = c.opcintype AND p.amoprighttype = c.opcintype"
    " JOIN pg_operator AS o ON o.oid = p.amopopr JOIN pg_namespace AS n ON n.oid = o.oprnamespace"
    " WHERE a.attrelid = $1::bigint::oid AND a.attnum > 0";

static bool has_foreign_key_type(const struct table *table)
{
    for (size_t i = 0; i < table->n_columns; i++)
        if (table->columns[i].is_key && table->columns[i].type.oid >= BUILTIN_OID_END)
            return true;
    return false;
}

enum weir_status keys_find_operators(struct merge *merge, struct connection *connection)
{
    const struct table *table = merge->table;
    PGresult *result;

    merge->equals = weir_new_array(merge->arena, table->n_columns, const char *);
    if (!has_foreign_key_type(table))
        return WEIR_OK;
    result = query_get(connection, find_operators, bind_integer(table->oid));
    if (!result)
        return connection_fail(connection, "cannot read how keys of table '%.*s' are compared",
            WEIR_STR_ARG(table->name));
    for (int row = 0; row < PQntuples(result); row++) {
        const struct column *column = table_find(table, weir_str(query_text(result, row, 0)));

        if (column && column->is_key && column->type.oid >= BUILTIN_OID_END)
            merge->equals[column - table->columns] =
                weir_copy_text(merge->arena, query_text(result, row, 1));
    }
    PQclear(result);
    return WEIR_OK;
}
