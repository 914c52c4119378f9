#include "take.h"

#include <stdlib.h>
#include <string.h>
#include <weir/incremental.h>

/* --- placeholders --------------------------------------------------------------------------- */

/* Told of each placeholder of a resource's templates that stands for a parent's field. */
struct looking {
    void (*found)(struct looking *looking, struct weir_str name);
    const struct weir_node *at;
    void *arg;
};

static bool look(void *arg, enum weir_root root, struct weir_str name, struct weir_value *ret_value)
{
    struct looking *looking = arg;

    if (root == WEIR_ROOT_RESOURCES)
        looking->found(looking, name);
    *ret_value = weir_text(WEIR_TEXT, weir_str("x"));
    return true;
}

/* What comes of it is of no interest here. */
static void look_on(enum weir_status status)
{
    (void)status;
}

static void look_through(
    struct looking *looking, const struct weir_template *t, struct weir_arena *arena)
{
    struct weir_error ignored = {0};
    struct weir_str text;

    if (t && weir_template_roots(t) & WEIR_ROOT_RESOURCES)
        look_on(weir_template_fill(t, arena, WEIR_ENCODE_NONE, look, looking, &text, &ignored));
}

/* A template does not list its placeholders, so each is filled once, by who looks on. */
static void look_through_all(struct looking *looking, const struct weir_resource *resource)
{
    const struct http_resource_options *o = resource->options;
    struct weir_arena *arena = weir_arena_new();
    struct weir_error ignored = {0};
    struct weir_str text;

    looking->at = weir_resource_node(resource, "url");
    look_through(looking, o->url, arena);
    looking->at = weir_resource_node(resource, "path");
    look_through(looking, o->path, arena);
    for (size_t i = 0; i < o->params.n; i++) {
        looking->at = o->params.items[i].node;
        look_through(looking, o->params.items[i].value, arena);
    }
    for (size_t i = 0; i < o->headers.n; i++) {
        looking->at = o->headers.items[i].node;
        look_through(looking, o->headers.items[i].value, arena);
    }
    looking->at = weir_resource_node(resource, "json");
    if (o->json)
        look_on(weir_document_fill(o->json, arena, look, looking, &text, &ignored));
    weir_arena_free(arena);
}

static struct weir_str parent_of(struct weir_str name)
{
    const char *dot = memchr(name.ptr, '.', name.len);

    return (struct weir_str){name.ptr, dot ? (size_t)(dot - name.ptr) : name.len};
}

static void add_parent(struct looking *looking, struct weir_str name)
{
    weir_parents_add(looking->arg, parent_of(name), looking->at);
}

void http_parents(const struct weir_resource *resource, struct weir_parents *parents)
{
    struct looking looking = {.found = add_parent, .arg = parents};

    look_through_all(&looking, resource);
}

/* --- fields --------------------------------------------------------------------------------- */

struct taking {
    struct http_takes *takes;
    struct weir_arena *arena;
};

static void take_placeholder(struct looking *looking, struct weir_str name)
{
    struct taking *taking = looking->arg;
    struct http_takes *takes = taking->takes;
    size_t behind = parent_of(name).len + 1;

    for (size_t i = 0; i < takes->n; i++)
        if (weir_str_is(name, takes->items[i].name))
            return;
    if (takes->n == HTTP_TAKES_MAX || behind >= name.len)
        return;
    takes->items[takes->n].name = weir_copy(taking->arena, name).ptr;
    takes->items[takes->n].field = takes->items[takes->n].name + behind;
    takes->n++;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const struct http_taken *)a)->name, ((const struct http_taken *)b)->name);
}

static void take_column(struct http_takes *takes, const char *field, const char *column)
{
    if (takes->n < 2 * HTTP_TAKES_MAX)
        takes->items[takes->n++] = (struct http_taken){.field = field, .column = column};
}

static void take_columns(
    struct http_takes *takes, const struct weir_node *node, struct weir_arena *arena)
{
    for (size_t i = 0; node && i < node->n; i++) {
        const char *field = node->items[i]->text.ptr;

        take_column(takes, field,
            node->kind == WEIR_NODE_MAP ? node->keys[i]->text.ptr
                                        : weir_printf(arena, "%s_%s", takes->parent, field));
    }
}

