#include "workers.h"

#include <stdbool.h>
#include <stdlib.h>
#include <uv.h>
#include <weir/arena.h>

enum { STACK_SIZE = 1 << 20 };

struct workers {
    uv_mutex_t mutex;
    uv_cond_t wanted;
    struct work *first, *last;
    bool closing;
    unsigned n_threads;
    uv_thread_t threads[];
};

/* The oldest piece of work; NULL when there is none and there will be none. */
static struct work *take(struct workers *workers)
{
    struct work *work;

    uv_mutex_lock(&workers->mutex);
    while (!workers->first && !workers->closing)
        uv_cond_wait(&workers->wanted, &workers->mutex);
    work = workers->first;
    if (work)
        workers->first = work->next;
    uv_mutex_unlock(&workers->mutex);
    return work;
}

static void work_until_closed(void *arg)
{
    struct workers *workers = arg;
    struct work *work;

    while ((work = take(workers)))
        work->run(work);
}

struct workers *workers_new(unsigned n_threads)
{
    uv_thread_options_t options = {.flags = UV_THREAD_HAS_STACK_SIZE, .stack_size = STACK_SIZE};
    struct workers *workers =
        weir_calloc(1, sizeof(*workers) + n_threads * sizeof(workers->threads[0]));

    uv_mutex_init(&workers->mutex);
    uv_cond_init(&workers->wanted);
    for (unsigned i = 0; i < n_threads; i++) {
        if (uv_thread_create_ex(&workers->threads[i], &options, work_until_closed, workers) != 0)
            break;
        workers->n_threads++;
    }
    if (!workers->n_threads) {
        workers_free(workers);
        return NULL;
    }
    return workers;
}

void workers_submit(struct workers *workers, struct work *work)
{
    work->next = NULL;
    uv_mutex_lock(&workers->mutex);
    if (workers->first)
        workers->last->next = work;
    else
        workers->first = work;
    workers->last = work;
    uv_cond_signal(&workers->wanted);
    uv_mutex_unlock(&workers->mutex);
}

void workers_free(struct workers *workers)
{
    if (!workers)
        return;
    uv_mutex_lock(&workers->mutex);
    workers->closing = true;
    uv_cond_broadcast(&workers->wanted);
    uv_mutex_unlock(&workers->mutex);
    for (unsigned i = 0; i < workers->n_threads; i++)
        uv_thread_join(&workers->threads[i]);
    uv_cond_destroy(&workers->wanted);
    uv_mutex_destroy(&workers->mutex);
    free(workers);
}
