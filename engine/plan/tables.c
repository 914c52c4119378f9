/* Several resources may fill one table, if they agree on what becomes of its rows. */
#include "maker.h"

#include <string.h>
#include <weir/schema.h>

static bool same_key(const struct weir_strs *a, const struct weir_strs *b)
{
    bool same = a->n == b->n;

    for (size_t i = 0; same && i < a->n; i++)
        same = strcmp(a->items[i], b->items[i]) == 0;
    return same;
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void check_rows(
    struct maker *m, const struct weir_resource *first, const struct weir_resource *second)
{
    const char *key = NULL;
    const char *differs = NULL;

    if (first->disposition != second->disposition) {
        key = "write_disposition";
        differs = "have different dispositions";
    } else if (!same_key(&first->primary_key, &second->primary_key)) {
        key = "primary_key";
        differs = "name different keys";
    } else if (!same_text(first->order_by, second->order_by)) {
        key = "order_by";
        differs = "tell versions apart by different columns";
    }
    if (key)
        weir_mistake(m->mistakes, weir_resource_node(second, key), 0, "E-VALUE",
            "the resources '%s' and '%s' fill one table but %s", first->name, second->name,
            differs);
}

static const char *declared_type(const struct weir_schema *schema, const char *column)
{
    for (size_t i = 0; i < schema->n_columns; i++)
        if (strcmp(schema->columns[i].name, column) == 0)
            return schema->columns[i].type;
    return NULL;
}

static void check_columns(
    struct maker *m, const struct weir_resource *first, const struct weir_resource *second)
{
    const struct weir_schema *schema = second->schema;

    for (size_t i = 0; i < schema->n_columns; i++) {
        const char *name = schema->columns[i].name;
        const char *type = declared_type(first->schema, name);

        if (type && strcmp(type, schema->columns[i].type) != 0)
            weir_mistake(m->mistakes, weir_node_get(schema->config, name), 0, "E-VALUE",
                "the resources '%s' and '%s' fill one table but give column '%s' different types",
                first->name, second->name, name);
    }
}

void maker_tables(struct maker *m)
{
    const struct plan *plan = m->plan;

    for (size_t i = 0; i < plan->n_resources; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(plan->resources[i].table, plan->resources[j].table) == 0) {
                check_rows(m, &plan->resources[j], &plan->resources[i]);
                check_columns(m, &plan->resources[j], &plan->resources[i]);
            }
}
