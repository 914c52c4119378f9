#include "take.h"

#include "placeholders.h"

#include <stdlib.h>
#include <string.h>

/* --- parents -------------------------------------------------------------------------------- */

static void add_parent(struct http_looking *looking, struct weir_str name)
{
    weir_parents_add(looking->arg, http_placeholder_resource(name), looking->at);
}

void http_parents(const struct weir_resource *resource, struct weir_parents *parents)
{
    const struct http_resource_options *options = resource->options;
    struct http_looking looking = {.found = add_parent, .arg = parents};

    http_placeholders(&looking, resource);
    http_fanout_parents(options->partitions, parents);
}

/* --- fields --------------------------------------------------------------------------------- */

struct taking {
    struct http_takes *takes;
    struct weir_arena *arena;
    int use;                           /* of what is taken now */
    const struct weir_resource *child; /* for whom */
    size_t parent;
};

static bool is_there(const struct http_takes *takes, int use, struct weir_str name)
{
    for (size_t i = 0; i < takes->n; i++)
        if (takes->items[i].use == use && weir_str_is(name, takes->items[i].name))
            return true;
    return false;
}

static void take(struct http_takes *takes, struct http_taken taken)
{
    if (takes->n < HTTP_N_USES * HTTP_TAKES_MAX)
        takes->items[takes->n++] = taken;
}

/* Is it this resource, or one above it? */
static bool leads_to(const struct weir_resource *from, struct weir_str name)
{
    bool leads = weir_str_is(name, from->name);

    for (size_t i = 0; i < from->n_parents && !leads; i++)
        leads = leads_to(from->parents[i], name);
    return leads;
}

/* By way of which parent it comes; as many as there are: by none. */
static size_t way_to(const struct weir_resource *child, struct weir_str name)
{
    size_t i = 0;

    while (i < child->n_parents && !leads_to(child->parents[i], name))
        i++;
    return i;
}

static void take_placeholder(struct http_looking *looking, struct weir_str name)
{
    struct taking *taking = looking->arg;
    struct weir_str resource = http_placeholder_resource(name);
    size_t behind = resource.len + 1;
    const char *copy;

    if (behind >= name.len || is_there(taking->takes, taking->use, name) ||
        way_to(taking->child, resource) != taking->parent)
        return;
    copy = weir_copy(taking->arena, name).ptr;
    take(taking->takes, (struct http_taken){.use = taking->use,
                            .name = copy,
                            .field = copy + behind,
                            .is_handed = !weir_str_is(resource, taking->takes->parent)});
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const struct http_taken *)a)->name, ((const struct http_taken *)b)->name);
}

static void sort_from(struct http_takes *takes, size_t first)
{
    if (takes->n > first)
        qsort(takes->items + first, takes->n - first, sizeof(*takes->items), compare_names);
}

/* Of several parents one is named: "shops.id". */
static void take_given(struct taking *taking, const struct weir_node *node)
{
    bool has_names = node && node->kind == WEIR_NODE_MAP;
    struct http_takes *takes = taking->takes;

    for (size_t i = 0; node && i < node->n; i++) {
        const char *parent = takes->parent;
        const char *field = node->items[i]->text.ptr;

        if (taking->child->n_parents > 1) {
            if (!weir_str_is(http_placeholder_resource(node->items[i]->text), parent))
                continue;
            field += strlen(parent) + 1;
        }
        take(takes, (struct http_taken){.use = HTTP_GIVE,
                        .name = has_names ? node->keys[i]->text.ptr
                                          : weir_printf(taking->arena, "%s_%s", parent, field),
                        .field = field});
    }
}

/* What those who descend from `resource` ask for by the names of others above it. */
static void take_passed(struct taking *taking, const struct weir_resource *resource)
{
    struct http_looking looking = {.found = take_placeholder, .arg = taking};

    for (size_t i = 0; i < resource->n_children; i++) {
        http_placeholders(&looking, resource->children[i]);
        take_passed(taking, resource->children[i]);
    }
}

/* --- partitions ----------------------------------------------------------------------------- */

static enum weir_status parse_partitions(const struct weir_resource *resource,
    struct weir_arena *arena, struct http_fanout **ret_fanout,
    const struct weir_partitions **ret_lists, struct weir_error *ret_error)
{
    const struct http_resource_options *options = resource->options;
    struct http_fanout *fanout = weir_new(arena, struct http_fanout);
    struct weir_mistakes mistakes;
    bool good;

    weir_mistakes_init(&mistakes, arena);
    *ret_fanout = fanout;
    *ret_lists = NULL;
    good = http_fanout_parse(options->partitions, arena, &mistakes, fanout);
    if (good && fanout->lists)
        good = (*ret_lists = weir_partitions_parse(arena, fanout->lists, &mistakes)) != NULL;
    if (good)
        return WEIR_OK;
    return weir_error_set(ret_error, WEIR_FAULT_USAGE, "E-VALUE", "partitions of '%s': %s",
        resource->name, mistakes.n ? mistakes.items[0].text : "not understood");
}

enum weir_status http_takes_product(const struct weir_resource *resource,
    struct http_product *product, struct weir_arena *arena, struct weir_error *ret_error)
{
    const struct weir_partitions *lists;
    struct http_fanout *fanout;

    if (parse_partitions(resource, arena, &fanout, &lists, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    return http_product_init(product, lists, arena, ret_error);
}

static enum weir_status take_columns(struct taking *taking, struct weir_error *ret_error)
{
    const struct weir_partitions *lists;
    struct http_fanout *fanout;

    if (parse_partitions(taking->child, taking->arena, &fanout, &lists, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    for (size_t i = 0; i < fanout->n_columns; i++)
        if (strcmp(fanout->columns[i].resource, taking->takes->parent) == 0)
            take(taking->takes, (struct http_taken){.use = HTTP_ASK,
                                    .name = fanout->columns[i].name,
                                    .field = fanout->columns[i].field});
    taking->takes->group = fanout->group;
    return WEIR_OK;
}

enum weir_status http_takes_init(struct http_takes *takes, const struct weir_resource *resource,
    size_t parent, struct weir_arena *arena, struct weir_error *ret_error)
{
    const struct http_resource_options *options = resource->options;
    struct taking taking = {takes, arena, HTTP_ASK, resource, parent};
    struct http_looking looking = {.found = take_placeholder, .arg = &taking};
    size_t first;

    *takes = (struct http_takes){.parent = resource->parents[parent]->name,
        .index = parent,
        .items = weir_new_array(arena, HTTP_N_USES * HTTP_TAKES_MAX, struct http_taken)};
    http_placeholders(&looking, resource);
    if (take_columns(&taking, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    sort_from(takes, 0);
    take_given(&taking, options->include_from_parent);
    first = takes->n;
    taking.use = HTTP_PASS;
    take_passed(&taking, resource);
    sort_from(takes, first);
    return WEIR_OK;
}
