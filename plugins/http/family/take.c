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
    int use;                            /* of what is taken now */
    const struct weir_resource *reader; /* for whom */
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

static void take_placeholder(struct http_looking *looking, struct weir_str name)
{
    struct taking *taking = looking->arg;
    struct weir_str resource = http_placeholder_resource(name);
    size_t behind = resource.len + 1;
    const char *copy;

    /* A child's own rows have it. */
    if (taking->use == HTTP_PASS && weir_str_is(resource, taking->reader->name))
        return;
    if (behind >= name.len || is_there(taking->takes, taking->use, name))
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

static void take_given(
    struct http_takes *takes, const struct weir_node *node, struct weir_arena *arena)
{
    for (size_t i = 0; node && i < node->n; i++) {
        const char *field = node->items[i]->text.ptr;
        bool has_name = node->kind == WEIR_NODE_MAP;

        take(takes, (struct http_taken){.use = HTTP_GIVE,
                        .name = has_name ? node->keys[i]->text.ptr
                                         : weir_printf(arena, "%s_%s", takes->parent, field),
                        .field = field});
    }
}

/* What those who descend from `resource` ask for by the names of others than it. */
static void take_passed(struct taking *taking, const struct weir_resource *resource)
{
    struct http_looking looking = {.found = take_placeholder, .arg = taking};

    for (size_t i = 0; i < resource->n_children; i++) {
        http_placeholders(&looking, resource->children[i]);
        take_passed(taking, resource->children[i]);
    }
}

/* The resources between them and the one that is asked for are no concern of its chains. */
static void drop_names_below(struct http_takes *takes, const struct weir_resource *reader)
{
    size_t kept = 0;

    for (size_t i = 0; i < takes->n; i++) {
        struct http_taken *taken = &takes->items[i];
        struct weir_str resource = http_placeholder_resource(weir_str(taken->name));
        bool is_above = taken->use != HTTP_PASS || weir_str_is(resource, takes->parent);

        for (const struct weir_resource *up = reader; !is_above && up->n_parents;
             up = up->parents[0])
            is_above = weir_str_is(resource, up->parents[0]->name);
        if (is_above)
            takes->items[kept++] = *taken;
    }
    takes->n = kept;
}

static enum weir_status take_partitions(struct http_takes *takes,
    const struct weir_resource *resource, struct weir_arena *arena, struct weir_error *ret_error)
{
    const struct http_resource_options *options = resource->options;
    struct http_fanout *fanout = weir_new(arena, struct http_fanout);
    const struct weir_partitions *lists = NULL;
    struct weir_mistakes mistakes;
    bool good;

    weir_mistakes_init(&mistakes, arena);
    good = http_fanout_parse(options->partitions, arena, &mistakes, fanout);
    if (good && fanout->lists)
        good = (lists = weir_partitions_parse(arena, fanout->lists, &mistakes)) != NULL;
    if (!good)
        return weir_error_set(ret_error, WEIR_FAULT_USAGE, "E-VALUE", "partitions of '%s': %s",
            resource->name, mistakes.n ? mistakes.items[0].text : "not understood");
    for (size_t i = 0; i < fanout->n_columns; i++)
        take(takes, (struct http_taken){.use = HTTP_ASK,
                        .name = fanout->columns[i].name,
                        .field = fanout->columns[i].field});
    takes->group = fanout->group;
    return http_product_init(&takes->product, lists, arena, ret_error);
}

enum weir_status http_takes_init(struct http_takes *takes, const struct weir_resource *resource,
    struct weir_arena *arena, struct weir_error *ret_error)
{
    const struct http_resource_options *options = resource->options;
    struct taking taking = {takes, arena, HTTP_ASK, resource};
    struct http_looking looking = {.found = take_placeholder, .arg = &taking};
    size_t first;

    *takes = (struct http_takes){.parent = resource->parents[0]->name,
        .items = weir_new_array(arena, HTTP_N_USES * HTTP_TAKES_MAX, struct http_taken)};
    http_placeholders(&looking, resource);
    if (take_partitions(takes, resource, arena, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    sort_from(takes, 0);
    take_given(takes, options->include_from_parent, arena);
    first = takes->n;
    taking.use = HTTP_PASS;
    take_passed(&taking, resource);
    drop_names_below(takes, resource);
    sort_from(takes, first);
    return WEIR_OK;
}
