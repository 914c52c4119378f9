/* Where the loader's steps run: on a thread of their own, where the plugin may block, or on the
 * loop, where it may not. */
#include "loader.h"

#include <stdlib.h>

#include <weir/failpoint.h>

/* For PAUSE_FOR_WORK. */
static uint64_t wait_ns(struct loader *loader)
{
    return loader_state(loader) == LOADER_READY ? until_commit_ns(loader) : UINT64_MAX;
}

/* --- on a thread -------------------------------------------------------------------------- */

static void run_on_thread(void *arg)
{
    struct loader *loader = arg;

    while (loader_go(loader) != PAUSE_FOR_EVER)
        queue_wait(&loader->queue, wait_ns(loader));
    queue_end(&loader->queue, loader->flow);
}

static void start_thread(struct loader *loader)
{
    struct weir_error error = {0};

    loader->has_thread = uv_thread_create(&loader->thread, run_on_thread, loader) == 0;
    if (loader->has_thread)
        return;
    weir_error_set(&error, WEIR_FAULT_MEMORY, "E-THREAD",
        "cannot start the loader's thread; the system has no memory for it, or allows no "
        "more (ulimit -u, ulimit -v)");
    flow_host.fail(&loader->stage->planned->stage, &error);
    atomic_store(&loader->state, LOADER_FAILED);
    queue_end(&loader->queue, loader->flow);
}

/* --- on the loop -------------------------------------------------------------------------- */

static void on_due(uv_timer_t *timer)
{
    flow_wake(((struct loader *)timer->data)->flow);
}

static void set_timer(struct loader *loader, uint64_t ns)
{
    if (ns == UINT64_MAX)
        uv_timer_stop(&loader->due);
    else
        uv_timer_start(&loader->due, on_due, ns / 1000000 + 1, 0);
}

void loader_pump(struct loader *loader)
{
    enum loader_pause pause;

    if (!loader->on_loop || loader_is_done(loader))
        return;
    pause = loader_go(loader);
    set_timer(loader, pause == PAUSE_FOR_WORK ? wait_ns(loader) : UINT64_MAX);
    if (pause == PAUSE_FOR_EVER)
        queue_end(&loader->queue, loader->flow);
}

void loader_wake(struct loader *loader)
{
    atomic_store(&loader->woken, true);
    flow_wake(loader->flow);
}

void loader_close_handles(struct loader *loader)
{
    if (loader->on_loop)
        uv_close((uv_handle_t *)&loader->due, NULL);
}

/* --- both --------------------------------------------------------------------------------- */

struct loader *loader_new(struct flow *flow, struct flow_stage *stage)
{
    const struct plan_dead_letters *limits = &flow->plan->dead_letters;
    struct loader *loader = weir_calloc(1, sizeof(*loader));

    loader->flow = flow;
    loader->stage = stage;
    loader->kept_end = &loader->kept;
    loader->letters = (struct dead_letters){
        .max_rows = limits->max_rows,
        .max_ratio = limits->limits_ratio ? limits->max_ratio : -1,
    };
    loader->open_by_resource = weir_calloc(flow->plan->n_resources, sizeof(uint64_t));
    loader->on_loop = stage->planned->plugin->threading == WEIR_ON_LOOP;
    queue_init(&loader->queue);
    return loader;
}

void loader_start(struct loader *loader)
{
    if (!loader->on_loop) {
        start_thread(loader);
        return;
    }
    uv_timer_init(&loader->flow->loop, &loader->due);
    loader->due.data = loader;
}

enum loader_state loader_state(struct loader *loader)
{
    return (enum loader_state)atomic_load(&loader->state);
}

void loader_push(struct loader *loader, struct job *job)
{
    if (queue_push(&loader->queue, job) >= loader->flow->queue_limit)
        WEIR_FAILPOINT("queue_full");
}

size_t loader_queued(struct loader *loader)
{
    return queue_held(&loader->queue);
}

void loader_close(struct loader *loader)
{
    queue_close(&loader->queue);
    if (loader->on_loop)
        flow_wake(loader->flow);
}

bool loader_is_done(struct loader *loader)
{
    return queue_has_ended(&loader->queue);
}

void loader_free(struct loader *loader)
{
    if (!loader)
        return;
    if (loader->has_thread)
        uv_thread_join(&loader->thread);
    queue_done(&loader->queue);
    free(loader->open_by_resource);
    free(loader);
}
