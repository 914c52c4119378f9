/*
 * From a map to structs, by tables.
 *
 * A map is first searched for keys that no table knows; then each row of each
 * table is read, defaulted or missed. Groups and variants are maps with tables
 * of their own, and come here again.
 */
#include "option_reading.h"

#include <string.h>
#include <weir/status.h>

enum {
    DEPTH_MAX = 16,   /* of tables within tables: beyond, they go in a circle */
    KNOWN_SHOWN = 12, /* keys that a message lists when none is near */
    SHOWN_SIZE = 80,
};

/* A map and the tables that say what may stand in it. */
struct option_map {
    const struct weir_option_context *context;
    const struct weir_node *map;   /* NULL: no keys */
    const struct weir_node *place; /* where missing keys are missed */
    const struct weir_option_target *targets;
    size_t n_targets;
    const char *own_key;                   /* a key that is known besides: "type"; or NULL */
    const char *whose;                     /* " for paginator type 'cursor'", or "" */
    const struct weir_variant_type *types; /* the variants among which this map chose, or NULL */
    bool absent;     /* an optional group that is not there: nothing is missed in it */
    bool from_table; /* what is read here comes from the plugin's default */
    unsigned depth;
};

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

/* Unknown keys */

static bool is_known(const struct option_map *m, const char *key)
{
    if (m->own_key && strcmp(m->own_key, key) == 0)
        return true;
    for (size_t i = 0; i < m->n_targets; i++)
        if (weir_option_find(m->targets[i].options, m->targets[i].stride, key))
            return true;
    return false;
}

/* The names of all rows, in one list. */
static struct weir_strs known_keys(const struct option_map *m)
{
    struct weir_strs known = {0};
    const char **names;
    size_t n = m->own_key ? 1 : 0;

    for (size_t t = 0; t < m->n_targets; t++)
        for (size_t i = 0; option_row(m->targets[t].options, m->targets[t].stride, i).name; i++)
            n++;
    names = weir_new_array(m->context->arena, n, const char *);
    if (m->own_key)
        names[known.n++] = m->own_key;
    for (size_t t = 0; t < m->n_targets; t++)
        for (size_t i = 0; known.n < n; i++) {
            const char *name = option_row(m->targets[t].options, m->targets[t].stride, i).name;

            if (!name)
                break;
            names[known.n++] = name;
        }
    known.items = names;
    return known;
}

static const char *known_key(const void *known, size_t i)
{
    return ((const char *const *)known)[i];
}

static const struct weir_variant_type *type_with(
    const struct weir_variant_type *types, size_t stride, const char *key)
{
    for (; types && types->name; types++)
        if (weir_option_find(types->options, stride, key))
            return types;
    return NULL;
}

/* The name of the group or variant in this map that has such a key, or NULL. */
static const char *home_of(const struct option_map *m, const char *key)
{
    for (size_t t = 0; t < m->n_targets; t++) {
        const struct weir_option_target *target = &m->targets[t];

        for (size_t i = 0; option_row(target->options, target->stride, i).name; i++) {
            struct weir_option row = option_row(target->options, target->stride, i);

            if (row.options && weir_option_find(row.options, target->stride, key))
                return row.name;
            if (type_with(row.variants, target->stride, key))
                return row.name;
        }
    }
    return NULL;
}

/* "; known keys: a, b, c", if they are few; a key may stand in several tables. */
static const char *list_keys(struct weir_arena *arena, struct weir_strs known)
{
    const char *list = "";

    if (known.n == 0)
        return "; it takes no options";
    if (known.n > KNOWN_SHOWN)
        return "";
    for (size_t i = 0; i < known.n; i++) {
        struct weir_strs before = {known.items, i};

        if (!weir_strs_contain(&before, weir_str(known.items[i])))
            list =
                weir_printf(arena, "%s%s %s", list, *list ? "," : "; known keys:", known.items[i]);
    }
    return list;
}

static const char *key_hint(const struct option_map *m, const char *key)
{
    struct weir_arena *arena = m->context->arena;
    struct weir_strs known = known_keys(m);
    const char *home = home_of(m, key);
    const struct weir_variant_type *type = type_with(m->types, m->targets[0].stride, key);
    const char *hint;

    if (home)
        return weir_printf(arena, "; it belongs under '%s'", home);
    if (type)
        return weir_printf(arena, "; type '%s' has it", type->name);
    hint = weir_did_you_mean(arena, key, known_key, known.items, known.n);
    return *hint ? hint : list_keys(arena, known);
}

static void refuse_key(const struct option_map *m, const struct weir_node *key)
{
    char shown[SHOWN_SIZE];

    if (key->substituted) {
        weir_mistake(m->context->mistakes, key, 0, "E-KEY",
            "unknown key from the environment (not shown)%s", m->whose);
        return;
    }
    weir_str_printable(key->text, shown, sizeof(shown));
    weir_mistake(m->context->mistakes, key, 0, "E-KEY", "unknown key '%s'%s%s", shown, m->whose,
        key_hint(m, key->text.ptr));
}

static void check_keys(const struct option_map *m)
{
    for (size_t i = 0; m->map && i < m->map->n; i++)
        if (!is_known(m, m->map->keys[i]->text.ptr))
            refuse_key(m, m->map->keys[i]);
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
    check_keys(m);
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
