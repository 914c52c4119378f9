/* The pump: what moves batches from stage to stage, and the phases of a run. */
#include "inside.h"

#include "state/secrets.h"

#include <weir/failpoint.h>
#include <weir/sql.h>

static bool run_is_over(struct flow *flow)
{
    enum loader_state loader = loader_state(flow->loader);

    return flow->result->status == WEIR_FAIL || atomic_load(&flow->stopping) ||
           loader == LOADER_FAILED || loader == LOADER_ENOUGH ||
           (flow->extract_ended && !flow->n_jobs);
}

/* --- batches ----------------------------------------------------------------------------- */

static void append_job(struct flow *flow, struct job *job)
{
    *flow->jobs_end = job;
    flow->jobs_end = &job->next;
    flow->n_jobs++;
    workers_submit(flow->workers, &job->work);
}

static struct job *take_done_job(struct flow *flow)
{
    struct job *job = flow->first_job;

    if (!job || !atomic_load_explicit(&job->done, memory_order_acquire))
        return NULL;
    flow->first_job = job->next;
    if (!flow->first_job)
        flow->jobs_end = &flow->first_job;
    flow->n_jobs--;
    return job;
}

/* The source has no more; what was read of it is still on its way. */
static void fetch_ended(struct flow *flow)
{
    flow->extract_ended = true;
    WEIR_FAILPOINT("after_fetch_end");
}

/* What an extractor on a worker answered, now that the loop learns of it. */
static void note_extracted(struct flow *flow, const struct job *job)
{
    atomic_store(&flow->extract_busy, false);
    if (job->status == WEIR_END)
        fetch_ended(flow);
    if (job->status == WEIR_AGAIN)
        flow->extract_waits = true;
}

/* The extractor hears of its units, in order. After its stop it hears nothing more. */
static bool tell_extractor(struct flow *flow, struct job *job)
{
    const struct weir_plugin *plugin = flow->extract.planned->plugin;

    if (!plugin->decoded || !flow->extract.started)
        return true;
    if (plugin->decoded(&flow->extract.planned->stage, job->batch) == WEIR_OK)
        return true;
    flow_stage_failed(flow, &flow->extract);
    return false;
}

/* A unit without rows has a position all the same, or was a letter, and a row that is set aside has
 * a reason. */
static bool says_something(const struct weir_batch *batch)
{
    if (batch->n_rows || batch->n_rejects)
        return true;
    for (size_t i = 0; i < batch->n_units; i++)
        if (batch->units[i].position || batch->units[i].dead_letter)
            return true;
    return false;
}

/* Where no state is kept, nothing can be told by it. */
static bool may_be_kept(struct flow *flow, struct weir_batch *batch)
{
    struct weir_error error = {0};

    if (!flow->load.planned->plugin->store || secrets_stay_out(batch, &error) == WEIR_OK)
        return true;
    flow_fail(flow, &flow->extract, &error);
    return false;
}

static void deliver(struct flow *flow, struct job *job)
{
    if (job->extracts)
        note_extracted(flow, job);
    if (job->status == WEIR_FAIL)
        flow_stage_failed(flow, job->failed);
    /* The units that were decoded are whole, whatever else failed. */
    else if (job->status == WEIR_OK)
        (void)tell_extractor(flow, job);
    if (job->status == WEIR_OK && says_something(job->batch) && may_be_kept(flow, job->batch))
        loader_push(flow->loader, job);
    else
        job_free(job);
}

static bool may_extract(struct flow *flow)
{
    if (flow->phase != PHASE_RUNNING || !flow->extract.started || flow->extract_ended ||
        atomic_load(&flow->extract_busy) || run_is_over(flow))
        return false;
    if (flow->extract_waits && atomic_exchange(&flow->woken, false))
        flow->extract_waits = false;
    return !flow->extract_waits && flow->n_jobs <= flow->n_workers &&
           loader_queued(flow->loader) < flow->queue_limit;
}

