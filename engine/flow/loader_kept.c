/* Batches that the plugin keeps behind `load`, and gives back when it knows what became of them. */
#include "loader.h"

#include <inttypes.h>

/* The steps look at what stages have failed with before they go on. */
static void tell_bug(struct loader *loader, const char *what)
{
    (void)weir_fail(&loader->stage->planned->stage, WEIR_FAULT_BUG, "E-BUG", "%s", what);
    loader_wake(loader);
}

static bool is_being_loaded(const struct loader *loader, const struct weir_batch *batch)
{
    return loader->job && loader->job->batch == batch;
}

void loader_keep(struct loader *loader, struct weir_batch *batch)
{
    if (!loader->on_loop)
        tell_bug(loader, "it keeps a batch, which only a loader with WEIR_ON_LOOP may");
    else if (!is_being_loaded(loader, batch))
        tell_bug(loader, "it keeps a batch that it is not loading");
    else
        loader->job->fate = FATE_KEPT;
}

/* Whatever waits the longest stands first, and most often is what is looked for. */
static struct job *take_kept(struct loader *loader, const struct weir_batch *batch)
{
    for (struct job **at = &loader->kept; *at; at = &(*at)->next)
        if ((*at)->batch == batch) {
            struct job *job = *at;

            *at = job->next;
            if (!*at)
                loader->kept_end = at;
            return job;
        }
    return NULL;
}

/* What became of the job is known, and it is no longer of use. */
static enum weir_status end_job(struct loader *loader, struct job *job)
{
    enum weir_status status = WEIR_OK;

    if (job->fate == FATE_DROPPED)
        loader->n_dropped++;
    else
        status = count_loaded(loader, job);
    queue_release(&loader->queue, job);
    return status;
}

static void give_back(struct loader *loader, struct weir_batch *batch, enum job_fate fate)
{
    struct job *job;

    /* `load` has not returned yet, and goes on to look at it. */
    if (is_being_loaded(loader, batch) && loader->job->fate == FATE_KEPT) {
        loader->job->fate = fate;
        return;
    }
    job = take_kept(loader, batch);
    if (!job) {
        tell_bug(loader, "it gives back a batch that it does not keep");
        return;
    }
    job->fate = fate;
    if (end_job(loader, job) != WEIR_OK)
        loader_wake(loader);
}

void loader_loaded(struct loader *loader, struct weir_batch *batch)
{
    give_back(loader, batch, FATE_LOADED);
}

void loader_dropped(struct loader *loader, struct weir_batch *batch)
{
    give_back(loader, batch, FATE_DROPPED);
}

enum weir_status settle_job(struct loader *loader)
{
    struct job *job = loader->job;

    loader->job = NULL;
    count_taken(loader, job);
    if (job->fate != FATE_KEPT)
        return end_job(loader, job);
    *loader->kept_end = job;
    loader->kept_end = &job->next;
    return WEIR_OK;
}

void refuse_job(struct loader *loader)
{
    struct job *job = loader->job;

    loader->job = NULL;
    queue_release(&loader->queue, job);
}

/* A batch that is lost without a word would be missing from what is called complete. */
enum weir_status check_nothing_kept(struct loader *loader)
{
    uint64_t n_dropped = loader->n_dropped;

    loader->n_dropped = 0;
    if (loader->kept)
        return weir_fail(&loader->stage->planned->stage, WEIR_FAULT_BUG, "E-BUG",
            "it has committed, and keeps batches of which it does not say what became of them");
    if (n_dropped && !atomic_load(&loader->flow->incomplete) && !stage_has_failed(loader->stage))
        return weir_fail(&loader->stage->planned->stage, WEIR_FAULT_BUG, "E-BUG",
            "it has committed, and lost %" PRIu64 " batches without an error", n_dropped);
    return WEIR_OK;
}

void free_kept(struct loader *loader)
{
    while (loader->kept) {
        struct job *job = loader->kept;

        loader->kept = job->next;
        queue_release(&loader->queue, job);
    }
}
