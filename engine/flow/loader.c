/*
 * The loader's thread: takes batches from a queue, loads them, commits now and
 * then. The stage's callbacks are called here and nowhere else, so a plugin may
 * block and needs no lock.
 */
#include "dead_letters.h"
#include "inside.h"

#include <stdlib.h>

#include <weir/failpoint.h>

struct loader {
    struct flow *flow;
    struct flow_stage *stage;
    uv_thread_t thread;
    bool has_thread;
    bool thread_runs;

    uv_mutex_t mutex;
    uv_cond_t wanted;
    struct job *first, **end;
    size_t queued; /* bytes that wait or are being loaded */
    bool closing;
    enum loader_state state;

    /* of the thread alone: what is loaded and not committed */
    int64_t open_rows;
    uint64_t open_bytes;
    uint64_t open_since_ns;
    uint64_t *open_by_resource;
    struct dead_letters letters; /* of the pass, so that no run passes a limit by being another */
    uint64_t old_rows;           /* that earlier runs of it have seen */
};

static void set_state(struct loader *loader, enum loader_state state)
{
    uv_mutex_lock(&loader->mutex);
    loader->state = state;
    uv_mutex_unlock(&loader->mutex);
    /* Its own failure is one, too: `stop` asks before the flow hears of it. */
    if (state == LOADER_FAILED)
        atomic_store(&loader->flow->incomplete, true);
    flow_wake(loader->flow);
}

enum loader_state loader_state(struct loader *loader)
{
    enum loader_state state;

    uv_mutex_lock(&loader->mutex);
    state = loader->state;
    uv_mutex_unlock(&loader->mutex);
    return state;
}

static uint64_t period_ns(const struct loader *loader)
{
    return loader->flow->plan->batching.period * 1000000;
}

/* How long the thread may sleep before a commit is due; UINT64_MAX: no matter. */
static uint64_t until_commit_ns(const struct loader *loader)
{
    uint64_t age;

    if (!loader->open_since_ns)
        return UINT64_MAX;
    age = uv_hrtime() - loader->open_since_ns;
    return age >= period_ns(loader) ? 0 : period_ns(loader) - age;
}

/* The next job; NULL when a commit is due or, with *ret_closed, when there are no more. */
static struct job *take(struct loader *loader, bool *ret_closed)
{
    struct job *job;

    uv_mutex_lock(&loader->mutex);
    while (!loader->first && !loader->closing) {
        uint64_t wait = until_commit_ns(loader);

        if (wait == 0)
            break;
        if (wait == UINT64_MAX)
            uv_cond_wait(&loader->wanted, &loader->mutex);
        else
            (void)uv_cond_timedwait(&loader->wanted, &loader->mutex, wait);
    }
    job = loader->first;
    if (job) {
        loader->first = job->next;
        if (!loader->first)
            loader->end = &loader->first;
    }
    *ret_closed = !job && loader->closing;
    uv_mutex_unlock(&loader->mutex);
    return job;
}

static void finish_job(struct loader *loader, struct job *job)
{
    size_t limit = loader->flow->queue_limit;
    bool was_full;

    uv_mutex_lock(&loader->mutex);
    was_full = loader->queued >= limit;
    loader->queued -= job->charged;
    was_full = was_full && loader->queued < limit;
    uv_mutex_unlock(&loader->mutex);
    job_free(job);
    if (was_full)
        flow_wake(loader->flow);
}

static void count_loaded(struct loader *loader, const struct job *job)
{
    struct flow *flow = loader->flow;
    size_t index = plan_resource_index(flow->plan, job->batch->resource);

    count(&flow->stats->resources[index].rows_loaded, job->batch->n_rows);
    loader->open_by_resource[index] += job->batch->n_rows;
    loader->open_rows += (int64_t)job->batch->n_rows;
    loader->open_bytes += job->charged;
    if (!loader->open_since_ns)
        loader->open_since_ns = uv_hrtime();
}

static void count_committed(struct loader *loader)
{
    struct flow *flow = loader->flow;

    for (size_t i = 0; i < flow->plan->n_resources; i++) {
        count(&flow->stats->resources[i].rows_committed, loader->open_by_resource[i]);
        loader->open_by_resource[i] = 0;
    }
    count(&flow->stats->commits, 1);
    loader->open_rows = 0;
    loader->open_bytes = 0;
    loader->open_since_ns = 0;
}

/* Too many rows set aside are no nuisance any more: the run fails. */
static enum weir_status judge_letters(
    struct loader *loader, const struct weir_reject *last, bool at_end)
{
    struct weir_error reason = {0};
    struct weir_error error = {0};

