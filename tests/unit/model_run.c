#include "model_run.h"

#include "model_reader.h"

#include <stdlib.h>
#include <string.h>
#include <weir/schema.h>

enum { EXIT_GAPS = 9, EXIT_DIED = -1 };

struct model_run {
    struct model_plan wanted;
    struct model_net *net;
    struct plan plan;
    struct weir_resource resources[MODEL_RESOURCES];
    struct weir_resource *all[MODEL_RESOURCES];
    struct weir_plugin extractor;
    struct weir_host host;
    struct model_load load;
    struct session *session;
    struct model_readers *readers;
    struct weir_error error;
    enum run_state state;
    bool failed; /* the loader */
    size_t tail; /* batches that still come when the run is failing */
    int exit_code;
};

/* --- what stages may ask ------------------------------------------------------------------ */

static void host_fail(struct weir_stage *stage, const struct weir_error *error)
{
    struct model_run *run = stage->engine;

    if (!weir_error_is_set(&run->error))
        run->error = *error;
}

static bool host_incomplete(struct weir_stage *stage)
{
    const struct model_run *run = stage->engine;

    return run->failed || (run->readers && model_readers_failing(run->readers));
}

static void init_host(struct model_run *run)
{
    run->host = (struct weir_host){
        .size = sizeof(run->host), .fail = host_fail, .incomplete = host_incomplete};
}

/* --- the plan ----------------------------------------------------------------------------- */

static void init_resources(struct model_run *run, const struct model_source *source)
{
    static const struct weir_schema schema = {0};
    const struct weir_node *nothing = weir_node_map(run->plan.arena);
    struct weir_incremental *incremental = weir_new(run->plan.arena, struct weir_incremental);
    struct plan *plan = &run->plan;

    *incremental = (struct weir_incremental){
        .cursor_path = weir_path_parse(run->plan.arena, weir_str("cursor"), NULL, NULL),
        .cursor_type = WEIR_CURSOR_INTEGER};
    for (size_t i = 0; i < source->n_resources; i++) {
        const struct model_resource *of = &source->resources[i];

        plan->is_partial |= !run->wanted.takes[i];
        if (!run->wanted.takes[i])
            continue;
        run->resources[plan->n_resources] = (struct weir_resource){.name = of->name,
            .table = of->name,
            .disposition = of->mode,
            .config = nothing,
            .schema = &schema,
            .incremental = of->incremental ? incremental : NULL};
        run->all[plan->n_resources] = &run->resources[plan->n_resources];
        /* They stand one behind the other, and are taken together. */
        if (of->parent) {
            run->resources[plan->n_resources].parents = &run->all[plan->n_resources - 1];
            run->resources[plan->n_resources].n_parents = 1;
        }
        plan->n_resources++;
    }
    plan->extract.stage.config = nothing;
}

static void init_stages(struct model_run *run)
{
    struct weir_stage *stage = &run->plan.load.stage;

    run->extractor = (struct weir_plugin){.header = WEIR_HEADER, .flags = WEIR_HAS_POSITIONS};
    run->plan.extract.plugin = &run->extractor;
    run->plan.extract.type = "model";
    run->plan.load.plugin = &model_load_plugin;
    run->plan.load.type = "model";
    *stage = (struct weir_stage){.name = "load",
        .state = &run->load,
        .arena = run->plan.arena,
        .resources = run->all,
        .n_resources = run->plan.n_resources,
        .host = &run->host,
        .engine = run};
}

struct model_run *model_run_new(struct model_net *net, const struct model_source *source,
    const struct model_trouble *trouble, const struct model_plan *plan)
{
    struct model_run *run = weir_calloc(1, sizeof(*run));

    run->wanted = *plan;
    run->net = net;
    run->plan = (struct plan){.arena = weir_arena_new(),
        .name = "model",
        .resources = run->resources,
        .state = {.run_key = plan->key,
            .restart = plan->restart,
            .keep_partial = true,
            .takeover = plan->takeover}};
    run->load = (struct model_load){
        .net = net, .run = plan->number, .resends = plan->resends, .restarts = plan->restart};
    init_host(run);
    init_resources(run, source);
    init_stages(run);
    run->session = session_new(&run->plan);
    run->readers = model_readers_new(net, source, trouble, &run->plan, run->session);
    run->tail = model_below(net->random, 4);
    return run;
}

