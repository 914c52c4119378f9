/* A flow from its first turn of the loop to its last: handles, signals, ends. */
#include "inside.h"

#include "files.h"
#include "registry/load.h"
#include "report/log.h"
#include "state/loop.h"

#include <signal.h>
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
    atomic_store(&flow->incomplete, true);
    flow_wake(flow);
}

void flow_stage_failed(struct flow *flow, struct flow_stage *stage)
{
    struct weir_error error;

    uv_mutex_lock(&flow->mutex);
    error = stage->error;
    uv_mutex_unlock(&flow->mutex);
    /* Ending because the run was told to end is what it was told to do. */
    if (atomic_load(&flow->stopping) && strcmp(error.code, "E-STOPPED") == 0) {
        log_event(WEIR_LOG_WARNING, stage->planned->stage.name, error.text);
        return;
    }
    if (!weir_error_is_set(&error))
        plugin_failed_silently(&error);
    flow_fail(flow, stage, &error);
}

void flow_stop(struct flow *flow, int signal)
{
    flow->result->signal = signal;
    atomic_store(&flow->stopping, true);
    atomic_store(&flow->incomplete, true);
    /* What it waits for may not be worth the wait any more. */
    loader_wake(flow->loader);
}

/* --- the loop --------------------------------------------------------------------------- */

static void on_idle(uv_idle_t *handle)
{
    (void)handle; /* It is there so that the loop does not sleep. */
}

/*
 * A stage that wakes itself from inside the pump, just before the loop would
 * sleep, must not wait for the next event: the loop takes another turn.
 */
void flow_stay_awake(struct flow *flow)
{
    if (flow->phase != PHASE_CLOSED && atomic_load(&flow->wanted))
        uv_idle_start(&flow->idle, on_idle);
    else
        uv_idle_stop(&flow->idle);
}

static void on_prepare(uv_prepare_t *handle)
{
    flow_pump(handle->data);
}

static void on_check(uv_check_t *handle)
{
    flow_pump(handle->data);
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
        _Exit(EXIT_SIGNAL + signal);
    log_event(WEIR_LOG_WARNING, NULL,
        "stopping: what is complete will be committed; once more to end at once");
    flow_stop(flow, signal);
}

static void on_deadline(uv_timer_t *handle)
{
    struct flow *flow = handle->data;
    struct weir_error error = {0};

    /* All is read, and the end is being written: it is not taken back any more. */
    if (flow->phase >= PHASE_CLOSING && flow->end.complete)
        return;
    weir_error_set(
        &error, WEIR_FAULT_DATA, "E-RUN-TIME", "the run took longer than limits.run_time allows");
    flow_fail(flow, NULL, &error);
    atomic_store(&flow->stopping, true);
    loader_wake(flow->loader);
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

static void close_handle(uv_handle_t *handle)
{
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

/* A pass that is closed is not gone on with: whoever ran it again would read everything anew. */
static bool pass_is_closed(const struct session_result *state)
{
    return state->outcome == SESSION_DONE || state->outcome == SESSION_ABANDONED;
}

/* Nor may a signal end the process while the report is written, and say that the work is not done. */
static void ignore_late_signals(const struct flow *flow)
{
    struct session_result state;

    session_result(flow->session, &state);
    if (flow->result->status != WEIR_OK || !pass_is_closed(&state))
        return;
    (void)signal(SIGINT, SIG_IGN);
    (void)signal(SIGTERM, SIG_IGN);
}

void flow_close_handles(struct flow *flow)
{
    close_handle((uv_handle_t *)&flow->async);
    close_handle((uv_handle_t *)&flow->idle);
    close_handle((uv_handle_t *)&flow->prepare);
    close_handle((uv_handle_t *)&flow->check);
    close_handle((uv_handle_t *)&flow->signals[0]);
    close_handle((uv_handle_t *)&flow->signals[1]);
    close_handle((uv_handle_t *)&flow->ticker);
    close_handle((uv_handle_t *)&flow->deadline);
    loader_close_handles(flow->loader);
    ignore_late_signals(flow);
}

/* What a loader on the loop keeps until it is committed counts as queued. */
static bool keeps_batches(const struct plan *plan)
{
    return plan->load.plugin->threading == WEIR_ON_LOOP;
}

/*
 * What may flow at once: a quarter of the memory. The rest is for the loader's own
 * memory, for what decoding adds to bodies before it is counted, and for the
 * program and its libraries.
 */
static void size_queues(struct flow *flow)
{
    budget_init(&flow->budget, (size_t)(flow->plan->memory / 4));
    flow->queue_limit = flow->budget.limit / 4 * (keeps_batches(flow->plan) ? 3 : 1);
}

static unsigned worker_count(void)
{
    unsigned n = uv_available_parallelism();

    return n < 2 ? 1 : n > 16 ? 16 : n;
}

static void fail_without_workers(struct flow *flow)
{
    struct weir_error error = {0};

    weir_error_set(&error, WEIR_FAULT_MEMORY, "E-THREAD",
        "cannot start any thread; the system has no memory for it, or allows no more (ulimit -u, "
        "ulimit -v)");
    flow_fail(flow, NULL, &error);
}

static void flow_init(struct flow *flow)
{
    struct plan *plan = flow->plan;

    flow->jobs_end = &flow->first_job;
    size_queues(flow);
    flow->session = session_new(plan);
    uv_mutex_init(&flow->mutex);
    start_loop(flow);
    stage_prepare(flow, &flow->extract, &plan->extract);
    flow->transforms = weir_calloc(plan->n_transforms, sizeof(*flow->transforms));
    for (size_t i = 0; i < plan->n_transforms; i++)
        stage_prepare(flow, &flow->transforms[i], &plan->transforms[i]);
    stage_prepare(flow, &flow->load, &plan->load);
    flow->n_workers = worker_count();
    flow->workers = workers_new(flow->n_workers);
    if (!flow->workers)
        fail_without_workers(flow);
    flow->loader = loader_new(flow, &flow->load);
    loader_start(flow->loader);
}

static void forget_late_signal(struct flow_result *result)
{
    if (result->status == WEIR_OK && pass_is_closed(&result->state))
        result->signal = 0;
}

static void flow_done(struct flow *flow)
{
    loader_free(flow->loader);
    session_result(flow->session, &flow->result->state);
    forget_late_signal(flow->result);
    session_free(flow->session);
    workers_free(flow->workers);
    loop_finish(&flow->loop);
    stage_finish(&flow->extract);
    for (size_t i = 0; i < flow->plan->n_transforms; i++)
        stage_finish(&flow->transforms[i]);
    stage_finish(&flow->load);
    free(flow->transforms);
    uv_mutex_destroy(&flow->mutex);
}

void flow_run(struct plan *plan, struct stats *stats, const struct flow_observer *observer,
    struct flow_result *ret_result)
{
    struct flow *flow;

    *ret_result = (struct flow_result){.status = WEIR_OK};
    if (!files_suffice(&ret_result->error)) {
        ret_result->status = WEIR_FAIL;
        stats->finished_ns = uv_hrtime();
        return;
    }
    flow = weir_calloc(1, sizeof(*flow));
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
