/* Keys that no table knows: what was meant, and where it belongs. */
#include "option_map.h"
#include "option_words.h"

#include <string.h>

enum {
    KNOWN_SHOWN = 12, /* keys that a message lists when none is near */
    SHOWN_SIZE = 80,
};

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

void option_check_keys(const struct option_map *m)
{
    for (size_t i = 0; m->map && i < m->map->n; i++)
        if (!is_known(m, m->map->keys[i]->text.ptr))
            refuse_key(m, m->map->keys[i]);
}
