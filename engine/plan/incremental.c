/* What a resource says about reading only what is new: does it fit to what becomes of its rows? */
#include "maker.h"

#include "keys.h"

#include <string.h>

/* The newer version of a row is the one whose cursor is higher, where the column itself tells that:
 * a form of its own does not stand in the order of its values. */
static const char *order_by_cursor(struct maker *m, const struct weir_incremental *incremental)
{
    const struct weir_path *rest;
    struct weir_str key;

    if (incremental->cursor_format ||
        !weir_path_split(m->plan->arena, incremental->cursor_path, &key, &rest) || rest)
        return NULL;
    return weir_copy(m->plan->arena, key).ptr;
}

const struct weir_incremental *maker_incremental(
    struct maker *m, const struct weir_node *config, struct resource_keys *keys)
{
    const struct weir_node *node = weir_node_get(config, "incremental");
    size_t before = m->mistakes->n_errors;
    struct weir_incremental *incremental;

    /* Without its path it was refused already. */
    if (!node || !keys->incremental.cursor_path)
        return NULL;
    weir_incremental_check(&keys->incremental, node, m->mistakes);
    if (keys->incremental.lag && keys->write_disposition == WEIR_APPEND)
        weir_mistake(m->mistakes, weir_node_get(node, "lag"), 0, "E-VALUE",
            "'lag' reads rows again, and 'append' would add them again; set 'write_disposition: "
            "merge', or leave 'lag' out");
    if (m->mistakes->n_errors > before) {
        m->plan->extract.sound = false;
        return NULL;
    }
    incremental = weir_new(m->plan->arena, struct weir_incremental);
    *incremental = keys->incremental;
    if (!keys->order_by && keys->write_disposition == WEIR_MERGE)
        keys->order_by = order_by_cursor(m, incremental);
    return incremental;
}
