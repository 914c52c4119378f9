/*
 * `where`: rows of a resource for which its condition is true, before anything
 * else is done to them.
 *
 * A row for which it cannot be computed is a bad one. Where the resource sets such
 * aside, they are searched for in halves: a condition that fails has changed nothing.
 */
#include "inside.h"

#include <weir/sql.h>

struct looking {
    struct job *job;
    struct weir_batch start; /* the rows' numbers are those of the batch */
    struct weir_error error; /* of the last rows that failed */
};

static bool passes(struct looking *looking, size_t first, size_t n)
{
    struct weir_arena *scratch = weir_arena_new();
    struct weir_batch *part = weir_batch_part(&looking->start, first, n, scratch);
    enum weir_status status;

    looking->error = (struct weir_error){0};
    status = weir_sql_run(looking->job->batch->resource->engine, part, &looking->error);
    weir_arena_free(scratch);
    return status == WEIR_OK;
}

static void set_aside(const struct looking *looking, size_t row)
{
    struct weir_error error = {0};

    (void)weir_error_set(
        &error, looking->error.fault, looking->error.code, "where: %s", looking->error.text);
    weir_batch_reject(looking->job->batch, row, NULL, &error);
}

/* These rows have failed together. */
static enum weir_status split(struct looking *looking, size_t first, size_t n)
{
    const size_t halves[] = {n / 2, n - n / 2};

    if (!error_may_be_of_a_row(&looking->error) || atomic_load(&looking->job->flow->stopping))
        return WEIR_FAIL;
    if (n == 1) {
        set_aside(looking, first);
        return WEIR_OK;
    }
    for (int i = 0; i < 2; i++) {
        if (!passes(looking, first, halves[i]) && split(looking, first, halves[i]) != WEIR_OK)
            return WEIR_FAIL;
        first += halves[i];
    }
    return WEIR_OK;
}

static enum weir_status run(struct job *job, struct weir_error *error)
{
    struct weir_batch *batch = job->batch;
    struct looking looking = {.job = job};

    if (weir_sql_run(batch->resource->engine, batch, error) == WEIR_OK)
        return WEIR_OK;
    if (!batch->resource->sets_aside)
        return WEIR_FAIL;
    looking.start = weir_batch_snapshot(batch);
    looking.error = *error;
    if (split(&looking, 0, batch->n_rows) != WEIR_OK)
        return WEIR_FAIL;
    weir_batch_drop_rejected(batch);
    *error = (struct weir_error){0};
    return weir_sql_run(batch->resource->engine, batch, error);
}

enum weir_status where_run(struct job *job)
{
    struct weir_batch *batch = job->batch;
    struct flow_stage *extractor = &job->flow->extract;
    size_t index = plan_resource_index(job->flow->plan, batch->resource);
    struct weir_error error = {0};
    size_t before, n_rejects;

    /* Rows that were set aside behind it have passed it already. */
    if (!batch->resource->engine || batch->stage || !batch->n_rows)
        return WEIR_OK;
    weir_batch_drop_rejected(batch);
    before = batch->n_rows;
    n_rejects = batch->n_rejects;
    if (run(job, &error) != WEIR_OK) {
        (void)weir_fail(&extractor->planned->stage, error.fault, error.code,
            "resource '%s', where: %s", batch->resource->name, error.text);
        job->failed = extractor;
        return WEIR_FAIL;
    }
    count(&job->flow->stats->resources[index].rows_filtered,
        before - batch->n_rows - (batch->n_rejects - n_rejects));
    return WEIR_OK;
}
