#include "check.h"

#include "table/names.h"
#include "types/type.h"

#include <string.h>
#include <weir/schema.h>

static void check_column(
    const struct weir_node *at, const char *text, struct weir_mistakes *mistakes)
{
    struct weir_str name = weir_str(text);
    const char *fault = column_name_fault(name);

    if (fault)
        weir_mistake(mistakes, at, 0, "E-VALUE",
            "the column name '%s' %s; choose another column, or 'rename' it", name_show(name).text,
            fault);
}

/* Whoever writes "sales.orders" means a table in a schema, not one that is called so. */
static void check_point(const struct weir_resource *resource, struct weir_mistakes *mistakes)
{
    if (strchr(resource->table, '.'))
        weir_mistake(mistakes, weir_resource_node(resource, "table"), 0, "E-VALUE",
            "the table name '%s': a table's name has no point here; say the schema with 'schema' "
            "under load, and rename with 'table'",
            name_show(weir_str(resource->table)).text);
}

static void check_resource(const struct weir_resource *resource, struct weir_mistakes *mistakes)
{
    const char *fault = table_name_fault(weir_str(resource->table));

    check_point(resource, mistakes);
    if (fault)
        weir_mistake(mistakes, weir_resource_node(resource, "table"), 0, "E-VALUE",
            "the table name '%s' %s; choose another one with 'table'",
            name_show(weir_str(resource->table)).text, fault);
    for (size_t i = 0; i < resource->primary_key.n; i++)
        check_column(
            weir_resource_node(resource, "primary_key"), resource->primary_key.items[i], mistakes);
    if (resource->order_by)
        check_column(weir_resource_node(resource, "order_by"), resource->order_by, mistakes);
}

static void check_declared(const struct weir_schema *schema, struct weir_mistakes *mistakes)
{
    for (size_t i = 0; i < schema->n_columns; i++) {
        const struct weir_declared_column *column = &schema->columns[i];
        struct type type;

        check_column(weir_node_key(schema->config, column->name), column->name, mistakes);
        if (!type_from_words(column->type, mistakes->arena, &type))
            weir_mistake(mistakes, weir_node_get(schema->config, column->name), 0, "E-VALUE",
                "'%s' is no type that weir can declare; it knows boolean, smallint, integer, "
                "bigint, real, double precision, numeric, text, varchar(n), bytea, timestamptz, "
                "timestamp, date, time, uuid, json, jsonb and arrays such as text[]",
                name_show(weir_str(column->type)).text);
    }
}

void check_names(struct weir_stage *stage, const char *schema, struct weir_mistakes *mistakes)
{
    const char *fault = schema ? schema_name_fault(weir_str(schema)) : NULL;

    if (fault)
        weir_mistake(mistakes, weir_node_get(stage->config, "schema"), 0, "E-VALUE",
            "the schema name '%s' %s; choose another one", name_show(weir_str(schema)).text, fault);
    for (size_t i = 0; i < stage->n_resources; i++) {
        check_resource(stage->resources[i], mistakes);
        check_declared(stage->resources[i]->schema, mistakes);
    }
}
