/*
 * From a map to structs, by tables.
 *
 * A map is first searched for keys that no table knows; then each row of each
 * table is read, defaulted or missed. Groups and variants are maps with tables
 * of their own, and come here again.
 */
#include "option_map.h"
#include "option_reading.h"

#include <string.h>
#include <weir/status.h>

enum { DEPTH_MAX = 16 }; /* of tables within tables: beyond, they go in a circle */

static bool parse_map(const struct option_map *m);

const struct weir_option *weir_option_find(
    const struct weir_option *options, size_t stride, const char *name)
{
    for (size_t i = 0; option_row(options, stride, i).name; i++)
        if (strcmp(option_row(options, stride, i).name, name) == 0)
            return (const void *)((const char *)options + i * stride);
    return NULL;
}

const struct weir_option *weir_option_next(const struct weir_option *option, size_t stride)
{
    return option_row(option, stride, 1).name ? (const void *)((const char *)option + stride)
                                              : NULL;
}

/* Groups */

static bool parse_group_at(
    const struct option_reading *reading, const struct weir_node *node, void *target)
{
    struct weir_option_target targets = {reading->row->options, reading->stride, target};
    struct option_map m = {
        .context = reading->context,
        .map = node,
        .place = node,
        .targets = &targets,
        .n_targets = 1,
        .whose = "",
        .absent = !node,
        .from_table = reading->from_table,
        .depth = reading->depth + 1,
    };

    if (node && node->kind != WEIR_NODE_MAP)
        return option_refuse(reading, node, "a map", "");
    return parse_map(&m);
}

static bool parse_groups(const struct option_reading *reading, const struct weir_node *node,
    struct weir_groups *ret_groups)
{
    struct weir_arena *arena = reading->context->arena;
    size_t size = reading->row->options_size;
    char *items;
    bool good = true;

    if (node->kind != WEIR_NODE_LIST ||
        !option_range_holds_unsigned(option_range(reading->row), node->n))
        return option_refuse(reading, node, option_needs(arena, reading->row), "");
    items = weir_alloc_zero(arena, node->n, size);
    for (size_t i = 0; i < node->n; i++) {
        struct option_reading item =
            option_reading_of(reading, "item %zu of %s", i + 1, reading->what);

        good = parse_group_at(&item, node->items[i], items + i * size) && good;
    }
    *ret_groups = (struct weir_groups){.items = items, .n = good ? node->n : 0};
    return good;
}

/* Variants */

static const char *variant_name(const void *variants, size_t i)
{
    return ((const struct weir_variant_type *)variants)[i].name;
}

static const struct weir_variant_type *find_variant(
    const struct option_reading *reading, const struct weir_node *node)
{
    struct weir_arena *arena = reading->context->arena;
    const struct weir_variant_type *variants = reading->row->variants;
    bool is_text = node->kind == WEIR_NODE_SCALAR && !weir_node_is_null(node);
    const char *hint = "";
    size_t n = 0;

    for (; variants && variants[n].name; n++)
        if (is_text && weir_str_is(node->text, variants[n].name))
            return &variants[n];
    if (is_text && !option_is_hidden(reading, node))
        hint = weir_did_you_mean(arena, node->text.ptr, variant_name, variants, n);
    option_refuse(reading, node, option_needs(arena, reading->row), hint);
    return NULL;
}

/* The type that the node names, itself or under `type`. */
static const struct weir_variant_type *variant_type(
    const struct option_reading *reading, const struct weir_node *node)
{
    struct weir_arena *arena = reading->context->arena;
    struct option_reading type = option_reading_of(reading, "'type' of %s", reading->what);

    if (node->kind != WEIR_NODE_MAP)
        return find_variant(reading, node);
    if (weir_node_get(node, "type"))
        return find_variant(&type, weir_node_get(node, "type"));
    weir_mistake(reading->context->mistakes, node, 0, "E-REQUIRED", "%s is required, %s", type.what,
        option_needs(arena, reading->row));
    return NULL;
}

static bool parse_variant(const struct option_reading *reading, const struct weir_node *node,
    struct weir_variant *ret_variant)
{
    struct weir_arena *arena = reading->context->arena;
    const struct weir_variant_type *type = variant_type(reading, node);
    struct weir_option_target target = {.stride = reading->stride};
    struct option_map m = {
        .context = reading->context,
        .map = node->kind == WEIR_NODE_MAP ? node : NULL,
        .place = node,
        .targets = &target,
        .n_targets = 1,
        .own_key = "type",
        .types = reading->row->variants,
        .from_table = reading->from_table,
        .depth = reading->depth + 1,
    };