static const struct weir_resource *only_resource(struct flow *flow)
{
    return flow->plan->n_resources == 1 ? &flow->plan->resources[0] : NULL;
}

static void extract_on_worker(struct flow *flow)
{
    atomic_store(&flow->extract_busy, true);
    append_job(flow, job_new(flow, weir_batch_new(only_resource(flow)), true));
}

static void extract_on_loop(struct flow *flow)
{
    struct plan_stage *planned = flow->extract.planned;
    struct weir_batch *batch = weir_batch_new(only_resource(flow));

    switch (planned->plugin->extract(&planned->stage, batch)) {
    case WEIR_OK:
        append_job(flow, job_new(flow, batch, false));
        return;
    case WEIR_AGAIN:
        flow->extract_waits = true;
        break;
    case WEIR_END:
        fetch_ended(flow);
        break;
    default:
        flow_stage_failed(flow, &flow->extract);
        flow->extract_ended = true;
    }
    weir_batch_free(batch);
}

static void extract_while_room(struct flow *flow)
{
    bool on_loop = flow->extract.planned->plugin->threading == WEIR_ON_LOOP;

    while (may_extract(flow)) {
        atomic_store(&flow->woken, false);
        if (on_loop)
            extract_on_loop(flow);
        else
            extract_on_worker(flow);
    }
}

/* --- phases ----------------------------------------------------------------------------- */

static int ends_with(const struct flow_result *result)
{
    return result->signal ? EXIT_SIGNAL + result->signal : (int)result->error.fault;
}

static void enter_closing(struct flow *flow)
{
    bool ended = flow->phase == PHASE_DRAINING && flow->extract_ended;

    flow->phase = PHASE_CLOSING;
    flow->end = (struct session_end){
        .complete = ended && !atomic_load(&flow->incomplete),
        .exit_code = ends_with(flow->result),
    };
    loader_close(flow->loader);
}

static void begin(struct flow *flow)
{
    enum loader_state loader = loader_state(flow->loader);

    if (loader == LOADER_STARTING)
        return;
    if (loader != LOADER_READY || atomic_load(&flow->stopping)) {
        enter_closing(flow);
        return;
    }
    flow->phase = PHASE_RUNNING;
    for (size_t i = 0; i < flow->plan->n_transforms; i++)
        if (!stage_start(flow, &flow->transforms[i]))
            return;
    for (size_t i = 0; i < flow->plan->n_resources; i++)
        if (flow->plan->resources[i].engine)
            weir_sql_watch(flow->plan->resources[i].engine, &flow->extract.planned->stage);
    (void)stage_start(flow, &flow->extract);
}

/* The extractor hears of what it gave before it is stopped: it knows which pages count. */
static void drain(struct flow *flow)
{
    if (flow->n_jobs)
        return;
    stage_stop(&flow->extract);
    for (size_t i = 0; i < flow->plan->n_transforms; i++)
        stage_stop(&flow->transforms[i]);
    enter_closing(flow);
}

static void close_when_loaded(struct flow *flow)
{
    if (!loader_is_done(flow->loader))
        return;
    if (loader_state(flow->loader) == LOADER_FAILED)
        flow_stage_failed(flow, &flow->load);
    flow->phase = PHASE_CLOSED;
    flow_close_handles(flow);
}

void flow_pump(struct flow *flow)
{
    struct job *job;

    if (!atomic_exchange(&flow->wanted, false) || flow->phase == PHASE_CLOSED)
        return;
    if (flow->phase == PHASE_STARTING)
        begin(flow);
    while ((job = take_done_job(flow)))
        deliver(flow, job);
    loader_pump(flow->loader);
    extract_while_room(flow);
    if (flow->phase == PHASE_RUNNING && run_is_over(flow))
        flow->phase = PHASE_DRAINING;
    if (flow->phase == PHASE_DRAINING)
        drain(flow);
    if (flow->phase == PHASE_CLOSING)
        close_when_loaded(flow);
    flow_stay_awake(flow);
}
