/* The extract stage of a plan, and its resources: one map of options for each. */
#include "families.h"
#include "keys.h"

#include <string.h>
#include <strings.h>

enum { MAX_RESOURCES = 1000 };

/* Keys of the extract map that are meant for resources: defaults for every one of them. */
static const struct weir_node *shared_resource_keys(
    struct maker *m, const struct weir_node *config, const struct weir_plugin *plugin)
{
    struct weir_node *shared = weir_node_map(m->plan->arena);
    size_t stride = plugin->header.option_size;

    shared->line = config->line;
    shared->column = config->column;
    for (size_t i = 0; i < config->n; i++) {
        const char *key = config->keys[i]->text.ptr;

        if (weir_option_find(plugin->resource_options, stride, key) ||
            weir_option_find(resource_key_table, sizeof(struct weir_option), key))
            weir_node_add(m->plan->arena, shared, config->keys[i], config->items[i]);
    }
    return shared;
}

static struct weir_resource *find_named(const struct plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->n_resources; i++)
        if (strcmp(plan->resources[i].name, name) == 0)
            return &plan->resources[i];
    return NULL;
}

/* Where it goes, or NULL. One that is selected takes the place of one that is not. */
static struct weir_resource *place_for(
    struct maker *m, const char *name, bool selected, const struct weir_node *at)
{
    struct weir_resource *known = find_named(m->plan, name);

    if (!known)
        return &m->plan->resources[m->plan->n_resources++];
    if (known->is_walked && selected)
        return known;
    if (selected)
        weir_mistake(m->mistakes, at, 0, "E-VALUE",
            "there is a resource named '%s' already; names must differ", name);
    return NULL;
}

static void add_resource(struct maker *m, const struct weir_node *config,
    const struct weir_node *place, const char *default_name)
{
    const struct weir_plugin *plugin = m->plan->extract.plugin;
    struct weir_resource *resource;
    void *options = weir_alloc_zero(m->plan->arena, 1, plugin->resource_size);
    struct resource_keys keys = {0};
    struct weir_option_target targets[] = {
        TABLE(resource_key_table, &keys),
        plugin_target(plugin, plugin->resource_options, options),
    };
    bool is_sound = weir_options_parse(&m->context, config, place, targets, 2);

    m->plan->extract.sound &= is_sound;
    if (!keys.name)
        keys.name = default_name;
    if (!keys.name && weir_node_get(config, "name"))
        return;
    if (!keys.name) {
        weir_mistake(m->mistakes, place, 0, "E-REQUIRED", "'name' is required of each resource");
        return;
    }
    if (keys.name != default_name)
        maker_check_name(m, config, keys.name, "the resource's name");
    resource = place_for(m, keys.name, keys.selected,
        weir_node_get(config, "name") ? weir_node_get(config, "name") : place);
    if (!resource)
        return;
    m->sound_resources[resource - m->plan->resources] = is_sound;
    const struct weir_incremental *incremental = maker_incremental(m, config, &keys);

    *resource = (struct weir_resource){
        .name = keys.name,
        .table = keys.table ? keys.table : keys.name,
        .primary_key = keys.primary_key,
        .options = options,
        .config = config,
        .progress = weir_new(m->plan->arena, struct weir_progress),
        .disposition = (enum weir_disposition)keys.write_disposition,
        .order_by = keys.order_by,
        .incremental = incremental,
        .sets_aside = keys.selected && keys.on_row_error == ROW_ERROR_SETS_ASIDE,
        .allow_empty = keys.allow_empty,
        .min_ratio = keys.min_ratio,
        .is_walked = !keys.selected,
        .engine = maker_where(m, config, &keys),
    };
}

static void add_resource_list(struct maker *m, const struct weir_node *list,
    const struct weir_node *defaults, const struct weir_node *shared)
{
    struct weir_arena *arena = m->plan->arena;
    const struct weir_node *under = defaults ? weir_node_merge(arena, shared, defaults) : shared;

    if (list->kind != WEIR_NODE_LIST || !list->n || list->n > MAX_RESOURCES) {
        weir_mistake(m->mistakes, list, 0, "E-VALUE",
            "'resources' needs a list of 1 to %d resources, such as - { name: ..., ... }",
            MAX_RESOURCES);
        return;
    }
    m->plan->resources = weir_new_array(arena, list->n, struct weir_resource);
    m->sound_resources = weir_new_array(arena, list->n, bool);
    for (size_t i = 0; i < list->n; i++) {
        const struct weir_node *item = list->items[i];

        if (item->kind != WEIR_NODE_MAP)
            weir_mistake(m->mistakes, item, 0, "E-VALUE",
                "a resource needs a map, such as { name: countries, path: /countries }");
        else
            add_resource(m, weir_node_merge(arena, under, item), item, NULL);
    }
}

