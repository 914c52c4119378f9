/* A map that tables say the keys of: what option.c reads, and option_keys.c finds fault with. */
#ifndef OPTION_MAP_H
#define OPTION_MAP_H

#include <weir/option.h>

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

/* E-KEY for each key of the map that no table knows, with a guess at what was meant. */
void option_check_keys(const struct option_map *m);

#endif
