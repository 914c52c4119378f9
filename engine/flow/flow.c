/* The pump: what moves batches from stage to stage, and the phases of a run. */
#include "inside.h"

#include "report/log.h"

#include <stdlib.h>
#include <string.h>

void flow_wake(struct flow *flow)
{
    uv_thread_t self = uv_thread_self();

    if (atomic_exchange(&flow->wanted, true))
        return;
    /* On the loop's thread the pump runs anyway before the loop sleeps. */
    if (!uv_thread_equal(&self, &flow->loop_thread))
        uv_async_send(&flow->async);
}

void flow_fail(struct flow *flow, struct flow_stage *stage, const struct weir_error *error)
{
    if (flow->result->status == WEIR_FAIL)
        return;
    flow->result->status = WEIR_FAIL;
    flow->result->error = *error;
    flow->result->stage = stage ? stage->planned->stage.name : NULL;
    flow_wake(flow);
}

void flow_stage_failed(struct flow *flow, struct flow_stage *stage)
{
    struct weir_error error;

    uv_mutex_lock(&flow->mutex);
    error = stage->error;
    uv_mutex_unlock(&flow->mutex);
    if (!weir_error_is_set(&error))
        weir_error_set(&error, WEIR_FAULT_PLUGIN, "E-PLUGIN",
            "the plugin failed without saying why (it returned WEIR_FAIL, but did not call "
            "weir_fail)");
    flow_fail(flow, stage, &error);
}

void flow_stop(struct flow *flow, int signal)
{
    flow->result->signal = signal;
    atomic_store(&flow->stopping, true);
    flow_wake(flow);
}

/* --- stages ----------------------------------------------------------------------------- */

static void prepare_stage(struct flow *flow, struct flow_stage *stage, struct plan_stage *planned)
{
    stage->planned = planned;
    stage->flow = flow;
    planned->stage.host = &flow_host;
    planned->stage.engine = stage;
    planned->stage.arena = weir_arena_new();
    uv_mutex_init(&stage->entry);
}

static void finish_stage(struct flow_stage *stage)
{
    uv_mutex_destroy(&stage->entry);
    weir_arena_free(stage->planned->stage.arena);
    stage->planned->stage.arena = NULL;
}

static bool start_stage(struct flow *flow, struct flow_stage *stage)
{
    const struct weir_plugin *plugin = stage->planned->plugin;

    stage->started = true;
    if (!plugin->start || plugin->start(&stage->planned->stage) == WEIR_OK)
        return true;
    flow_stage_failed(flow, stage);
    return false;
}

static void stop_stage(struct flow_stage *stage)
{
    if (stage->started && stage->planned->plugin->stop)
        stage->planned->plugin->stop(&stage->planned->stage);
    stage->started = false;
}

static bool run_is_over(struct flow *flow)
{
    enum loader_state loader = loader_state(flow->loader);

    return flow->result->status == WEIR_FAIL || atomic_load(&flow->stopping) ||
           loader == LOADER_FAILED || loader == LOADER_ENOUGH ||
           (flow->extract_ended && !flow->n_jobs);
}

/* --- the pump --------------------------------------------------------------------------- */

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

/* What an extractor on a worker answered, now that the loop learns of it. */
static void note_extracted(struct flow *flow, const struct job *job)
{
    flow->extract_busy = false;
    if (job->status == WEIR_END)
        flow->extract_ended = true;
    if (job->status == WEIR_AGAIN)
        flow->extract_waits = true;
}

/* The extractor hears of its units, in order. After its stop it hears nothing more. */
static bool tell_extractor(struct flow *flow, struct job *job)
{
    const struct weir_plugin *plugin = flow->extract.planned->plugin;

    if (!plugin->decoded || flow->phase != PHASE_RUNNING)
        return true;
    if (plugin->decoded(&flow->extract.planned->stage, job->batch) == WEIR_OK)
        return true;
    flow_stage_failed(flow, &flow->extract);
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
    if (job->status == WEIR_OK && job->batch->n_rows)
        loader_push(flow->loader, job);
    else
        job_free(job);
}

