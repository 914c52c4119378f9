/* What the file says about bad rows: where they go, how many may, and can the loader keep them? */
#include "maker.h"

#include "keys.h"

#include <stdlib.h>
#include <string.h>

static bool parse_ratio(const char *text, double *ret_ratio)
{
    char *end;
    double number = strtod(text, &end);

    if (end == text || strspn(text, "0123456789.%") != strlen(text))
        return false;
    *ret_ratio = *end == '%' ? number / 100 : number;
    return (*end == '\0' || strcmp(end, "%") == 0) && *ret_ratio >= 0 && *ret_ratio <= 1;
}

static void take_limits(struct maker *m, const struct dead_letter_keys *keys)
{
    struct plan_dead_letters *limits = &m->plan->dead_letters;
    const struct weir_node *node = weir_node_get(m->root, "dead_letter");

    limits->max_rows = (uint64_t)keys->max_rows;
    limits->limits_ratio = keys->max_ratio != NULL;
    if (keys->max_ratio && !parse_ratio(keys->max_ratio, &limits->max_ratio))
        weir_mistake(m->mistakes, weir_node_get(node, "max_ratio"), 0, "E-VALUE",
            "'max_ratio' needs a share such as 1%% or 0.01, got '%s'", keys->max_ratio);
}

static void check_loader(struct maker *m, const struct weir_resource *resource)
{
    const struct weir_plugin *load = m->plan->load.plugin;

    if (load && resource->sets_aside && !load->store)
        weir_mistake(m->mistakes, weir_node_get(resource->config, "on_row_error"), 0, "E-VALUE",
            "the %s loader keeps no dead letters; leave on_row_error out", load->name);
}

/* Nobody should learn it from a run that ends at its first bad row. */
static void warn_of_transforms(struct maker *m, size_t resource)
{
    for (size_t i = 0; i < m->plan->n_transforms; i++) {
        const struct plan_stage *stage = &m->plan->transforms[i];

        if (stage->takes[resource] && !(stage->plugin->flags & WEIR_ROW_BY_ROW))
            weir_mistake_warn(m->mistakes, weir_node_get(stage->stage.config, "type"), "E-VALUE",
                "'%s' sets bad rows aside, but one that makes this stage fail still ends the run: "
                "%s looks at more than one row at a time",
                m->plan->resources[resource].name, stage->type);
    }
}

void maker_dead_letters(struct maker *m, const struct dead_letter_keys *keys)
{
    struct plan *plan = m->plan;

    take_limits(m, keys);
    for (size_t i = 0; i < plan->n_resources; i++) {
        plan->resources[i].dead_letter_table = keys->table;
        check_loader(m, &plan->resources[i]);
        if (plan->resources[i].sets_aside)
            warn_of_transforms(m, i);
    }
}
