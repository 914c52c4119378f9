/*
 * A pipeline file as a plan: what will run, checked, before anything runs.
 *
 * `weir check`, `preview` and `run` all begin here, by the same code: what check
 * passes, run runs. A plan is read-only once it was made, but for the plugins'
 * own states. All of it lives in one arena.
 */
#ifndef PLAN_H
#define PLAN_H

#include "file/yaml.h"
#include "registry/registry.h"

#include <weir/plugin.h>

/* One plugin in its place. The flow fills in the stage's host, engine and arena. */
struct plan_stage {
    struct weir_stage stage;
    const struct weir_plugin *plugin;
    const char *type;  /* as the file has it */
    bool sound;        /* its options have no mistakes, so its own check may look at them */
    const bool *takes; /* by index of resource: does it pass through this stage? */
};

struct plan_batching {
    int64_t rows;
    uint64_t bytes;
    uint64_t period; /* ms */
};

struct plan_dead_letters {
    uint64_t max_rows; /* 0: no limit */
    double max_ratio;  /* of 1 */
    bool limits_ratio;
};

/* What the command line says about the state that a run finds. */
struct plan_state {
    const char *run_key; /* --run-id; NULL: none */
    bool restart;        /* begin anew, though an interrupted run could be finished */
    bool keep_partial;   /* the rows of that one may stay where they were added */
    bool takeover;       /* end another run of the pipeline */
    bool replays;        /* no pass: rows that were set aside are put back */
};

struct plan {
    struct weir_arena *arena;
    const char *name;
    uint64_t memory;              /* bytes: limits.memory */
    uint64_t run_time;            /* ms: limits.run_time; 0: no limit */
    const struct weir_node *vars; /* constants of the file, or NULL */
    struct weir_resource *resources;
    size_t n_resources;
    struct plan_stage extract;
    struct plan_stage *transforms;
    size_t n_transforms;
    struct plan_stage load;
    struct plan_batching batching;
    struct plan_dead_letters dead_letters;
    struct plan_state state;
    bool is_partial; /* only some of the file's resources take part */
};

/* What the command line adds to a file. */
struct plan_request {
    const char *path;
    /* Resources to run, all when empty. */
    struct weir_strs only;
    struct plan_state state;
    /* Stand in for the file's extract stage (replay) and load stage (preview); NULL: as the file
     * says. The file's own stages are checked all the same. */
    const struct weir_plugin *extract_instead;
    void *extract_state;
    const struct weir_plugin *load_instead;
    void *load_state;
    /* Told every secret value of the file, as it is read. */
    void (*secret)(void *arg, const char *text);
    void *secret_arg;
};

/*
 * Reads and checks the file. NULL when it has errors, all of which are in
 * mistakes (warnings may be there in either case). *ret_source is filled as far
 * as the file could be read, for showing the mistakes; it lives in the arena.
 */
struct plan *plan_read(const struct plan_request *request, struct registry *registry,
    struct weir_arena *arena, struct weir_mistakes *mistakes, struct yaml_source *ret_source);

/* "append", "merge", "replace" */
const char *disposition_word(enum weir_disposition disposition);

/* The index of the resource in plan->resources. */
size_t plan_resource_index(const struct plan *plan, const struct weir_resource *resource);

#endif