static bool may_extract(struct flow *flow)
{
    if (flow->phase != PHASE_RUNNING || !flow->extract.started || flow->extract_ended ||
        flow->extract_busy || run_is_over(flow))
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
    flow->extract_busy = true;
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
        flow->extract_ended = true;
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

static void enter_closing(struct flow *flow)
{
    flow->phase = PHASE_CLOSING;
    loader_close(flow->loader);
}

static void begin(struct flow *flow)
{
    enum loader_state loader = loader_state(flow->loader);

    if (loader == LOADER_STARTING)
        return;
    if (loader == LOADER_FAILED || atomic_load(&flow->stopping)) {
        enter_closing(flow);
        return;
    }
    flow->phase = PHASE_RUNNING;
    for (size_t i = 0; i < flow->plan->n_transforms; i++)
        if (!start_stage(flow, &flow->transforms[i]))
            return;
    (void)start_stage(flow, &flow->extract);
}

static void enter_draining(struct flow *flow)
{
    flow->phase = PHASE_DRAINING;
    /* An extractor that is at work on a worker is stopped when that is over. */
    if (!flow->extract_busy)
        stop_stage(&flow->extract);
}

static void drain(struct flow *flow)
{
    if (flow->n_jobs)
        return;
    stop_stage(&flow->extract);
    for (size_t i = 0; i < flow->plan->n_transforms; i++)
        stop_stage(&flow->transforms[i]);
    enter_closing(flow);
}

static void close_handle(uv_handle_t *handle)
{
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

static void close_when_loaded(struct flow *flow)
{
    if (!loader_is_done(flow->loader))
        return;
    if (loader_state(flow->loader) == LOADER_FAILED)
        flow_stage_failed(flow, &flow->load);
    flow->phase = PHASE_CLOSED;
    close_handle((uv_handle_t *)&flow->async);
    close_handle((uv_handle_t *)&flow->idle);
    close_handle((uv_handle_t *)&flow->prepare);
    close_handle((uv_handle_t *)&flow->check);
    close_handle((uv_handle_t *)&flow->signals[0]);
    close_handle((uv_handle_t *)&flow->signals[1]);
    close_handle((uv_handle_t *)&flow->ticker);
    close_handle((uv_handle_t *)&flow->deadline);
}

static void on_idle(uv_idle_t *handle)
{
    (void)handle; /* It is there so that the loop does not sleep. */
}

/*
 * A stage that wakes itself from inside the pump, just before the loop would
 * sleep, must not wait for the next event: the loop takes another turn.
 */
static void stay_awake(struct flow *flow)
{
    if (flow->phase != PHASE_CLOSED && atomic_load(&flow->wanted))
        uv_idle_start(&flow->idle, on_idle);
    else
        uv_idle_stop(&flow->idle);
}

static void pump(struct flow *flow)
{
    struct job *job;

    if (!atomic_exchange(&flow->wanted, false) || flow->phase == PHASE_CLOSED)
        return;
    if (flow->phase == PHASE_STARTING)
        begin(flow);
    while ((job = take_done_job(flow)))
        deliver(flow, job);
    extract_while_room(flow);
    if (flow->phase == PHASE_RUNNING && run_is_over(flow))
        enter_draining(flow);
    if (flow->phase == PHASE_DRAINING)
        drain(flow);
    if (flow->phase == PHASE_CLOSING)
        close_when_loaded(flow);
    stay_awake(flow);
}

/* --- the loop --------------------------------------------------------------------------- */

static void on_prepare(uv_prepare_t *handle)
{
    pump(handle->data);
}

static void on_check(uv_check_t *handle)
{
    pump(handle->data);
}

static void on_async(uv_async_t *handle)
{
    (void)handle; /* The pump runs behind it, in on_check. */
}

static void on_signal(uv_signal_t *handle, int signal)
{
    struct flow *flow = handle->data;

    /* The second one ends the process now; what is open is rolled back by its database. */
    if (flow->result->signal)
        _Exit(128 + signal);
    log_event(WEIR_LOG_WARNING, NULL,
        "stopping: what is complete will be committed; once more to end at once");
    flow_stop(flow, signal);
}

static void on_deadline(uv_timer_t *handle)
{
    struct flow *flow = handle->data;
    struct weir_error error = {0};

    weir_error_set(
        &error, WEIR_FAULT_DATA, "E-RUN-TIME", "the run took longer than limits.run_time allows");
    flow_fail(flow, NULL, &error);
    atomic_store(&flow->stopping, true);
}

static void on_tick(uv_timer_t *handle)
{
    struct flow *flow = handle->data;
    struct flow_view view = {
        .plan = flow->plan,
        .stats = flow->stats,
        .held = atomic_load(&flow->budget.held),
        .held_limit = flow->budget.limit,
        .queued = loader_queued(flow->loader),
        .queue_limit = flow->queue_limit,
        .stopping = atomic_load(&flow->stopping),
    };

    flow->observer->tick(flow->observer->arg, &view);
}

static void start_signals(struct flow *flow)
{
    static const int numbers[] = {SIGINT, SIGTERM};

    for (int i = 0; i < 2; i++) {
        uv_signal_init(&flow->loop, &flow->signals[i]);
        flow->signals[i].data = flow;
        uv_signal_start(&flow->signals[i], on_signal, numbers[i]);
    }
}

static void start_timers(struct flow *flow)
{
    uv_timer_init(&flow->loop, &flow->ticker);
    uv_timer_init(&flow->loop, &flow->deadline);
    flow->ticker.data = flow;
    flow->deadline.data = flow;
    if (flow->observer && flow->observer->interval_ms)
        uv_timer_start(
            &flow->ticker, on_tick, flow->observer->interval_ms, flow->observer->interval_ms);
    if (flow->plan->run_time)
        uv_timer_start(&flow->deadline, on_deadline, flow->plan->run_time, 0);
}

static void start_loop(struct flow *flow)
{
    uv_loop_init(&flow->loop);
    flow->loop_thread = uv_thread_self();
    uv_async_init(&flow->loop, &flow->async, on_async);
    uv_idle_init(&flow->loop, &flow->idle);
    uv_prepare_init(&flow->loop, &flow->prepare);
    uv_check_init(&flow->loop, &flow->check);
    flow->async.data = flow->prepare.data = flow->check.data = flow;
    uv_prepare_start(&flow->prepare, on_prepare);
    uv_check_start(&flow->check, on_check);
    start_signals(flow);
    start_timers(flow);
}

/*
 * What may flow at once: a quarter of the memory. The rest is for the loader's
 * caches (a quarter, by agreement), for what decoding adds to bodies before it is
 * counted, and for the program and its libraries.
 */
static void size_queues(struct flow *flow)
{
    budget_init(&flow->budget, (size_t)(flow->plan->memory / 4));
    flow->queue_limit = flow->budget.limit / 4;
}

static unsigned worker_count(void)
{
    unsigned n = uv_available_parallelism();

    return n < 2 ? 1 : n > 16 ? 16 : n;
}

static void flow_init(struct flow *flow)
{
    struct plan *plan = flow->plan;

    flow->jobs_end = &flow->first_job;
    size_queues(flow);
    uv_mutex_init(&flow->mutex);
    start_loop(flow);
    prepare_stage(flow, &flow->extract, &plan->extract);
    flow->transforms = weir_calloc(plan->n_transforms, sizeof(*flow->transforms));
    for (size_t i = 0; i < plan->n_transforms; i++)
        prepare_stage(flow, &flow->transforms[i], &plan->transforms[i]);
    prepare_stage(flow, &flow->load, &plan->load);
    flow->n_workers = worker_count();
    flow->workers = workers_new(flow->n_workers);
    flow->loader = loader_new(flow, &flow->load);
}

static void flow_done(struct flow *flow)
{
    loader_free(flow->loader);
    workers_free(flow->workers);
    finish_stage(&flow->extract);
    for (size_t i = 0; i < flow->plan->n_transforms; i++)
        finish_stage(&flow->transforms[i]);
    finish_stage(&flow->load);
    free(flow->transforms);
    uv_mutex_destroy(&flow->mutex);
    if (uv_loop_close(&flow->loop) != 0)
        log_event(WEIR_LOG_WARNING, NULL, "a plugin left handles open on the loop");
}

void flow_run(struct plan *plan, struct stats *stats, const struct flow_observer *observer,
    struct flow_result *ret_result)
{
    struct flow *flow = weir_calloc(1, sizeof(*flow));

    *ret_result = (struct flow_result){.status = WEIR_OK};
    flow->plan = plan;
    flow->stats = stats;
    flow->observer = observer;
    flow->result = ret_result;
    flow_init(flow);
    flow_wake(flow);
    uv_run(&flow->loop, UV_RUN_DEFAULT);
    stats->finished_ns = uv_hrtime();
    flow_done(flow);
    free(flow);
}
