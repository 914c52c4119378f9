/* The transforms of one batch, one behind the other. */
#include "inside.h"

static void count_rows(struct row_counts *counts, size_t before, size_t after)
{
    if (after < before)
        counts->filtered += before - after;
    else
        counts->added += after - before;
}

static enum weir_status transform(struct flow_stage *stage, struct weir_batch *batch)
{
    const struct weir_plugin *plugin = stage->planned->plugin;
    bool alone = plugin->threading != WEIR_IN_PARALLEL;
    enum weir_status status;

    if (alone)
        uv_mutex_lock(&stage->entry);
    status = plugin->transform(&stage->planned->stage, batch);
    if (alone)
        uv_mutex_unlock(&stage->entry);
    return status;
}

/* Rows that are set aside go no further. */
enum weir_status transforms_pass(
    struct job *job, struct weir_batch *batch, struct row_counts *counts)
{
    struct plan *plan = job->flow->plan;
    size_t index = plan_resource_index(plan, batch->resource);

    weir_batch_drop_rejected(batch);
    for (; batch->stage < plan->n_transforms; batch->stage++) {
        struct flow_stage *stage = &job->flow->transforms[batch->stage];
        size_t before = batch->n_rows;

        if (!before || !stage->planned->takes[index])
            continue;
        if (transform(stage, batch) != WEIR_OK) {
            job->failed = stage;
            return WEIR_FAIL;
        }
        count_rows(counts, before, batch->n_rows);
        weir_batch_drop_rejected(batch);
    }
    return WEIR_OK;
}

enum weir_status transforms_run(struct job *job)
{
    struct flow *flow = job->flow;
    size_t index = plan_resource_index(flow->plan, job->batch->resource);
    struct resource_stats *stats = &flow->stats->resources[index];
    struct row_counts counts = {0};
    uint64_t begin = now_us();
    enum weir_status status;

    weir_batch_drop_rejected(job->batch);
    status = search_is_possible(job) ? search_while_passing(job, &counts)
                                     : transforms_pass(job, job->batch, &counts);
    count(&stats->rows_filtered, counts.filtered);
    count(&stats->rows_added, counts.added);
    if (flow->plan->n_transforms)
        count(&flow->stats->transform_us, now_us() - begin);
    return status;
}
