/*
 * The search for the rows that make a transform fail.
 *
 * Where a resource sets bad rows aside, and each transform looks at each row for
 * itself, a batch that fails is tried again in halves, and so on down to single
 * rows. Trials are made of the rows as they came and are thrown away; what goes
 * well is done once more for good, since transforms give the same for the same.
 */
#include "inside.h"

#include <string.h>

/* One batch under search. */
struct search {
    struct job *job;
    struct weir_batch start; /* as it was before the first transform */
    struct weir_error error; /* of the last trial that failed, at job->failed */
    struct row_counts good;  /* of what was done for good */
};

/* What fails is kept here, and is no error of the stage yet. */
static enum weir_status try_to_pass(
    struct search *search, struct weir_batch *batch, struct row_counts *counts)
{
    enum weir_status status;

    search->error = (struct weir_error){0};
    host_try(&search->error);
    status = transforms_pass(search->job, batch, counts);
    host_try(NULL);
    return status;
}

/* It may take a while, and a run that is being stopped does not wait for it. */
static bool was_stopped(struct search *search)
{
    if (!atomic_load(&search->job->flow->stopping))
        return false;
    search->error = (struct weir_error){0};
    weir_error_set(&search->error, WEIR_FAULT_NONE, "E-STOPPED",
        "the search for the rows at fault was ended, because the run is");
    return true;
}

static enum weir_status try_part(struct search *search, size_t first, size_t n)
{
    struct weir_arena *scratch;
    struct weir_batch *part;
    struct row_counts counts = {0};
    enum weir_status status = WEIR_FAIL;

    if (was_stopped(search))
        return WEIR_FAIL;
    scratch = weir_arena_new();
    part = weir_batch_part(&search->start, first, n, scratch);
    status = try_to_pass(search, part, &counts);
    weir_arena_free(scratch);
    return status;
}

static enum weir_status keep_part(struct search *search, size_t first, size_t n)
{
    struct weir_batch *batch = search->job->batch;
    struct weir_batch *part = weir_batch_part(&search->start, first, n, batch->arena);

    if (try_to_pass(search, part, &search->good) != WEIR_OK)
        return WEIR_FAIL;
    weir_batch_append(batch, part);
    return WEIR_OK;
}

static void set_row_aside(struct search *search, size_t row)
{
    struct weir_error error = {0};

    weir_error_set(&error, search->error.fault, search->error.code, "%s: %s",
        search->job->failed->planned->stage.name, search->error.text);
    weir_batch_leave_out(search->job->batch, &search->start, row, &error);
}

/* A limit was met by all of them together, and is no fault of a row. */
bool error_may_be_of_a_row(const struct weir_error *error)
{
    return error->fault == WEIR_FAULT_DATA && strncmp(error->code, "E-LIMIT", 7) != 0;
}

/* These rows have failed together. */
static enum weir_status split(struct search *search, size_t first, size_t n)
{
    const size_t halves[] = {n / 2, n - n / 2};

    if (!error_may_be_of_a_row(&search->error))
        return WEIR_FAIL;
    if (n == 1) {
        set_row_aside(search, first);
        return WEIR_OK;
    }
    for (int i = 0; i < 2; i++) {
        enum weir_status status = try_part(search, first, halves[i]);

        status = status == WEIR_OK ? keep_part(search, first, halves[i])
                                   : split(search, first, halves[i]);
        if (status != WEIR_OK)
            return WEIR_FAIL;
        first += halves[i];
    }
    return WEIR_OK;
}

/* What failed for good is the stage's error after all. */
static enum weir_status fail(const struct search *search)
{
    if (weir_error_is_set(&search->error))
        flow_host.fail(&search->job->failed->planned->stage, &search->error);
    return WEIR_FAIL;
}

enum weir_status search_while_passing(struct job *job, struct row_counts *counts)
{
    struct weir_batch *batch = job->batch;
    struct search search = {.job = job, .start = weir_batch_snapshot(batch)};

    if (try_to_pass(&search, batch, counts) == WEIR_OK)
        return WEIR_OK;
    if (!error_may_be_of_a_row(&search.error))
        return fail(&search);
    weir_batch_rewind(batch, &search.start);
    if (split(&search, 0, search.start.n_rows) != WEIR_OK)
        return fail(&search);
    *counts = search.good;
    job->failed = NULL;
    return WEIR_OK;
}

bool search_is_possible(const struct job *job)
{
    const struct plan *plan = job->flow->plan;
    const struct weir_batch *batch = job->batch;
    size_t index = plan_resource_index(plan, batch->resource);
    bool takes_any = false;

    if (!batch->resource->sets_aside)
        return false;
    for (size_t i = batch->stage; i < plan->n_transforms; i++) {
        const struct plan_stage *planned = job->flow->transforms[i].planned;

        if (!planned->takes[index])
            continue;
        if (!(planned->plugin->flags & WEIR_ROW_BY_ROW))
            return false;
        takes_any = true;
    }
    return takes_any;
}