static void unlock(struct model_run *run)
{
    if (run->net->db->lock == run->wanted.number)
        run->net->db->lock = 0;
}

void model_run_free(struct model_run *run)
{
    if (!run)
        return;
    unlock(run);
    session_free(run->session);
    model_readers_free(run->readers);
    weir_arena_free(run->plan.arena);
    free(run);
}

/* --- its life ----------------------------------------------------------------------------- */

static void be_over(struct model_run *run, int exit_code)
{
    run->state = RUN_IS_OVER;
    run->exit_code = exit_code;
    unlock(run);
}

static int failure_of(const struct model_run *run)
{
    return weir_error_is_set(&run->error) ? (int)run->error.fault : (int)WEIR_FAULT_BUG;
}

static void begin(struct model_run *run)
{
    enum weir_status status = session_open(run->session, &run->error);

    if (run->load.died)
        be_over(run, EXIT_DIED);
    else if (status == WEIR_END)
        be_over(run, 0);
    else if (status != WEIR_OK)
        be_over(run, failure_of(run));
    else
        run->state = RUN_READS;
    if (run->state != RUN_READS)
        return;
    model_readers_open(run->readers, run->load.pass, run->load.generations);
    if (model_readers_misled(run->readers))
        be_over(
            run, (int)weir_error_set(&run->error, WEIR_FAULT_BUG, "E-BUG", "a place is misnamed"));
}

static void fail(struct model_run *run)
{
    run->failed = true;
    run->state = RUN_ENDS;
}

static bool commit_is_due(const struct model_run *run)
{
    return model_below(run->net->random, run->wanted.batches) == 0;
}

static void load_batch(struct model_run *run, struct weir_batch *batch)
{
    struct weir_stage *stage = &run->plan.load.stage;

    if (model_load_plugin.load(stage, batch) == WEIR_OK) {
        session_note(run->session, batch);
        if (commit_is_due(run) && model_load_plugin.commit(stage) != WEIR_OK)
            fail(run);
        return;
    }
    /* What came before it is whole. */
    if (!run->load.lost)
        (void)model_load_plugin.commit(stage);
    fail(run);
}

static void read(struct model_run *run)
{
    struct weir_batch *batch = NULL;
    bool failing = model_readers_failing(run->readers);

    if (!failing || run->tail-- > 0)
        batch = model_readers_next(run->readers, run->wanted.units);
    if (batch)
        load_batch(run, batch);
    else
        run->state = RUN_ENDS;
    weir_batch_free(batch);
}

static void end(struct model_run *run)
{
    struct weir_stage *stage = &run->plan.load.stage;
    bool failing = model_readers_failing(run->readers);
    struct session_end end = {.complete = !run->failed && !failing};
    enum weir_status status;

    if (!end.complete)
        end.exit_code = run->failed ? failure_of(run) : (int)WEIR_FAULT_SOURCE;
    status = session_finish(run->session, &end);
    if (status == WEIR_OK)
        status = model_load_plugin.commit(stage);
    if (status != WEIR_OK)
        be_over(run, failure_of(run));
    else if (end.exit_code)
        be_over(run, end.exit_code);
    else
        be_over(run, model_run_outcome(run) == SESSION_DONE ? 0 : EXIT_GAPS);
}

void model_run_step(struct model_run *run)
{
    switch (run->state) {
    case RUN_BEGINS:
        begin(run);
        break;
    case RUN_READS:
        read(run);
        break;
    case RUN_ENDS:
        end(run);
        break;
    case RUN_IS_OVER:
        break;
    }
    if (run->load.died)
        be_over(run, EXIT_DIED);
}

enum run_state model_run_state(const struct model_run *run)
{
    return run->state;
}

int model_run_exit(const struct model_run *run)
{
    return run->exit_code;
}

enum session_outcome model_run_outcome(const struct model_run *run)
{
    struct session_result result;

    session_result(run->session, &result);
    return result.outcome;
}

const struct model_plan *model_run_plan(const struct model_run *run)
{
    return &run->wanted;
}

size_t model_run_generations(const struct model_run *run, const size_t **ret_generations)
{
    *ret_generations = run->load.generations;
    return run->load.n_generations;
}

const struct weir_error *model_run_error(const struct model_run *run)
{
    return &run->error;
}
