/*
 * What the loader does next: start, open the session, load, commit when it is due,
 * and in the end finish, commit, stop.
 *
 * Each step can be left where a callback answers WEIR_AGAIN, and is entered again
 * with the same arguments.
 */
#include "loader.h"

static void set_state(struct loader *loader, enum loader_state state)
{
    atomic_store(&loader->state, state);
    /* Its own failure is one, too: `stop` asks before the flow hears of it. */
    if (state == LOADER_FAILED)
        atomic_store(&loader->flow->incomplete, true);
    flow_wake(loader->flow);
}

/* What is loaded up to here is whole, so it is kept. */
static void fail(struct loader *loader)
{
    set_state(loader, LOADER_FAILED);
    loader->step = loader->open_since_ns ? STEP_COMMIT : STEP_NEXT;
}

/* A thread has nothing to do meanwhile that could change the answer. */
static enum weir_status heard(struct loader *loader, enum weir_status status)
{
    if (status != WEIR_AGAIN || loader->on_loop)
        return status;
    return weir_fail(&loader->stage->planned->stage, WEIR_FAULT_PLUGIN, "E-PLUGIN",
        "it answered WEIR_AGAIN, which only a loader with WEIR_ON_LOOP may");
}

/* --- the start ---------------------------------------------------------------------------- */

static enum loader_pause start(struct loader *loader)
{
    struct plan_stage *planned = loader->stage->planned;
    enum weir_status status = WEIR_OK;

    if (planned->plugin->start)
        status = heard(loader, planned->plugin->start(&planned->stage));
    if (status == WEIR_AGAIN)
        return PAUSE_FOR_WAKE;
    if (status == WEIR_OK)
        loader->step = STEP_OPEN;
    else
        fail(loader);
    return PAUSE_NONE;
}

static enum loader_pause open_state(struct loader *loader)
{
    struct weir_error refusal = {0};
    struct session *session = loader->flow->session;
    enum weir_status status = heard(loader, session_open(session, &refusal));

    if (status == WEIR_AGAIN)
        return PAUSE_FOR_WAKE;
    if (weir_error_is_set(&refusal))
        flow_host.fail(&loader->stage->planned->stage, &refusal);
    loader->letters.set_aside = session_old_letters(session);
    loader->old_rows = session_old_rows(session) + session_old_letters(session);
    loader->may_finish = status == WEIR_OK;
    loader->step = STEP_NEXT;
    set_state(loader, status == WEIR_OK    ? LOADER_READY
                      : status == WEIR_END ? LOADER_ENOUGH
                                           : LOADER_FAILED);
    return PAUSE_NONE;
}

/* --- batches ------------------------------------------------------------------------------ */

static enum loader_pause load(struct loader *loader)
{
    struct plan_stage *planned = loader->stage->planned;
    enum weir_status status =
        heard(loader, planned->plugin->load(&planned->stage, loader->job->batch));

    if (status == WEIR_AGAIN)
        return PAUSE_FOR_WAKE;
    count(&loader->flow->stats->load_us, now_us() - loader->begun_us);
    loader->step = STEP_NEXT;
    if (status != WEIR_OK && status != WEIR_END) {
        refuse_job(loader);
        fail(loader);
    } else if (settle_job(loader) != WEIR_OK) {
        fail(loader);
    } else if (status == WEIR_END) {
        set_state(loader, LOADER_ENOUGH);
    }
    return PAUSE_NONE;
}

static enum loader_pause commit_and_go_to(struct loader *loader, enum loader_step step)
{
    struct plan_stage *planned = loader->stage->planned;
    enum weir_status status = WEIR_OK;

    if (planned->plugin->commit)
        status = heard(loader, planned->plugin->commit(&planned->stage));
    if (status == WEIR_AGAIN)
        return PAUSE_FOR_WAKE;
    count(&loader->flow->stats->commit_us, now_us() - loader->begun_us);
    if (status == WEIR_OK)
        status = check_nothing_kept(loader);
    if (status == WEIR_OK)
        count_committed(loader);
    else
        set_state(loader, LOADER_FAILED);
    loader->step = step;
    return PAUSE_NONE;
}

static enum loader_pause commit(struct loader *loader)
{
    return commit_and_go_to(loader, STEP_NEXT);
}

/* After a failure batches are only freed, and so they are when it has enough. */
static enum loader_pause take(struct loader *loader)
{
    struct job *job = queue_take(&loader->queue);

    if (!job)
        return PAUSE_FOR_WORK;
    if (loader_state(loader) == LOADER_READY) {
        loader->job = job;
        loader->step = STEP_LOAD;
    } else {
        queue_release(&loader->queue, job);
    }
    return PAUSE_NONE;
}

