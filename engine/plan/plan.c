/* From a tree of nodes to stages and resources; each step tells all mistakes it finds. */
#include "plan.h"

#include "keys.h"
#include "maker.h"
#include "now.h"

#include <stdio.h>
#include <string.h>

enum { FILE_VERSION = 1, MAX_TRANSFORMS = 100 };

static void check_vars(struct maker *m, const struct weir_node *vars)
{
    if (!vars || weir_node_is_null(vars))
        return;
    if (vars->kind != WEIR_NODE_MAP) {
        weir_mistake(m->mistakes, vars, 0, "E-VALUE",
            "'vars' needs a map of names and values, such as { org: acme }");
        return;
    }
    for (size_t i = 0; i < vars->n; i++)
        if (vars->items[i]->kind != WEIR_NODE_SCALAR)
            weir_mistake(m->mistakes, vars->items[i], 0, "E-VALUE",
                "the variable '%s' needs a single value", vars->keys[i]->text.ptr);
}

static const char *word_type(const void *candidates, size_t i)
{
    (void)candidates;
    (void)i;
    return "type";
}

/*
 * Without a type nobody knows which keys there are, so the other keys are not
 * looked at. One that was meant to be it can be told all the same.
 */
static void miss_type(struct maker *m, const struct weir_node *config, enum role role)
{
    for (size_t i = 0; i < config->n && config->keys; i++) {
        const char *key = config->keys[i]->text.ptr;
        const char *hint = weir_did_you_mean(m->plan->arena, key, word_type, NULL, 1);

        if (*hint && strcmp(key, "type") != 0) {
            weir_mistake(m->mistakes, config->keys[i], 0, "E-KEY", "unknown key '%s'%s", key, hint);
            return;
        }
    }
    weir_mistake(m->mistakes, config, 0, "E-REQUIRED",
        "'type' is required: the %s plugin to use, such as %s", role_name(role),
        role == ROLE_EXTRACT ? "http"
        : role == ROLE_LOAD  ? "sqlite"
                             : "filter");
}

const struct weir_plugin *maker_find_plugin(
    struct maker *m, const struct weir_node *config, enum role role)
{
    const struct weir_node *type = weir_node_get(config, "type");
    const struct weir_plugin *plugin;
    struct weir_error error = {0};

    if (!type || type->kind != WEIR_NODE_SCALAR || !type->text.len) {
        miss_type(m, config, role);
        return NULL;
    }
    plugin = registry_find(m->registry, type->text.ptr, role, &error);
    if (!plugin)
        weir_mistake(
            m->mistakes, type, 0, weir_copy_text(m->plan->arena, error.code), "%s", error.text);
    return plugin;
}

const struct weir_node *maker_stage_map(
    struct maker *m, const struct weir_node *node, const char *what)
{
    if (node && node->kind == WEIR_NODE_MAP)
        return node;
    if (node)
        weir_mistake(m->mistakes, node, 0, "E-VALUE",
            "%s needs a map that begins with its type, such as { type: ... }", what);
    return NULL;
}

void maker_init_stage(struct maker *m, struct plan_stage *stage, const char *name,
    const struct weir_node *config, const struct weir_plugin *plugin)
{
    stage->plugin = plugin;
    stage->type = plugin->name;
    stage->stage.name = name;
    stage->stage.config = config;
    stage->stage.state = weir_alloc_zero(m->plan->arena, 1, plugin->state_size);
}

/* --- transforms and load ---------------------------------------------------------------- */

/* All resources when names is empty. Fills stage->resources and stage->takes. No row of what is walked
 * comes to a transform. */
static void assign_resources(
    struct maker *m, struct plan_stage *stage, const struct weir_strs *names, bool takes_walked)
{
    struct plan *plan = m->plan;
    struct weir_resource **taken =
        weir_new_array(plan->arena, plan->n_resources, struct weir_resource *);
    bool *takes = weir_new_array(plan->arena, plan->n_resources, bool);

