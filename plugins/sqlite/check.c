#include "check.h"

#include "names.h"

#include <string.h>

void check_path(struct weir_stage *stage, const char *path, struct weir_mistakes *mistakes)
{
    const struct weir_node *at = weir_node_get(stage->config, "path");

    if (!path)
        return;
    if (strcmp(path, ":memory:") == 0)
        weir_mistake(mistakes, at, 0, "E-VALUE",
            "a database in memory would be gone when the run ends; name a file");
    else if (strncmp(path, "file:", 5) == 0)
        weir_mistake(mistakes, at, 0, "E-VALUE", "not a URI but a plain path is wanted here");
}

static void check_names(const struct weir_resource *resource, struct weir_mistakes *mistakes)
{
    const char *fault = table_name_fault(weir_str(resource->table));

    if (fault)
        weir_mistake(mistakes, weir_resource_node(resource, "table"), 0, "E-VALUE",
            "the table name '%s' %s; choose another one with 'table'",
            name_show(weir_str(resource->table)).text, fault);
    for (size_t i = 0; i < resource->primary_key.n; i++) {
        struct weir_str name = weir_str(resource->primary_key.items[i]);

        fault = column_name_fault(name);
        if (fault)
            weir_mistake(mistakes, weir_resource_node(resource, "primary_key"), 0, "E-VALUE",
                "the column name '%s' %s; choose another key", name_show(name).text, fault);
    }
}

/* Two resources may fill one table, if they mean to; the engine sees to it that they agree. */
static void check_pair(const struct weir_resource *first, const struct weir_resource *second,
    struct weir_mistakes *mistakes)
{
    if (strcmp(first->table, second->table) != 0 &&
        name_equal(weir_str(first->table), weir_str(second->table)))
        weir_mistake(mistakes, weir_resource_node(second, "table"), 0, "E-VALUE",
            "SQLite takes '%s' and '%s' for one table; choose another name with 'table'",
            name_show(weir_str(first->table)).text, name_show(weir_str(second->table)).text);
}

void check_tables(struct weir_stage *stage, struct weir_mistakes *mistakes)
{
    for (size_t i = 0; i < stage->n_resources; i++) {
        check_names(stage->resources[i], mistakes);
        for (size_t j = 0; j < i; j++)
            check_pair(stage->resources[j], stage->resources[i], mistakes);
    }
}
