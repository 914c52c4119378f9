/*
 * Families: resources whose rows say what there is to be read of others.
 *
 * A family runs as a whole. What a unit of a parent opens is written with its rows and never
 * found out again, so a run of the parent alone would leave the children without it.
 */
#include "families.h"

enum { MAX_DEPTH = 6 };

static struct weir_resource *find(const struct plan *plan, struct weir_str name)
{
    for (size_t i = 0; i < plan->n_resources; i++)
        if (weir_str_is(name, plan->resources[i].name))
            return &plan->resources[i];
    return NULL;
}

/* --- what the file says --------------------------------------------------------------------- */

/* Parents that are there, as pointers; each of the others is a mistake. */
static void link_parents(struct maker *m, struct weir_resource *resource)
{
    struct weir_parents named = {0};
    struct weir_resource **parents;

    /* What it says cannot be asked for where it has mistakes of its own. */
    if (m->sound_resources[resource - m->plan->resources])
        m->plan->extract.plugin->parents(resource, &named);
    if (named.too_many)
        weir_mistake(m->mistakes, named.too_many, 0, "E-LIMIT", "'%s' has more than %d parents",
            resource->name, WEIR_PARENTS_MAX);
    parents = weir_new_array(m->plan->arena, named.n, struct weir_resource *);
    for (size_t i = 0; i < named.n; i++) {
        const char *name = weir_printf(m->plan->arena, "%.*s", WEIR_STR_ARG(named.items[i].name));
        struct weir_resource *parent = find(m->plan, named.items[i].name);

        if (parent)
            parents[resource->n_parents++] = parent;
        else if (maker_check_resource(m, named.items[i].at, name))
            weir_mistake(m->mistakes, named.items[i].at, 0, "E-VALUE",
                "the resource '%s' has mistakes of its own", name);
    }
    resource->parents = parents;
}

/* Is one of the others read from it? Then what is said of it comes by way of that one. */
static bool is_above_another(
    const struct weir_resource *resource, const struct weir_resource *parent)
{
    for (size_t i = 0; i < resource->n_parents; i++)
        if (weir_resource_descends(resource->parents[i], parent) &&
            !weir_resource_descends(parent, resource->parents[i]))
            return true;
    return false;
}

static void keep_nearest(struct maker *m, struct weir_resource *resource)
{
    struct weir_resource **nearest =
        weir_new_array(m->plan->arena, resource->n_parents, struct weir_resource *);
    size_t n = 0;

    for (size_t i = 0; i < resource->n_parents; i++)
        if (!is_above_another(resource, resource->parents[i]))
            nearest[n++] = resource->parents[i];
    resource->parents = nearest;
    resource->n_parents = n;
}

static void link_children(struct plan *plan, struct weir_resource *parent)
{
    struct weir_resource **children =
        weir_new_array(plan->arena, plan->n_resources, struct weir_resource *);

    parent->children = children;
    for (size_t i = 0; i < plan->n_resources; i++)
        for (size_t k = 0; k < plan->resources[i].n_parents; k++)
            if (plan->resources[i].parents[k] == parent)
                children[parent->n_children++] = &plan->resources[i];
}

static const struct weir_node *place_of(const struct weir_resource *resource)
{
    return weir_resource_node(resource, "name");
}

/* How long the longest line of ancestors is; more than MAX_DEPTH where it comes back to itself. */
static size_t depth_of(const struct weir_resource *resource, size_t so_far)
{
    size_t deepest = so_far;

    for (size_t i = 0; i < resource->n_parents && deepest <= MAX_DEPTH; i++) {
        size_t depth = depth_of(resource->parents[i], so_far + 1);

        if (depth > deepest)
            deepest = depth;
    }
    return deepest;
}

static void check_depth(struct maker *m, const struct weir_resource *resource)
{
    if (weir_resource_descends(resource, resource))
        weir_mistake(m->mistakes, place_of(resource), 0, "E-VALUE",
            "'%s' is a parent of itself%s, so there is nothing to begin with", resource->name,
            resource->parents[0] == resource ? "" : ", by way of others");
    else if (depth_of(resource, 0) > MAX_DEPTH)
        weir_mistake(m->mistakes, place_of(resource), 0, "E-LIMIT",
            "'%s' has more than %d generations of parents", resource->name, MAX_DEPTH);
}

static void check_replace(struct maker *m, const struct weir_resource *resource)
{
    const struct plan *plan = m->plan;

    for (size_t i = 0; i < plan->n_resources && resource->disposition == WEIR_REPLACE; i++)
        if (plan->resources[i].incremental &&
            weir_resource_descends(resource, &plan->resources[i])) {
            weir_mistake(m->mistakes, weir_resource_node(resource, "write_disposition"), 0,
                "E-VALUE",
                "of its parent '%s' only rows that are new are read, and replace would put what "
                "comes of those in place of all there is; use append or merge",
                plan->resources[i].name);
            return;
        }
}

/* --- who takes part ------------------------------------------------------------------------- */

/* A row of `only` names it, or it is walked for one that does. */
static bool is_wanted(
    const struct plan *plan, const struct weir_resource *resource, const struct weir_strs *only)
{
    if (!resource->is_walked)
        return weir_strs_allow(only, weir_str(resource->name));
    for (size_t i = 0; i < plan->n_resources; i++)
        if (!plan->resources[i].is_walked &&
            weir_strs_allow(only, weir_str(plan->resources[i].name)) &&
            weir_resource_descends(&plan->resources[i], resource))
            return true;
    return false;
}

