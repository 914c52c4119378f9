/* What the file says about tables: types of columns, and what may change. See <weir/schema.h>. */
#include "maker.h"

#include "keys.h"

#include <string.h>
#include <weir/schema.h>

enum { TYPE_WORDS_MAX = 200 };

/* The resource that takes part in this run, or NULL. */
static struct weir_resource *find_resource(const struct plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->n_resources; i++)
        if (strcmp(plan->resources[i].name, name) == 0)
            return &plan->resources[i];
    return NULL;
}

static bool check_type(struct maker *m, const char *resource, const struct weir_node *key,
    const struct weir_node *type)
{
    size_t before = m->mistakes->n_errors;

    if (key->text.len == 0)
        weir_mistake(m->mistakes, key, 0, "E-VALUE", "a column of '%s' has no name", resource);
    else if (type->kind != WEIR_NODE_SCALAR || weir_node_is_null(type) || type->text.len == 0)
        weir_mistake(m->mistakes, type, 0, "E-VALUE",
            "the column '%s' of '%s' needs a type, such as timestamptz or \"numeric(10,2)\"",
            key->text.ptr, resource);
    else if (type->text.len > TYPE_WORDS_MAX)
        weir_mistake(m->mistakes, type, 0, "E-VALUE",
            "the type of column '%s' is longer than %d bytes", key->text.ptr, TYPE_WORDS_MAX);
    return m->mistakes->n_errors == before;
}

/* All are looked at, also those of a resource that does not take part. */
static void take_columns(
    struct maker *m, const char *resource, const struct weir_node *map, struct weir_schema *schema)
{
    struct weir_declared_column *columns =
        weir_new_array(m->plan->arena, map->n, struct weir_declared_column);

    for (size_t i = 0; i < map->n; i++)
        if (check_type(m, resource, map->keys[i], map->items[i]))
            columns[schema->n_columns++] =
                (struct weir_declared_column){map->keys[i]->text.ptr, map->items[i]->text.ptr};
    schema->columns = columns;
    schema->config = map;
}

static void take_resource(struct maker *m, const struct weir_node *key, const struct weir_node *map,
    const struct weir_schema *contract)
{
    struct weir_resource *resource = find_resource(m->plan, key->text.ptr);
    struct weir_schema *schema;

    if (!maker_check_resource(m, key, key->text.ptr) || weir_node_is_null(map))
        return;
    if (map->kind != WEIR_NODE_MAP) {
        weir_mistake(m->mistakes, map, 0, "E-VALUE",
            "'%s' needs a map of columns and types, such as { closed_at: timestamptz }",
            key->text.ptr);
        return;
    }
    schema = weir_new(m->plan->arena, struct weir_schema);
    *schema = *contract;
    take_columns(m, key->text.ptr, map, schema);
    if (resource)
        resource->schema = schema;
}

static void take_resources(
    struct maker *m, const struct weir_node *columns, const struct weir_schema *contract)
{
    if (!columns || weir_node_is_null(columns))
        return;
    if (columns->kind != WEIR_NODE_MAP) {
        weir_mistake(m->mistakes, columns, 0, "E-VALUE",
            "'columns' needs a map of resources, each with its columns, such as "
            "{ issues: { closed_at: timestamptz } }");
        return;
    }
    for (size_t i = 0; i < columns->n; i++)
        take_resource(m, columns->keys[i], columns->items[i], contract);
}

/* A row is set aside where its resource does that; so the file says it there, too. */
static void check_dead_letters(
    struct maker *m, const char *key, enum weir_contract word, const struct weir_node *contract)
{
    const struct plan *plan = m->plan;

    for (size_t i = 0; i < plan->n_resources && word == WEIR_CONTRACT_DEAD_LETTER; i++)
        if (!plan->resources[i].sets_aside && !plan->resources[i].is_walked) {
            weir_mistake(m->mistakes, weir_node_get(contract, key), 0, "E-VALUE",
                "'%s: dead_letter' sets rows aside, and '%s' does not: give it 'on_row_error: "
                "dead_letter'",
                key, plan->resources[i].name);
            return;
        }
}

static void check_loader(struct maker *m)
{
    const struct weir_plugin *load = m->plan->load.plugin;

    if (load && !(load->flags & WEIR_TAKES_SCHEMA))
        weir_mistake(m->mistakes, weir_node_key(m->root, "schema"), 0, "E-VALUE",
            "the %s loader does not take 'schema'; leave it out", load->name);
}

void maker_schema(struct maker *m, const struct schema_keys *keys)
{
    const struct weir_node *node = weir_node_get(m->root, "schema");
    const struct weir_node *contract = weir_node_get(node, "contract");
    struct weir_schema *shared = weir_new(m->plan->arena, struct weir_schema);

    *shared = (struct weir_schema){
        .tables = (enum weir_contract)keys->contract.tables,
        .new_columns = (enum weir_contract)keys->contract.columns,
        .data_type = (enum weir_contract)keys->contract.data_type,
    };
    for (size_t i = 0; i < m->plan->n_resources; i++)
        m->plan->resources[i].schema = shared;
    if (!node || weir_node_is_null(node))
        return;
    check_loader(m);
    take_resources(m, keys->columns, shared);
    check_dead_letters(m, "columns", shared->new_columns, contract);
    check_dead_letters(m, "data_type", shared->data_type, contract);
}
