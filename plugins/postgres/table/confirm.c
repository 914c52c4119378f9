/*
 * What was known of a table while rows were on their way into it: was it true?
 *
 * Binary fields are read as the types that columns have when they arrive. An int of eight bytes is a
 * sound double, and a sound numeric, and another number in each.
 */
#include "inside.h"

#include "query/script.h"

static const char find_columns[] =
    "SELECT a.attnum FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
    " JOIN unnest($3::text[], $4::text[]) AS x(name, type) ON x.name = a.attname::text"
    "  AND x.type = format_type(a.atttypid, a.atttypmod)"
    " WHERE n.nspname = $1::text AND c.relname = $2::text";

struct believed {
    struct weir_str *names;
    struct weir_str *types;
    size_t n;
};

#define BELIEVED_BOUND(table, believed)                                                            \
    bind_str((table)->schema), bind_str((table)->name),                                            \
        bind_texts((believed)->names, (believed)->n), bind_texts((believed)->types, (believed)->n)

static struct believed list_believed(
    const struct table *table, const bool *fills, struct weir_arena *arena)
{
    struct believed believed = {
        .names = weir_new_array(arena, table->n_columns, struct weir_str),
        .types = weir_new_array(arena, table->n_columns, struct weir_str),
    };

    for (size_t i = 0; i < table->n_columns; i++) {
        if (!fills[i])
            continue;
        believed.names[believed.n] = table->columns[i].name;
        believed.types[believed.n++] = weir_str(table->columns[i].type.name);
    }
    return believed;
}

enum weir_status table_confirm(
    const struct table *table, struct connection *connection, const bool *fills)
{
    struct weir_arena *arena = weir_arena_new();
    struct believed believed = list_believed(table, fills, arena);
    PGresult *result = query_get(connection, find_columns, BELIEVED_BOUND(table, &believed));
    bool is_true = result && (size_t)PQntuples(result) == believed.n;

    weir_arena_free(arena);
    if (!result)
        return connection_fail(
            connection, "cannot read the columns of table '%s'", table_show(table).text);
    PQclear(result);
    if (is_true)
        return WEIR_OK;
    return connection_refuse(connection, WEIR_FAULT_DESTINATION, "E-DB-SCHEMA",
        "somebody has changed columns of table '%s' while rows were on their way into it; run "
        "again: the next run takes the table as it is then",
        table_show(table).text);
}

void table_script_confirm(
    struct script *script, const struct table *table, const bool *fills, struct weir_arena *arena)
{
    struct believed believed = list_believed(table, fills, arena);

    script_must(script, believed.n, "columns of the table have changed", find_columns,
        BELIEVED_BOUND(table, &believed));
}