/* What replaces a table is all that fills it: of one part alone, the others' rows would go. */
static void check_whole(
    struct maker *m, const struct weir_resource *resource, const struct weir_strs *only)
{
    const struct plan *plan = m->plan;

    for (size_t i = 0; i < plan->n_resources; i++) {
        const struct weir_resource *other = &plan->resources[i];

        if (!other->is_walked && strcasecmp(other->table, resource->table) == 0 &&
            !weir_strs_allow(only, weir_str(other->name)))
            weir_mistake(m->mistakes, resource->config, 0, "E-VALUE",
                "'%s' and '%s' replace table '%s' together, so one of them alone would take the "
                "other's rows away; run both",
                resource->name, other->name, resource->table);
    }
}

static void check_replaced(struct maker *m, const struct weir_strs *only)
{
    const struct plan *plan = m->plan;

    for (size_t i = 0; i < plan->n_resources; i++)
        if (plan->resources[i].disposition == WEIR_REPLACE && !plan->resources[i].is_walked &&
            weir_strs_allow(only, weir_str(plan->resources[i].name)))
            check_whole(m, &plan->resources[i], only);
}

static void select_resources(struct maker *m, const struct weir_strs *only)
{
    struct plan *plan = m->plan;

    if (m->loads)
        check_replaced(m, only);
    for (size_t i = 0; i < only->n; i++)
        if (!find_named(plan, only->items[i]) || find_named(plan, only->items[i])->is_walked)
            weir_mistake(m->mistakes, NULL, 0, "E-VALUE",
                "there is no resource '%s' to run in this file", only->items[i]);
    families_select(m, only);
}

void maker_extract(struct maker *m, const struct weir_node *node, const struct weir_strs *only)
{
    const struct weir_node *config = maker_stage_map(m, node, "'extract'");
    const struct weir_plugin *plugin = config ? maker_find_plugin(m, config, ROLE_EXTRACT) : NULL;
    struct plan *plan = m->plan;
    struct extract_keys keys = {0};

    if (!plugin)
        return;
    maker_init_stage(m, &plan->extract, "extract", config, plugin);
    struct weir_option_target targets[] = {
        TABLE(extract_key_table, &keys),
        plugin_target(plugin, plugin->options, plan->extract.stage.state),
        TABLE(resource_key_table, NULL),
        plugin_target(plugin, plugin->resource_options, NULL),
    };

    plan->extract.sound = weir_options_parse(&m->context, config, config, targets, 4);
    if (keys.resource_defaults && keys.resource_defaults->kind != WEIR_NODE_MAP) {
        weir_mistake(m->mistakes, keys.resource_defaults, 0, "E-VALUE",
            "'resource_defaults' needs a map of options");
        keys.resource_defaults = NULL;
    }
    const struct weir_node *shared = shared_resource_keys(m, config, plugin);

    if (keys.resources) {
        add_resource_list(m, keys.resources, keys.resource_defaults, shared);
    } else {
        plan->resources = weir_new_array(plan->arena, 1, struct weir_resource);
        m->sound_resources = weir_new_array(plan->arena, 1, bool);
        add_resource(m, shared, config, plan->name);
    }
    select_resources(m, only);
    if (!plan->n_resources)
        plan->extract.sound = false;
    if (!plan->n_resources && !m->mistakes->n_errors)
        weir_mistake(m->mistakes, config, 0, "E-VALUE", "no resource is selected");
}

bool maker_has_resource(const struct maker *m, const char *name)
{
    const struct weir_node *list = weir_node_get(weir_node_get(m->root, "extract"), "resources");

    for (size_t i = 0; list && list->kind == WEIR_NODE_LIST && i < list->n; i++) {
        const struct weir_node *known = weir_node_get(list->items[i], "name");

        if (known && weir_str_is(known->text, name))
            return true;
    }
    return find_named(m->plan, name) != NULL;
}

static const char *resource_name(const void *candidates, size_t i)
{
    const struct plan *plan = candidates;

    return plan->resources[i].name;
}

bool maker_check_resource(struct maker *m, const struct weir_node *at, const char *name)
{
    const struct plan *plan = m->plan;

    if (maker_has_resource(m, name))
        return true;
    weir_mistake(m->mistakes, at, 0, "E-VALUE", "there is no resource '%s'%s", name,
        weir_did_you_mean(plan->arena, name, resource_name, plan, plan->n_resources));
    return false;
}
