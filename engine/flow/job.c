/* A batch on a worker: extract where that may block, decode, and what is done to its rows. */
#include "inside.h"

#include "state/marks_take.h"

#include <stdlib.h>

static enum weir_status fail_at(struct job *job, struct flow_stage *stage)
{
    job->failed = stage;
    return WEIR_FAIL;
}

/*
 * The extractor is free for its next batch as soon as this one is out, unless it
 * is to hear of this one before.
 */
static void free_extractor(struct job *job)
{
    if (job->flow->extract.planned->plugin->decoded)
        return;
    job->extracts = false;
    atomic_store(&job->flow->extract_busy, false);
    flow_wake(job->flow);
}

static enum weir_status extract(struct job *job)
{
    struct flow_stage *stage = &job->flow->extract;
    enum weir_status status = stage->planned->plugin->extract(&stage->planned->stage, job->batch);

    if (status == WEIR_OK)
        free_extractor(job);
    else if (status != WEIR_END && status != WEIR_AGAIN)
        status = fail_at(job, stage);
    return status;
}

static enum weir_status decode(struct job *job)
{
    struct flow_stage *stage = &job->flow->extract;
    const struct weir_plugin *plugin = stage->planned->plugin;
    uint64_t begin = now_us();
    enum weir_status status = WEIR_OK;

    if (plugin->decode)
        status = plugin->decode(&stage->planned->stage, job->batch);
    count(&job->flow->stats->decode_us, now_us() - begin);
    return status == WEIR_OK ? WEIR_OK : fail_at(job, stage);
}

static void count_read(struct job *job)
{
    size_t index = plan_resource_index(job->flow->plan, job->batch->resource);

    count(&job->flow->stats->resources[index].rows_read, job->batch->n_rows);
}

/* Rows that are not new are gone behind this. */
static enum weir_status read_marks(struct job *job)
{
    struct flow_stage *extractor = &job->flow->extract;
    size_t index = plan_resource_index(job->flow->plan, job->batch->resource);
    size_t before = job->batch->n_rows;

    if (!job->batch->resource->incremental)
        return WEIR_OK;
    if (marks_take(session_marks(job->flow->session), &extractor->planned->stage, job->batch) !=
        WEIR_OK)
        return fail_at(job, extractor);
    count(&job->flow->stats->resources[index].rows_filtered, before - job->batch->n_rows);
    return WEIR_OK;
}

/* Where the chains that its rows open are found. */
static enum weir_status tell_chosen(struct job *job)
{
    struct flow_stage *extractor = &job->flow->extract;
    const struct weir_plugin *plugin = extractor->planned->plugin;

    if (!plugin->chosen || !job->batch->resource->n_children)
        return WEIR_OK;
    weir_batch_drop_rejected(job->batch);
    if (plugin->chosen(&extractor->planned->stage, job->batch) != WEIR_OK)
        return fail_at(job, extractor);
    return WEIR_OK;
}

/* Its units go on, for what they open. */
static void drop_rows(struct weir_batch *batch)
{
    weir_batch_keep(batch, weir_new_array(batch->arena, batch->n_rows, bool));
}

/* What was decoded, on its way to the loader. */
static enum weir_status refine(struct job *job)
{
    struct weir_batch *batch = job->batch;
    enum weir_status status;

    count_read(job);
    if (batch->resource->sets_aside)
        weir_batch_remember(batch);
    status = read_marks(job);
    if (status == WEIR_OK)
        status = where_run(job);
    if (status == WEIR_OK)
        status = tell_chosen(job);
    if (batch->resource->is_walked)
        drop_rows(batch);
    if (status == WEIR_OK)
        status = transforms_run(job);
    weir_batch_drop_rejected(batch);
    if (status == WEIR_OK)
        weir_batch_fit(batch);
    return status;
}

/* In a stage's name, so that whoever was refused some hears of the room. */
static void give_back(struct flow *flow, size_t bytes)
{
    flow_host.release(&flow->extract.planned->stage, bytes);
}

/* What a batch holds has changed; the budget learns by how much. */
static void charge(struct job *job)
{
    size_t size = weir_arena_size(job->batch->arena);

    if (size > job->charged)
        budget_add(&job->flow->budget, size - job->charged);
    else
        give_back(job->flow, job->charged - size);
    job->charged = size;
}

static void job_run(struct work *work)
{
    struct job *job = (struct job *)work;
    struct flow *flow = job->flow;
    enum weir_status status = WEIR_OK;

    if (job->extracts)
        status = extract(job);
    if (status == WEIR_OK && !job->batch->resource) {
        struct weir_error error = {0};

        weir_error_set(&error, WEIR_FAULT_PLUGIN, "E-PLUGIN",
            "it gave a batch without saying of which resource");
        flow_host.fail(&flow->extract.planned->stage, &error);
        status = fail_at(job, &flow->extract);
    }
    if (status == WEIR_OK)
        status = decode(job);
    if (status == WEIR_OK)
        status = refine(job);
    charge(job);
    job->status = status;
    /* Once it is done the loop may free it at any time. */
    atomic_store_explicit(&job->done, true, memory_order_release);
    flow_wake(flow);
}

struct job *job_new(struct flow *flow, struct weir_batch *batch, bool extracts)
{
    struct job *job = weir_calloc(1, sizeof(*job));

    job->work.run = job_run;
    job->flow = flow;
    job->batch = batch;
    job->extracts = extracts;
    charge(job);
    return job;
}

void job_free(struct job *job)
{
    struct flow *flow = job->flow;
    size_t charged = job->charged;

    weir_batch_free(job->batch);
    free(job);
    give_back(flow, charged);
}