    for (size_t i = 0; i < plan->n_resources; i++) {
        if (!weir_strs_allow(names, weir_str(plan->resources[i].name)) ||
            (plan->resources[i].is_walked && !takes_walked))
            continue;
        takes[i] = true;
        taken[stage->stage.n_resources++] = &plan->resources[i];
    }
    stage->takes = takes;
    stage->stage.resources = taken;
}

static void check_resource_names(
    struct maker *m, const struct weir_node *config, const struct weir_strs *names)
{
    const struct weir_node *list = weir_node_get(config, "resources");

    for (size_t i = 0; i < names->n; i++) {
        const struct weir_node *at =
            list && list->kind == WEIR_NODE_LIST && i < list->n ? list->items[i] : list;

        (void)maker_check_resource(m, at, names->items[i]);
    }
}

static void make_transform(struct maker *m, const struct weir_node *node, size_t number)
{
    const struct weir_node *config = maker_stage_map(m, node, "a transform");
    const struct weir_plugin *plugin = config ? maker_find_plugin(m, config, ROLE_TRANSFORM) : NULL;
    struct plan_stage *stage = &m->plan->transforms[m->plan->n_transforms];
    struct transform_keys keys = {0};
    char *name;

    if (!plugin)
        return;
    name = weir_printf(m->plan->arena, "transform %zu (%s)", number, plugin->name);
    maker_init_stage(m, stage, name, config, plugin);
    struct weir_option_target targets[] = {
        TABLE(transform_key_table, &keys),
        plugin_target(plugin, plugin->options, stage->stage.state),
    };

    stage->sound = weir_options_parse(&m->context, config, config, targets, 2);
    check_resource_names(m, config, &keys.resources);
    assign_resources(m, stage, &keys.resources, false);
    m->plan->n_transforms++;
}

static void make_transforms(struct maker *m, const struct weir_node *list)
{
    if (!list || weir_node_is_null(list))
        return;
    if (list->kind != WEIR_NODE_LIST || list->n > MAX_TRANSFORMS) {
        weir_mistake(m->mistakes, list, 0, "E-VALUE",
            "'transform' needs a list of at most %d stages, such as - { type: filter, where: ... }",
            MAX_TRANSFORMS);
        return;
    }
    m->plan->transforms = weir_new_array(m->plan->arena, list->n, struct plan_stage);
    for (size_t i = 0; i < list->n; i++)
        make_transform(m, list->items[i], i + 1);
}

static void make_load(struct maker *m, const struct weir_node *node)
{
    const struct weir_node *config = maker_stage_map(m, node, "'load'");
    const struct weir_plugin *plugin = config ? maker_find_plugin(m, config, ROLE_LOAD) : NULL;
    struct plan_stage *stage = &m->plan->load;
    struct load_keys keys = {0};

    if (!plugin)
        return;
    maker_init_stage(m, stage, "load", config, plugin);
    struct weir_option_target targets[] = {
        TABLE(load_key_table, &keys),
        plugin_target(plugin, plugin->options, stage->stage.state),
    };

    stage->sound = weir_options_parse(&m->context, config, config, targets, 2);
    m->plan->batching =
        (struct plan_batching){keys.batching.rows, keys.batching.bytes, keys.batching.period};
}

/* --- the whole -------------------------------------------------------------------------- */

/* A plugin's own check sees complete options only. */
static void check_stage(struct maker *m, struct plan_stage *stage)
{
    if (stage->sound && stage->plugin->check)
        stage->plugin->check(&stage->stage, m->mistakes);
}

static void check_stages(struct maker *m)
{
    check_stage(m, &m->plan->extract);
    for (size_t i = 0; i < m->plan->n_transforms; i++)
        check_stage(m, &m->plan->transforms[i]);
    check_stage(m, &m->plan->load);
}

