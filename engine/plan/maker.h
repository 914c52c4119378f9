/* What the files that make a plan share; nobody else includes it. */
#ifndef PLAN_MAKER_H
#define PLAN_MAKER_H

#include "plan.h"

/* What the steps share while a plan is being made. */
struct maker {
    struct plan *plan;
    struct registry *registry;
    struct weir_mistakes *mistakes;
    const struct weir_node *root;
    bool reads;            /* rows are read anew; not so in a replay */
    bool loads;            /* and loaded; not so in a preview either */
    bool *sound_resources; /* of those of the plan: the plugin's options have no mistakes */
    struct weir_constants constants;
    struct weir_option_context context;
};

#define TABLE(t, to)                                                                               \
    (struct weir_option_target)                                                                    \
    {                                                                                              \
        (t), sizeof(struct weir_option), (to)                                                      \
    }

/* A plugin's own table, with the stride it was built with. */
static inline struct weir_option_target plugin_target(
    const struct weir_plugin *plugin, const struct weir_option *options, void *target)
{
    return (struct weir_option_target){options, plugin->header.option_size, target};
}

/* The plugin that a stage's `type` names, or NULL and a mistake at that word. */
const struct weir_plugin *maker_find_plugin(
    struct maker *m, const struct weir_node *config, enum role role);
/* A name is shown on terminals and in reports as it is: a mistake when that would do harm. */
void maker_check_name(
    struct maker *m, const struct weir_node *config, const char *name, const char *what);
/* A map where a stage is described, or NULL and a mistake. */
const struct weir_node *maker_stage_map(
    struct maker *m, const struct weir_node *node, const char *what);
void maker_init_stage(struct maker *m, struct plan_stage *stage, const char *name,
    const struct weir_node *config, const struct weir_plugin *plugin);

/* resources.c: the extract stage and all resources; `only` names those to run, all when empty. */
void maker_extract(struct maker *m, const struct weir_node *node, const struct weir_strs *only);
/* incremental.c: how a resource is read; NULL: all of it each time. */
struct resource_keys;
const struct weir_incremental *maker_incremental(
    struct maker *m, const struct weir_node *config, struct resource_keys *keys);
/* where.c: the condition that rows are kept by; NULL: all are. */
struct weir_sql *maker_where(
    struct maker *m, const struct weir_node *config, const struct resource_keys *keys);
/* families.c: what is walked for others is loaded with them; behind all that is said of loading. */
void maker_families(struct maker *m);
/* dispositions.c: what becomes of rows that are there; behind extract and load. */
void maker_dispositions(struct maker *m);
/* dead_letters.c: what becomes of bad rows; behind extract and load. */
struct dead_letter_keys;
void maker_dead_letters(struct maker *m, const struct dead_letter_keys *keys);
/* schema.c: types of columns, what may change; behind extract, load and dead letters. */
struct schema_keys;
void maker_schema(struct maker *m, const struct schema_keys *keys);
/* tables.c: resources that fill one table; behind all that they say. */
void maker_tables(struct maker *m);
/* Is there a resource of that name in the file, whether it takes part in this run or not? */
bool maker_has_resource(const struct maker *m, const char *name);
/* The same, with a mistake at that place where there is none. */
bool maker_check_resource(struct maker *m, const struct weir_node *at, const char *name);

#endif