    /* They have been set aside once, and that was allowed. */
    if (loader->flow->plan->state.replays)
        return WEIR_OK;
    if (last)
        (void)weir_error_set(&reason, last->error.fault, last->error.code, "%s", last->error.text);
    loader->letters.last = last ? &reason : NULL;
    loader->letters.seen = loader->old_rows + stats_rows_read(loader->flow->stats);
    if (dead_letters_judge(&loader->letters, at_end, &error) == WEIR_OK)
        return WEIR_OK;
    return weir_fail_with(&loader->stage->planned->stage, &error);
}

static enum weir_status count_letters(struct loader *loader, const struct weir_batch *batch)
{
    loader->letters.set_aside += batch->n_rejects;
    return batch->n_rejects ? judge_letters(loader, batch->rejects, false) : WEIR_OK;
}

static enum weir_status load(struct loader *loader, struct job *job)
{
    struct plan_stage *planned = loader->stage->planned;
    uint64_t begin = now_us();
    enum weir_status status = planned->plugin->load(&planned->stage, job->batch);

    count(&loader->flow->stats->load_us, now_us() - begin);
    if (status == WEIR_OK || status == WEIR_END) {
        count_loaded(loader, job);
        session_note(loader->flow->session, job->batch);
        if (count_letters(loader, job->batch) != WEIR_OK)
            status = WEIR_FAIL;
    }
    return status;
}

static enum weir_status commit(struct loader *loader)
{
    struct plan_stage *planned = loader->stage->planned;
    uint64_t begin = now_us();
    enum weir_status status = WEIR_OK;

    if (planned->plugin->commit)
        status = planned->plugin->commit(&planned->stage);
    count(&loader->flow->stats->commit_us, now_us() - begin);
    if (status == WEIR_OK)
        count_committed(loader);
    return status == WEIR_OK ? WEIR_OK : WEIR_FAIL;
}

static bool commit_due(const struct loader *loader)
{
    const struct plan_batching *batching = &loader->flow->plan->batching;

    return loader->open_rows >= batching->rows || loader->open_bytes >= batching->bytes ||
           until_commit_ns(loader) == 0;
}

/* After the stage refused a batch: those before it are whole, so they are kept. */
static void keep_what_was_loaded(struct loader *loader)
{
    if (loader->open_since_ns)
        (void)commit(loader);
}

static enum loader_state load_one(struct loader *loader, struct job *job)
{
    enum weir_status status = load(loader, job);

    if (status == WEIR_OK || status == WEIR_END)
        if (commit_due(loader) && commit(loader) != WEIR_OK)
            return LOADER_FAILED;
    if (status == WEIR_OK)
        return LOADER_READY;
    if (status == WEIR_END)
        return LOADER_ENOUGH;
    keep_what_was_loaded(loader);
    return LOADER_FAILED;
}

/* Of the stage's own failure, which the flow hears of later. */
static int failed_with(struct loader *loader)
{
    int fault;

    uv_mutex_lock(&loader->flow->mutex);
    fault = (int)loader->stage->error.fault;
    uv_mutex_unlock(&loader->flow->mutex);
    return fault;
}

/*
 * The last transaction: what is loaded, and that it is all, or that it is not. Also when nothing
 * was loaded: a loader that publishes at the end does it here.
 */
static enum weir_status finish(struct loader *loader, bool failed)
{
    struct session_end end = loader->flow->end;

    /* Whoever failed without keeping state has nothing more to say. */
    if (failed && !session_is_open(loader->flow->session))
        return WEIR_OK;
    if (!failed && judge_letters(loader, NULL, true) != WEIR_OK)
        failed = true;
    end.complete = end.complete && !failed;
    end.n_rows = stats_rows_loaded(loader->flow->stats);
    if (!end.exit_code)
        end.exit_code = failed_with(loader);
    if (session_finish(loader->flow->session, &end) != WEIR_OK)
        return WEIR_FAIL;
    return commit(loader);
}

/* Until the queue is closed and empty. After a failure batches are only freed. */
static void load_until_closed(struct loader *loader)
{
    enum loader_state state = LOADER_READY;
    bool closed = false;

    while (!closed) {
        struct job *job = take(loader, &closed);

        if (job && state == LOADER_READY) {
            state = load_one(loader, job);
            if (state != LOADER_READY)
                set_state(loader, state);
        } else if (!job && !closed && commit(loader) != WEIR_OK) {
            state = LOADER_FAILED;
            set_state(loader, state);
        }
        if (job)
            finish_job(loader, job);
    }
    if (finish(loader, state == LOADER_FAILED) != WEIR_OK && state != LOADER_FAILED)
        set_state(loader, LOADER_FAILED);
}

