/* Families: parents of a resource, gathered while its options are looked at, and theirs. */
#include <weir/plugin.h>

void weir_parents_add(
    struct weir_parents *parents, struct weir_str name, const struct weir_node *at)
{
    for (size_t i = 0; i < parents->n; i++)
        if (weir_str_equal(parents->items[i].name, name))
            return;
    if (parents->n == WEIR_PARENTS_MAX) {
        if (!parents->too_many)
            parents->too_many = at;
        return;
    }
    parents->items[parents->n++] = (struct weir_parent){name, at};
}

/* Nobody has more generations of parents; in circles, which are mistakes of a file, it is an end. */
enum { DEPTH_MAX = 6 };

static bool descends(
    const struct weir_resource *resource, const struct weir_resource *from, int depth)
{
    for (size_t i = 0; i < resource->n_parents && depth <= DEPTH_MAX; i++)
        if (resource->parents[i] == from || descends(resource->parents[i], from, depth + 1))
            return true;
    return false;
}

bool weir_resource_descends(const struct weir_resource *resource, const struct weir_resource *from)
{
    return descends(resource, from, 0);
}