static void replace_stage(struct plan_stage *stage, const struct weir_plugin *plugin, void *state)
{
    if (!plugin)
        return;
    stage->plugin = plugin;
    stage->type = plugin->name;
    stage->stage.state = state;
}

void maker_check_name(
    struct maker *m, const struct weir_node *config, const char *name, const char *what)
{
    char shown[1024];

    (void)weir_str_printable(weir_str(name), shown, sizeof(shown));
    if (strcmp(shown, name) != 0)
        weir_mistake(m->mistakes, weir_node_get(config, "name"), 0, "E-VALUE",
            "%s '%s' holds characters that are not printed but obeyed by terminals; take them out",
            what, shown);
}

static void check_version(struct maker *m, int64_t version)
{
    if (version > FILE_VERSION)
        weir_mistake(m->mistakes, weir_node_get(m->root, "weir"), 0, "E-VALUE",
            "'weir' is the version of the file format, and this program knows none above %d; write "
            "weir: %d, or use a newer weir",
            FILE_VERSION, FILE_VERSION);
}

static void make_plan(struct maker *m, const struct plan_request *request)
{
    struct plan *plan = m->plan;
    struct file_keys keys = {0};
    struct weir_strs all = {0};
    struct weir_option_target targets[] = {TABLE(file_key_table, &keys)};
    char now[NOW_SIZE];

    now_text(now);
    m->constants.run_started_at = weir_copy_text(plan->arena, now);
    m->context = (struct weir_option_context){
        .arena = plan->arena,
        .mistakes = m->mistakes,
        .constants = &m->constants,
        .secret = request->secret,
        .secret_arg = request->secret_arg,
    };
    (void)weir_options_parse(&m->context, m->root, m->root, targets, 1);
    check_version(m, keys.weir);
    plan->name = keys.name ? keys.name : "unnamed";
    maker_check_name(m, m->root, plan->name, "the pipeline's name");
    plan->memory = keys.limits.memory;
    plan->run_time = keys.limits.run_time;
    plan->state = request->state;
    plan->is_partial = request->only.n > 0;
    check_vars(m, keys.vars);
    m->constants.vars = keys.vars;
    plan->vars = keys.vars && keys.vars->kind == WEIR_NODE_MAP ? keys.vars : NULL;
    m->reads = !request->state.replays;
    m->loads = !request->load_instead && m->reads;
    maker_extract(m, keys.extract, &request->only);
    make_transforms(m, keys.transform);
    make_load(m, keys.load);
    assign_resources(m, &plan->extract, &all, true);
    assign_resources(m, &plan->load, &all, true);
    maker_dispositions(m);
    maker_dead_letters(m, &keys.dead_letter);
    maker_schema(m, &keys.schema);
    maker_families(m);
    maker_tables(m);
    check_stages(m);
    replace_stage(&plan->extract, request->extract_instead, request->extract_state);
    replace_stage(&plan->load, request->load_instead, request->load_state);
}

struct plan *plan_read(const struct plan_request *request, struct registry *registry,
    struct weir_arena *arena, struct weir_mistakes *mistakes, struct yaml_source *ret_source)
{
    struct maker m = {.registry = registry, .mistakes = mistakes};

    m.root = yaml_read(request->path, arena, mistakes, ret_source);
    if (!m.root || mistakes->n_errors)
        return NULL;
    if (m.root->kind != WEIR_NODE_MAP) {
        weir_mistake(mistakes, m.root, 0, "E-VALUE",
            "a pipeline file is a map with the keys weir, name, extract, transform and load");
        return NULL;
    }
    m.plan = weir_new(arena, struct plan);
    m.plan->arena = arena;
    make_plan(&m, request);
    return mistakes->n_errors ? NULL : m.plan;
}

size_t plan_resource_index(const struct plan *plan, const struct weir_resource *resource)
{
    return (size_t)(resource - plan->resources);
}