void http_takes_init(
    struct http_takes *takes, const struct weir_resource *resource, struct weir_arena *arena)
{
    const struct http_resource_options *options = resource->options;
    struct taking taking = {takes, arena};
    struct looking looking = {.found = take_placeholder, .arg = &taking};

    *takes = (struct http_takes){.parent = resource->parents[0]->name,
        .items = weir_new_array(arena, 2 * HTTP_TAKES_MAX, struct http_taken)};
    look_through_all(&looking, resource);
    if (takes->n)
        qsort(takes->items, takes->n, sizeof(*takes->items), compare_names);
    take_columns(takes, options->include_from_parent, arena);
}

/* --- mistakes ------------------------------------------------------------------------------- */

struct checking {
    struct weir_mistakes *mistakes;
    size_t n;
};

static void check_placeholder(struct looking *looking, struct weir_str name)
{
    struct checking *checking = looking->arg;
    size_t behind = parent_of(name).len + 1;

    if (behind < name.len && memchr(name.ptr + behind, '.', name.len - behind))
        weir_mistake(checking->mistakes, looking->at, 0, "E-TEMPLATE",
            "'{resources.%.*s}' looks into a value; only whole columns of a parent's rows can be "
            "taken",
            WEIR_STR_ARG(name));
    if (++checking->n == HTTP_TAKES_MAX)
        weir_mistake(checking->mistakes, looking->at, 0, "E-LIMIT",
            "a resource takes no more than %d fields from its parent", HTTP_TAKES_MAX - 1);
}

static bool is_text(const struct weir_node *node)
{
    return node->kind == WEIR_NODE_SCALAR && node->text.len > 0;
}

static void check_include(const struct weir_resource *resource, struct weir_mistakes *mistakes)
{
    const struct http_resource_options *o = resource->options;
    const struct weir_node *node = o->include_from_parent;
    bool is_right = node && node->kind != WEIR_NODE_SCALAR && node->n && node->n < HTTP_TAKES_MAX;

    for (size_t i = 0; is_right && i < node->n; i++)
        is_right = is_text(node->items[i]);
    if (node && !is_right)
        weir_mistake(mistakes, node, 0, "E-VALUE",
            "'include_from_parent' needs a list of columns of the parent, such as [id], or a map "
            "that names them, such as { repo_id: id }");
    else if (node && resource->n_parents == 0)
        weir_mistake(mistakes, node, 0, "E-VALUE",
            "'include_from_parent' is for a resource that is read from another one's rows; name a "
            "field of it in the URL, such as {resources.repos.id}");
}

void http_takes_check(const struct weir_resource *resource, struct weir_mistakes *mistakes)
{
    const struct http_resource_options *o = resource->options;
    struct checking checking = {.mistakes = mistakes};
    struct looking looking = {.found = check_placeholder, .arg = &checking};

    check_include(resource, mistakes);
    look_through_all(&looking, resource);
    if (resource->n_parents > 1)
        weir_mistake(mistakes, weir_resource_node(resource, "path"), 0, "E-VALUE",
            "'%s' names fields of more than one resource, and can be read from rows of one only",
            resource->name);
    if (resource->n_parents && o->partitions)
        weir_mistake(mistakes, o->partitions, 0, "E-VALUE",
            "'partitions' cannot be had together with what is taken from rows of '%s'",
            resource->parents[0]->name);
    if (resource->n_parents && o->max_failed_partitions && strchr(o->max_failed_partitions, '%'))
        weir_mistake(mistakes, weir_resource_node(resource, "max_failed_partitions"), 0, "E-VALUE",
            "how many rows of '%s' there are to be read for is not known while they come; give "
            "'max_failed_partitions' as a number",
            resource->parents[0]->name);
    if (resource->n_parents && resource->incremental && resource->incremental->step)
        weir_mistake(mistakes, weir_resource_node(resource, "incremental"), 0, "E-VALUE",
            "'step' cannot be had together with what is taken from rows of '%s'; leave it out",
            resource->parents[0]->name);
}