    if (!type)
        return false;
    m.whose = weir_printf(arena, " for %s type '%s'", reading->row->name, type->name);
    target.options = type->options;
    target.target = weir_alloc_zero(arena, 1, type->options_size);
    *ret_variant = (struct weir_variant){
        .type = type,
        .options = target.target,
        .node = reading->from_table ? NULL : node,
    };
    return parse_map(&m);
}

/* Rows */

static bool parse_value(
    const struct option_reading *reading, const struct weir_node *node, void *field)
{
    switch (reading->row->type) {
    case WEIR_OPTION_TEXTS:
        return option_texts(reading, node, field);
    case WEIR_OPTION_PAIRS:
        return option_pairs(reading, node, field);
    case WEIR_OPTION_TEMPLATES:
        return option_templates(reading, node, field);
    case WEIR_OPTION_DOCUMENT:
        return option_document(reading, node, field);
    case WEIR_OPTION_NODE:
        *(const struct weir_node **)field = node;
        return true;
    case WEIR_OPTION_GROUP:
        return parse_group_at(reading, node, field);
    case WEIR_OPTION_GROUPS:
        return parse_groups(reading, node, field);
    case WEIR_OPTION_VARIANT:
        return parse_variant(reading, node, field);
    default:
        return option_value(reading, node, field);
    }
}

/*
 * A default goes the way of a value, with mistakes of its own: those are the
 * plugin's, and nothing in the user's file could mend them.
 */
static bool parse_initial(
    const struct option_reading *reading, const struct weir_node *place, void *field)
{
    struct weir_mistakes found;
    struct weir_option_context context = *reading->context;
    struct option_reading of_table = *reading;
    const struct weir_node *node = option_initial(&context, reading->row);

    weir_mistakes_init(&found, context.arena);
    context.mistakes = &found;
    of_table.context = &context;
    of_table.from_table = true;
    if (node && parse_value(&of_table, node, field))
        return true;
    weir_mistake(reading->context->mistakes, place, 0, "E-PLUGIN",
        "the plugin's option %s has a default that cannot be read: %s; tell its author",
        reading->what, found.n > 0 ? found.items[0].text : "it is not JSON");
    return false;
}

static bool parse_row(const struct option_map *m, const struct weir_option_target *target,
    const struct weir_option *row)
{
    const struct weir_node *node = weir_node_get(m->map, row->name);
    void *field = (char *)target->target + row->offset;
    struct option_reading reading = {
        .context = m->context,
        .row = row,
        .stride = target->stride,
        .what = weir_printf(m->context->arena, "'%s'", row->name),
        .depth = m->depth,
        .from_table = m->from_table,
    };

    if (node)
        return parse_value(&reading, node, field);
    if (row->initial)
        return parse_initial(&reading, m->place, field);
    if (row->required && !m->absent) {
        weir_mistake(m->context->mistakes, m->place, 0, "E-REQUIRED", "'%s' is required%s",
            row->name, m->whose);
        return false;
    }
    /* Its own rows have defaults, and no key of it was there to be judged. */
    return row->type != WEIR_OPTION_GROUP || parse_group_at(&reading, NULL, field);
}

static bool parse_map(const struct option_map *m)
{
    bool good = true;

    if (m->depth > DEPTH_MAX) {
        weir_mistake(m->context->mistakes, m->place, 0, "E-PLUGIN",
            "the plugin's options stand in each other more than %d deep", DEPTH_MAX);
        return false;
    }
    option_check_keys(m);
    for (size_t t = 0; t < m->n_targets; t++)
        for (size_t i = 0; m->targets[t].target; i++) {
            struct weir_option row = option_row(m->targets[t].options, m->targets[t].stride, i);

            if (!row.name)
                break;
            good = parse_row(m, &m->targets[t], &row) && good;
        }
    return good;
}

bool weir_options_parse(const struct weir_option_context *context, const struct weir_node *map,
    const struct weir_node *place, const struct weir_option_target *targets, size_t n_targets)
{
    size_t before = context->mistakes->n_errors;
    struct option_map m = {
        .context = context,
        .map = map,
        .place = place ? place : map,
        .targets = targets,
        .n_targets = n_targets,
        .whose = "",
    };

    if (map && map->kind != WEIR_NODE_MAP)
        weir_mistake(context->mistakes, map, 0, "E-VALUE",
            "a map of options is needed here, got %s",
            map->kind == WEIR_NODE_LIST ? "a list"
            : weir_node_is_null(map)    ? "nothing"
                                        : "a text");
    else
        parse_map(&m);
    return context->mistakes->n_errors == before;
}