/* How the run ended is told when it is known what became of each batch. */
static enum loader_step first_of_the_end(struct loader *loader)
{
    if (!loader->may_finish)
        return STEP_STOP;
    return loader->kept && loader_state(loader) != LOADER_FAILED ? STEP_COMMIT : STEP_FINISH;
}

static enum loader_pause next(struct loader *loader)
{
    if (loader_state(loader) == LOADER_READY && stage_has_failed(loader->stage))
        fail(loader);
    else if (loader_state(loader) == LOADER_READY && commit_is_due(loader))
        loader->step = STEP_COMMIT;
    else if (queue_is_over(&loader->queue))
        loader->step = first_of_the_end(loader);
    else
        return take(loader);
    return PAUSE_NONE;
}

/* --- the end ------------------------------------------------------------------------------ */

/* Of the stage's own failure, which the flow hears of later. */
static int failed_with(struct loader *loader)
{
    int fault;

    uv_mutex_lock(&loader->flow->mutex);
    fault = (int)loader->stage->error.fault;
    uv_mutex_unlock(&loader->flow->mutex);
    return fault;
}

static void judge_end(struct loader *loader)
{
    bool failed = loader_state(loader) == LOADER_FAILED;
    struct session_end *end = &loader->end;

    if (!failed && judge_letters(loader, NULL, true) != WEIR_OK)
        failed = true;
    *end = loader->flow->end;
    end->complete = end->complete && !failed;
    end->n_rows = stats_rows_loaded(loader->flow->stats);
    if (!end->exit_code)
        end->exit_code = failed_with(loader);
    loader->is_judged = true;
}

/*
 * The last transaction: what is loaded, and that it is all, or that it is not. Also when nothing
 * was loaded: a loader that publishes at the end does it here.
 */
static enum loader_pause finish(struct loader *loader)
{
    struct session *session = loader->flow->session;
    enum weir_status status;

    /* Whoever failed without keeping state has nothing more to say. */
    if (loader_state(loader) == LOADER_FAILED && !session_is_open(session)) {
        loader->step = STEP_STOP;
        return PAUSE_NONE;
    }
    if (!loader->is_judged)
        judge_end(loader);
    status = heard(loader, session_finish(session, &loader->end));
    if (status == WEIR_AGAIN)
        return PAUSE_FOR_WAKE;
    loader->step = status == WEIR_OK ? STEP_LAST_COMMIT : STEP_STOP;
    /* That the pass is abandoned is durable, and so is what was loaded before it. */
    if (status == WEIR_REJECT)
        count_committed(loader);
    if (status != WEIR_OK)
        set_state(loader, LOADER_FAILED);
    return PAUSE_NONE;
}

static enum loader_pause commit_at_last(struct loader *loader)
{
    enum loader_pause pause = commit_and_go_to(loader, STEP_STOP);

    if (pause == PAUSE_NONE && loader_state(loader) == LOADER_FAILED)
        session_stays_open(loader->flow->session);
    return pause;
}

static enum loader_pause stop(struct loader *loader)
{
    struct plan_stage *planned = loader->stage->planned;

    if (planned->plugin->stop)
        planned->plugin->stop(&planned->stage);
    free_kept(loader);
    if (stage_has_failed(loader->stage))
        set_state(loader, LOADER_FAILED);
    else if (loader_state(loader) != LOADER_FAILED)
        set_state(loader, LOADER_DONE);
    loader->step = STEP_OVER;
    return PAUSE_NONE;
}

/* --- all of them -------------------------------------------------------------------------- */

static enum loader_pause (*const steps[])(struct loader *loader) = {
    [STEP_START] = start,
    [STEP_OPEN] = open_state,
    [STEP_NEXT] = next,
    [STEP_LOAD] = load,
    [STEP_COMMIT] = commit,
    [STEP_FINISH] = finish,
    [STEP_LAST_COMMIT] = commit_at_last,
    [STEP_STOP] = stop,
};

enum loader_pause loader_go(struct loader *loader)
{
    enum loader_pause pause = PAUSE_NONE;

    if (loader->waits && !atomic_exchange(&loader->woken, false))
        return PAUSE_FOR_WAKE;
    while (loader->step != STEP_OVER && pause == PAUSE_NONE) {
        if (!loader->waits)
            loader->begun_us = now_us();
        atomic_store(&loader->woken, false);
        pause = steps[loader->step](loader);
        loader->waits = pause == PAUSE_FOR_WAKE;
    }
    return loader->step == STEP_OVER ? PAUSE_FOR_EVER : pause;
}
