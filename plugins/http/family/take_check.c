/* What cannot be taken from rows of a parent, told before the run. */
#include "placeholders.h"
#include "take.h"

#include <string.h>

struct checking {
    struct weir_mistakes *mistakes;
    size_t n;
};

static void check_placeholder(struct http_looking *looking, struct weir_str name)
{
    struct checking *checking = looking->arg;
    size_t behind = http_placeholder_resource(name).len + 1;

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

/* A chain is of many rows then. */
static void check_group(const struct weir_resource *resource,
    const struct http_fanout_column *group, struct weir_mistakes *mistakes)
{
    const struct http_resource_options *o = resource->options;

    if (o->include_from_parent)
        weir_mistake(mistakes, o->include_from_parent, 0, "E-VALUE",
            "what '%s' asks for in groups comes of many rows of '%s', so there is no one row to "
            "include fields of; leave 'group' out, or join the tables behind the load",
            resource->name, resource->parents[0]->name);
    if (resource->incremental)
        weir_mistake(mistakes, weir_resource_node(resource, "incremental"), 0, "E-VALUE",
            "a mark belongs to what is asked for, and groups of '%s' have other members in each "
            "run; leave 'group' out, or 'incremental'",
            group->name);
}

static bool is_parent(const struct weir_resource *resource, struct weir_str name)
{
    for (size_t i = 0; i < resource->n_parents; i++)
        if (weir_str_is(name, resource->parents[i]->name))
            return true;
    return false;
}

static bool has_file(const struct weir_node *lists)
{
    for (size_t i = 0; i < lists->n; i++)
        if (weir_node_get(lists->items[i], "file"))
            return true;
    return false;
}

/* Files are read when the run begins. */
static void check_product(const struct weir_node *lists, struct weir_mistakes *mistakes)
{
    struct weir_error error = {0};
    struct weir_mistakes told_elsewhere;
    const struct weir_partitions *partitions;
    struct http_product product;

    weir_mistakes_init(&told_elsewhere, mistakes->arena);
    if (!lists || lists->kind != WEIR_NODE_MAP || has_file(lists))
        return;
    partitions = weir_partitions_parse(mistakes->arena, lists, &told_elsewhere);
    if (partitions && http_product_init(&product, partitions, mistakes->arena, &error) != WEIR_OK)
        weir_mistake(
            mistakes, lists, 0, weir_copy_text(mistakes->arena, error.code), "%s", error.text);
}

/* What comes of `partitions`, told where they are looked at; here what they mean for a child. */
static void check_partitions(const struct weir_resource *resource, struct weir_mistakes *mistakes)
{
    const struct http_resource_options *o = resource->options;
    struct http_fanout fanout;
    struct weir_mistakes ignored;

    weir_mistakes_init(&ignored, mistakes->arena);
    if (!http_fanout_parse(o->partitions, mistakes->arena, &ignored, &fanout))
        return;
    for (size_t i = 0; i < fanout.n_columns; i++)
        if (!is_parent(resource, weir_str(fanout.columns[i].resource)))
            weir_mistake(mistakes, fanout.columns[i].node, 0, "E-VALUE",
                "'%s' is read from rows of '%s', so '%s' can only be a column of these",
                resource->name, resource->parents[0]->name, fanout.columns[i].name);
    check_product(fanout.lists, mistakes);
    if (fanout.group)
        check_group(resource, fanout.group, mistakes);
}

/* --- several parents ------------------------------------------------------------------------ */

static void check_includes(const struct weir_resource *resource, struct weir_mistakes *mistakes)
{
    const struct http_resource_options *o = resource->options;
    const struct weir_node *node = o->include_from_parent;

    for (size_t i = 0; node && i < node->n; i++) {
        struct weir_str field = node->items[i]->text;
        struct weir_str parent = http_placeholder_resource(field);

        if (parent.len + 1 >= field.len || !is_parent(resource, parent))
            weir_mistake(mistakes, node->items[i], 0, "E-VALUE",
                "'%s' has several parents, so a column to include is named with its own, such as "
                "%s.id",
                resource->name, resource->parents[0]->name);
    }
}

/* Of what is above it, the first that is read by a mark. */
static const struct weir_resource *find_incremental(const struct weir_resource *resource)
{
    const struct weir_resource *found = NULL;

    for (size_t i = 0; i < resource->n_parents && !found; i++)
        found = resource->parents[i]->incremental ? resource->parents[i]
                                                  : find_incremental(resource->parents[i]);
    return found;
}

static void check_several(const struct weir_resource *resource, struct weir_mistakes *mistakes)
{
    const struct http_resource_options *o = resource->options;
    const struct weir_resource *incremental = find_incremental(resource);
    struct http_fanout fanout;
    struct weir_mistakes ignored;

    weir_mistakes_init(&ignored, mistakes->arena);
    if (incremental)
        weir_mistake(mistakes, weir_resource_node(resource, o->path ? "path" : "url"), 0, "E-VALUE",
            "'%s' is read from rows of '%s' together with rows of '%s', and of '%s' only rows that "
            "are new are read, which would never meet the others that are not; leave its "
            "'incremental' out",
            resource->name, resource->parents[0]->name, resource->parents[1]->name,
            incremental->name);
    check_includes(resource, mistakes);
    if (http_fanout_parse(o->partitions, mistakes->arena, &ignored, &fanout) && fanout.group)
        weir_mistake(mistakes, fanout.group->node, 0, "E-VALUE",
            "'%s' has several parents, and asks for each row together with each other one; leave "
            "'group' out",
            resource->name);
}

static void check_child(const struct weir_resource *resource, struct weir_mistakes *mistakes)
{
    const struct http_resource_options *o = resource->options;

    check_partitions(resource, mistakes);
    if (resource->n_parents > 1)
        check_several(resource, mistakes);
    if (o->max_failed_partitions && strchr(o->max_failed_partitions, '%'))
        weir_mistake(mistakes, weir_resource_node(resource, "max_failed_partitions"), 0, "E-VALUE",
            "how many rows of '%s' there are to be read for is not known while they come; give "
            "'max_failed_partitions' as a number",
            resource->parents[0]->name);
}

void http_takes_check(const struct weir_resource *resource, struct weir_mistakes *mistakes)
{
    struct checking checking = {.mistakes = mistakes};
    struct http_looking looking = {.found = check_placeholder, .arg = &checking};

    check_include(resource, mistakes);
    http_placeholders(&looking, resource);
    if (resource->n_parents)
        check_child(resource, mistakes);
}