/* In a preview nothing is written, so a child alone is a good question. */
static void walk_for_preview(struct plan *plan, const struct weir_strs *only)
{
    for (size_t i = 0; i < plan->n_resources; i++)
        if (!weir_strs_allow(only, weir_str(plan->resources[i].name)))
            plan->resources[i].is_walked = true;
}

static void check_together(struct maker *m, const struct weir_strs *only)
{
    const struct plan *plan = m->plan;

    for (size_t i = 0; i < plan->n_resources; i++) {
        const struct weir_resource *child = &plan->resources[i];

        for (size_t k = 0; k < child->n_parents && !child->is_walked; k++) {
            const struct weir_resource *parent = child->parents[k];
            bool has_child = weir_strs_allow(only, weir_str(child->name));
            bool has_parent = parent->is_walked ? is_wanted(plan, parent, only)
                                                : weir_strs_allow(only, weir_str(parent->name));

            if (has_child != has_parent)
                weir_mistake(m->mistakes, place_of(child), 0, "E-VALUE",
                    "'%s' is read from what the rows of '%s' say, as they are loaded, so the two "
                    "are run together; add --resource %s",
                    child->name, parent->name, has_child ? parent->name : child->name);
        }
    }
}

/* Of the walked ones only those that a resource of this run needs. */
static void drop_unwanted(struct plan *plan, const struct weir_strs *only)
{
    bool *wanted = weir_new_array(plan->arena, plan->n_resources, bool);
    size_t kept = 0;

    for (size_t i = 0; i < plan->n_resources; i++)
        wanted[i] = is_wanted(plan, &plan->resources[i], only);
    for (size_t i = 0; i < plan->n_resources; i++)
        if (wanted[i])
            plan->resources[kept++] = plan->resources[i];
    plan->n_resources = kept;
}

static void link_all(struct maker *m)
{
    struct plan *plan = m->plan;

    for (size_t i = 0; i < plan->n_resources; i++)
        plan->resources[i].n_parents = plan->resources[i].n_children = 0;
    for (size_t i = 0; i < plan->n_resources; i++)
        link_parents(m, &plan->resources[i]);
    for (size_t i = 0; i < plan->n_resources; i++)
        keep_nearest(m, &plan->resources[i]);
    for (size_t i = 0; i < plan->n_resources; i++)
        link_children(plan, &plan->resources[i]);
}

/* A stranger's store would take the units and forget what they open. */
static void check_loader(struct maker *m)
{
    const struct plan *plan = m->plan;
    const struct weir_plugin *load = plan->load.plugin;

    for (size_t i = 0; i < plan->n_resources; i++)
        if (plan->resources[i].n_parents && load && load->store &&
            !(load->flags & WEIR_KEEPS_OPENINGS)) {
            weir_mistake(m->mistakes, place_of(&plan->resources[i]), 0, "E-VALUE",
                "the %s loader keeps state, but not what rows of a parent say there is to be read "
                "of '%s'; use a newer one",
                load->name, plan->resources[i].name);
            return;
        }
}

void families_select(struct maker *m, const struct weir_strs *only)
{
    struct plan *plan = m->plan;
    size_t n_before = m->mistakes->n_errors;
    bool has_families = plan->extract.plugin->parents;

    if (has_families && m->reads) {
        link_all(m);
        for (size_t i = 0; i < plan->n_resources; i++) {
            check_depth(m, &plan->resources[i]);
            check_replace(m, &plan->resources[i]);
        }
    }
    if (m->mistakes->n_errors != n_before || !plan->extract.sound)
        has_families = false;
    else if (m->loads)
        check_together(m, only);
    else if (m->reads && has_families)
        walk_for_preview(plan, only);
    if (m->reads && !m->loads && has_families) {
        static const struct weir_strs none = {0};

        /* Those that are not named are walked, or dropped. */
        drop_unwanted(plan, &none);
    } else {
        drop_unwanted(plan, only);
    }
    /* They have moved. */
    if (has_families && m->reads && m->mistakes->n_errors == n_before)
        link_all(m);
}

/* --- resources that are walked -------------------------------------------------------------- */

/* One that is loaded, and descends from it. */
static const struct weir_resource *heir_of(
    const struct plan *plan, const struct weir_resource *resource)
{
    for (size_t i = 0; i < plan->n_resources; i++)
        if (!plan->resources[i].is_walked && weir_resource_descends(&plan->resources[i], resource))
            return &plan->resources[i];
    return NULL;
}

/*
 * No row of it comes, so whatever is done to tables is done for its heir, as if the two
 * filled one.
 */
void maker_families(struct maker *m)
{
    struct plan *plan = m->plan;

    for (size_t i = 0; i < plan->n_resources; i++) {
        struct weir_resource *resource = &plan->resources[i];
        const struct weir_resource *heir = resource->is_walked ? heir_of(plan, resource) : NULL;

        if (!heir)
            continue;
        resource->table = heir->table;
        resource->primary_key = heir->primary_key;
        resource->disposition = heir->disposition;
        resource->order_by = heir->order_by;
        resource->allow_empty = heir->allow_empty;
        resource->min_ratio = heir->min_ratio;
        resource->schema = heir->schema;
        resource->dead_letter_table = heir->dead_letter_table;
        resource->sets_aside = false;
    }
    if (m->loads)
        check_loader(m);
}
