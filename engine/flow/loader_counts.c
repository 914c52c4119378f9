/* What the loader has taken, loaded and committed, and whether it set too much of it aside. */
#include "loader.h"

static uint64_t period_ns(const struct loader *loader)
{
    return loader->flow->plan->batching.period * 1000000;
}

uint64_t until_commit_ns(const struct loader *loader)
{
    uint64_t age;

    if (!loader->open_since_ns)
        return UINT64_MAX;
    age = uv_hrtime() - loader->open_since_ns;
    return age >= period_ns(loader) ? 0 : period_ns(loader) - age;
}

bool commit_is_due(const struct loader *loader)
{
    const struct plan_batching *batching = &loader->flow->plan->batching;

    return loader->open_rows >= batching->rows || loader->open_bytes >= batching->bytes ||
           until_commit_ns(loader) == 0;
}

void count_taken(struct loader *loader, const struct job *job)
{
    loader->open_rows += (int64_t)job->batch->n_rows;
    loader->open_bytes += job->charged;
    if (!loader->open_since_ns)
        loader->open_since_ns = uv_hrtime();
}

enum weir_status judge_letters(struct loader *loader, const struct weir_reject *last, bool at_end)
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

/* What a plugin has kept it commits by itself, and gives back behind that: a commit that fails later
 * takes nothing of it away. */
static void count_rows(struct loader *loader, const struct job *job)
{
    size_t index = plan_resource_index(loader->flow->plan, job->batch->resource);
    struct resource_stats *stats = &loader->flow->stats->resources[index];
    uint64_t n_rows = job->batch->n_rows;

    count(&stats->rows_loaded, n_rows);
    if (job->fate == FATE_LOADED)
        count(&stats->rows_committed, n_rows);
    else
        loader->open_by_resource[index] += n_rows;
}

enum weir_status count_loaded(struct loader *loader, const struct job *job)
{
    const struct weir_batch *batch = job->batch;
    struct flow *flow = loader->flow;

    count_rows(loader, job);
    session_note(flow->session, batch);
    loader->letters.set_aside += batch->n_rejects;
    return batch->n_rejects ? judge_letters(loader, batch->rejects, false) : WEIR_OK;
}

void count_committed(struct loader *loader)
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