static void discard_until_closed(struct loader *loader)
{
    bool closed = false;

    while (!closed) {
        struct job *job = take(loader, &closed);

        if (job)
            finish_job(loader, job);
    }
}

static enum weir_status open_session(struct loader *loader)
{
    struct weir_error refusal = {0};
    struct session *session = loader->flow->session;
    enum weir_status status = session_open(session, &refusal);

    loader->letters.set_aside = session_old_letters(session);
    loader->old_rows = session_old_rows(session) + session_old_letters(session);
    if (weir_error_is_set(&refusal))
        flow_host.fail(&loader->stage->planned->stage, &refusal);
    return status;
}

static void loader_run(void *arg)
{
    struct loader *loader = arg;
    struct plan_stage *planned = loader->stage->planned;
    enum weir_status status = WEIR_OK;
    bool failed;

    if (planned->plugin->start)
        status = planned->plugin->start(&planned->stage);
    if (status == WEIR_OK)
        status = open_session(loader);
    set_state(loader, status == WEIR_OK    ? LOADER_READY
                      : status == WEIR_END ? LOADER_ENOUGH
                                           : LOADER_FAILED);
    if (status == WEIR_OK)
        load_until_closed(loader);
    else
        discard_until_closed(loader);
    if (planned->plugin->stop)
        planned->plugin->stop(&planned->stage);
    failed = stage_has_failed(loader->stage);
    uv_mutex_lock(&loader->mutex);
    if (failed)
        loader->state = LOADER_FAILED;
    else if (loader->state != LOADER_FAILED)
        loader->state = LOADER_DONE;
    loader->thread_runs = false;
    uv_mutex_unlock(&loader->mutex);
    flow_wake(loader->flow);
}

struct loader *loader_new(struct flow *flow, struct flow_stage *stage)
{
    const struct plan_dead_letters *limits = &flow->plan->dead_letters;
    struct loader *loader = weir_calloc(1, sizeof(*loader));

    loader->flow = flow;
    loader->stage = stage;
    loader->end = &loader->first;
    loader->letters = (struct dead_letters){
        .max_rows = limits->max_rows,
        .max_ratio = limits->limits_ratio ? limits->max_ratio : -1,
    };
    loader->open_by_resource = weir_calloc(flow->plan->n_resources, sizeof(uint64_t));
    uv_mutex_init(&loader->mutex);
    uv_cond_init(&loader->wanted);
    loader->thread_runs = true;
    loader->has_thread = uv_thread_create(&loader->thread, loader_run, loader) == 0;
    if (!loader->has_thread) {
        struct weir_error error = {0};

        weir_error_set(&error, WEIR_FAULT_MEMORY, "E-THREAD",
            "cannot start the loader's thread; the system has no memory for it, or allows no "
            "more (ulimit -u, ulimit -v)");
        flow_host.fail(&stage->planned->stage, &error);
        loader->thread_runs = false;
        loader->state = LOADER_FAILED;
    }
    return loader;
}

void loader_push(struct loader *loader, struct job *job)
{
    bool is_full;

    job->next = NULL;
    uv_mutex_lock(&loader->mutex);
    *loader->end = job;
    loader->end = &job->next;
    loader->queued += job->charged;
    is_full = loader->queued >= loader->flow->queue_limit;
    uv_cond_signal(&loader->wanted);
    uv_mutex_unlock(&loader->mutex);
    if (is_full)
        WEIR_FAILPOINT("queue_full");
}

size_t loader_queued(struct loader *loader)
{
    size_t queued;

    uv_mutex_lock(&loader->mutex);
    queued = loader->queued;
    uv_mutex_unlock(&loader->mutex);
    return queued;
}

void loader_close(struct loader *loader)
{
    uv_mutex_lock(&loader->mutex);
    loader->closing = true;
    uv_cond_signal(&loader->wanted);
    uv_mutex_unlock(&loader->mutex);
}

bool loader_is_done(struct loader *loader)
{
    bool runs;

    uv_mutex_lock(&loader->mutex);
    runs = loader->thread_runs;
    uv_mutex_unlock(&loader->mutex);
    return !runs;
}

void loader_free(struct loader *loader)
{
    if (!loader)
        return;
    if (loader->has_thread)
        uv_thread_join(&loader->thread);
    uv_cond_destroy(&loader->wanted);
    uv_mutex_destroy(&loader->mutex);
    free(loader->open_by_resource);
    free(loader);
}
