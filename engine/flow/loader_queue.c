/* The queue in front of the loader: jobs in order, and the bytes that they hold. */
#include "loader.h"

void queue_init(struct loader_queue *queue)
{
    uv_mutex_init(&queue->mutex);
    uv_cond_init(&queue->changed);
    queue->end = &queue->first;
}

void queue_done(struct loader_queue *queue)
{
    uv_cond_destroy(&queue->changed);
    uv_mutex_destroy(&queue->mutex);
}

size_t queue_push(struct loader_queue *queue, struct job *job)
{
    size_t held;

    job->next = NULL;
    uv_mutex_lock(&queue->mutex);
    *queue->end = job;
    queue->end = &job->next;
    queue->held += job->charged;
    held = queue->held;
    uv_cond_signal(&queue->changed);
    uv_mutex_unlock(&queue->mutex);
    return held;
}

struct job *queue_take(struct loader_queue *queue)
{
    struct job *job;

    uv_mutex_lock(&queue->mutex);
    job = queue->first;
    if (job) {
        queue->first = job->next;
        if (!queue->first)
            queue->end = &queue->first;
        job->next = NULL;
    }
    uv_mutex_unlock(&queue->mutex);
    return job;
}

void queue_release(struct loader_queue *queue, struct job *job)
{
    size_t limit = job->flow->queue_limit;
    struct flow *flow = job->flow;
    bool was_full;

    uv_mutex_lock(&queue->mutex);
    was_full = queue->held >= limit;
    queue->held -= job->charged;
    was_full = was_full && queue->held < limit;
    uv_mutex_unlock(&queue->mutex);
    job_free(job);
    if (was_full)
        flow_wake(flow);
}

size_t queue_held(struct loader_queue *queue)
{
    size_t held;

    uv_mutex_lock(&queue->mutex);
    held = queue->held;
    uv_mutex_unlock(&queue->mutex);
    return held;
}

void queue_close(struct loader_queue *queue)
{
    uv_mutex_lock(&queue->mutex);
    queue->closed = true;
    uv_cond_signal(&queue->changed);
    uv_mutex_unlock(&queue->mutex);
}

bool queue_is_over(struct loader_queue *queue)
{
    bool over;

    uv_mutex_lock(&queue->mutex);
    over = queue->closed && !queue->first;
    uv_mutex_unlock(&queue->mutex);
    return over;
}

void queue_end(struct loader_queue *queue, struct flow *flow)
{
    uv_mutex_lock(&queue->mutex);
    queue->over = true;
    flow_wake(flow);
    uv_mutex_unlock(&queue->mutex);
}

bool queue_has_ended(struct loader_queue *queue)
{
    bool over;

    uv_mutex_lock(&queue->mutex);
    over = queue->over;
    uv_mutex_unlock(&queue->mutex);
    return over;
}

void queue_wait(struct loader_queue *queue, uint64_t ns)
{
    uv_mutex_lock(&queue->mutex);
    while (!queue->first && !queue->closed) {
        if (ns == UINT64_MAX)
            uv_cond_wait(&queue->changed, &queue->mutex);
        else if (uv_cond_timedwait(&queue->changed, &queue->mutex, ns) != 0)
            break;
    }
    uv_mutex_unlock(&queue->mutex);
}
