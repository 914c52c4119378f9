#include "check.h"

#include "table/names.h"

#include <weir/node.h>

/* Where a resource says it; where it does not, its name or all of it. */
static const struct weir_node *place_of(const struct weir_resource *resource, const char *key)
{
    const struct weir_node *node = weir_node_get(resource->config, key);

    if (!node)
        node = weir_node_get(resource->config, "name");
    return node ? node : resource->config;
}

static void check_resource(const struct weir_resource *resource, struct weir_mistakes *mistakes)
{
    const char *fault = table_name_fault(weir_str(resource->table));

    if (fault)
        weir_mistake(mistakes, place_of(resource, "table"), 0, "E-VALUE",
            "the table name '%s' %s; choose another one with 'table'",
            name_show(weir_str(resource->table)).text, fault);
    for (size_t i = 0; i < resource->primary_key.n; i++) {
        struct weir_str name = weir_str(resource->primary_key.items[i]);

        fault = column_name_fault(name);
        if (fault)
            weir_mistake(mistakes, place_of(resource, "primary_key"), 0, "E-VALUE",
                "the column name '%s' %s; choose another key", name_show(name).text, fault);
    }
}

void check_names(struct weir_stage *stage, const char *schema, struct weir_mistakes *mistakes)
{
    const char *fault = schema ? schema_name_fault(weir_str(schema)) : NULL;

    if (fault)
        weir_mistake(mistakes, weir_node_get(stage->config, "schema"), 0, "E-VALUE",
            "the name '%s' of a schema %s; choose another one", name_show(weir_str(schema)).text,
            fault);
    for (size_t i = 0; i < stage->n_resources; i++)
        check_resource(stage->resources[i], mistakes);
}
