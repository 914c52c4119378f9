/* What resources say about the rows that are there already: does it fit together, and can the
 * loader do it? */
#include "maker.h"

static const char *const words[] = {
    [WEIR_APPEND] = "append", [WEIR_MERGE] = "merge", [WEIR_REPLACE] = "replace"};

const char *disposition_word(enum weir_disposition disposition)
{
    return words[disposition];
}

/* Where a resource says it; where it says it nowhere, the resource itself. */
static const struct weir_node *place_of(const struct weir_resource *resource, const char *key)
{
    const struct weir_node *node = weir_node_get(resource->config, key);

    return node ? node : resource->config;
}

static void check_ability(struct maker *m, const struct weir_resource *resource)
{
    static const uint32_t needed[] = {
        [WEIR_APPEND] = 0, [WEIR_MERGE] = WEIR_CAN_MERGE, [WEIR_REPLACE] = WEIR_CAN_REPLACE};
    const struct weir_plugin *load = m->plan->load.plugin;

    if (load && (load->flags & needed[resource->disposition]) != needed[resource->disposition])
        weir_mistake(m->mistakes, place_of(resource, "write_disposition"), 0, "E-VALUE",
            "the %s loader cannot %s; it can append", load->name,
            disposition_word(resource->disposition));
}

/* A key that says nothing where it stands was meant to say something. */
static void check_useless(struct maker *m, const struct weir_resource *resource, const char *key,
    enum weir_disposition wanted)
{
    if (weir_node_get(resource->config, key) && resource->disposition != wanted)
        weir_mistake(m->mistakes, place_of(resource, key), 0, "E-VALUE",
            "'%s' is for 'write_disposition: %s', and this is %s", key, disposition_word(wanted),
            disposition_word(resource->disposition));
}

static void check_resource(struct maker *m, const struct weir_resource *resource)
{
    if (resource->disposition == WEIR_MERGE && resource->primary_key.n == 0)
        weir_mistake(m->mistakes, place_of(resource, "write_disposition"), 0, "E-REQUIRED",
            "merge needs 'primary_key': the column or columns that tell one row from all others");
    if (resource->disposition == WEIR_REPLACE && resource->incremental)
        weir_mistake(m->mistakes, place_of(resource, "incremental"), 0, "E-VALUE",
            "incremental reads only what is new, and replace would put that in place of all there "
            "is; use append or merge");
    check_useless(m, resource, "order_by", WEIR_MERGE);
    check_useless(m, resource, "allow_empty", WEIR_REPLACE);
    check_useless(m, resource, "min_ratio", WEIR_REPLACE);
    if (resource->min_ratio < 0 || resource->min_ratio > 1)
        weir_mistake(m->mistakes, place_of(resource, "min_ratio"), 0, "E-VALUE",
            "'min_ratio' is a share: a number from 0 to 1");
    check_ability(m, resource);
}

void maker_dispositions(struct maker *m)
{
    struct plan *plan = m->plan;

    if (plan->state.run_key && plan->load.plugin && !plan->load.plugin->store)
        weir_mistake(m->mistakes, weir_node_get(m->root, "load"), 0, "E-VALUE",
            "--run-id needs a loader that keeps state, and %s keeps none", plan->load.plugin->name);
    for (size_t i = 0; i < plan->n_resources; i++)
        plan->resources[i].keeps_notes =
            plan->load.plugin && (plan->load.plugin->flags & WEIR_KEEPS_NOTES);
    for (size_t i = 0; i < plan->n_resources; i++)
        if (!plan->resources[i].is_walked)
            check_resource(m, &plan->resources[i]);
}
