#include "runs.h"

#include "tables.h"

enum { RUNS_KEPT = 100 };

static const char add_run[] =
    "INSERT INTO weir.run(pipeline, epoch, id, key, version, host, pid, started_at)"
    " VALUES ($1::text, $2::bigint, $3::text, $4::text, $5::text, $6::text, $7::bigint,"
    " $8::timestamptz)";
/* Each run has an epoch of its own, one higher than the run before. */
static const char forget_runs[] =
    "DELETE FROM weir.run WHERE pipeline = $1::text AND epoch <= $2::bigint";

enum weir_status runs_begin(struct connection *control, const struct state *state)
{
    const struct weir_run *run = &state->run;
    bool done =
        query_run(control, NULL, add_run, bind_text(run->pipeline), bind_integer(state->epoch),
            bind_text(run->id), bind_text(run->key), bind_text(run->version), bind_text(run->host),
            bind_integer(run->pid), bind_text(run->started_at)) &&
        query_run(control, NULL, forget_runs, bind_text(run->pipeline),
            bind_integer(state->epoch - RUNS_KEPT));

    return tables_judge(control, done, "cannot write the run");
}

static const char join_pass[] =
    "UPDATE weir.run SET pass = $3::bigint WHERE pipeline = $1::text AND epoch = $2::bigint";

enum weir_status runs_join(struct connection *control, const struct state *state, int64_t pass)
{
    bool done = query_run(control, NULL, join_pass, bind_text(state->run.pipeline),
        bind_integer(state->epoch), bind_integer(pass));

    return tables_judge(control, done, "cannot write the run");
}

static const char end_run[] =
    "UPDATE weir.run SET finished_at = $3::timestamptz, exit_code = $4::bigint, summary = $5::text"
    " WHERE pipeline = $1::text AND epoch = $2::bigint";

enum weir_status runs_end(
    struct connection *control, const struct state *state, const struct weir_ending *ending)
{
    bool done = query_run(control, NULL, end_run, bind_text(state->run.pipeline),
        bind_integer(state->epoch), bind_text(ending->finished_at), bind_integer(ending->exit_code),
        bind_text(ending->summary));

    return tables_judge(control, done, "cannot write the run's end");
}

/* --- is it there? ---------------------------------------------------------------------------- */

static const char find_begun[] =
    "SELECT 1 FROM weir.run"
    " WHERE pipeline = $1::text AND epoch = $2::bigint AND id = $3::text";
static const char find_ended[] =
    "SELECT 1 FROM weir.run WHERE pipeline = $1::text AND epoch = $2::bigint AND id = $3::text"
    " AND finished_at IS NOT NULL";

static enum weir_status ask(
    struct connection *control, const struct state *state, const char *sql, bool *ret_there)
{
    PGresult *result = query_get(control, sql, bind_text(state->run.pipeline),
        bind_integer(state->epoch), bind_text(state->run.id));

    *ret_there = result && PQntuples(result) > 0;
    if (!result)
        return tables_fail(control, "cannot see what has been committed");
    PQclear(result);
    return WEIR_OK;
}

enum weir_status runs_has_begun(
    struct connection *control, const struct state *state, bool *ret_begun)
{
    bool there;
    enum weir_status status = tables_are_there(control, &there);

    *ret_begun = false;
    return status == WEIR_OK && there ? ask(control, state, find_begun, ret_begun) : status;
}

enum weir_status runs_has_ended(
    struct connection *control, const struct state *state, bool *ret_ended)
{
    return ask(control, state, find_ended, ret_ended);
}

/* --- told ------------------------------------------------------------------------------------ */

static const char read_runs[] =
    "SELECT id, key, version, host, pid, " STATE_TIME("started_at") ", " STATE_TIME(
        "finished_at") ", exit_code, summary FROM weir.run WHERE pipeline = $1::text ORDER BY "
                       "epoch DESC LIMIT 100";

static void tell_run(
    const char *pipeline, const PGresult *result, int row, const struct weir_showing *showing)
{
    const struct weir_run run = {
        .pipeline = pipeline,
        .id = query_text(result, row, 0),
        .key = query_text(result, row, 1),
        .version = query_text(result, row, 2),
        .host = query_text(result, row, 3),
        .pid = query_integer(result, row, 4),
        .started_at = query_text(result, row, 5),
    };
    int exit_code = query_text(result, row, 7) ? (int)query_integer(result, row, 7) : 0;

    showing->run(
        showing->arg, &run, query_text(result, row, 6), exit_code, query_text(result, row, 8));
}

enum weir_status runs_show(
    struct connection *control, const char *pipeline, const struct weir_showing *showing)
{
    PGresult *result = query_get(control, read_runs, bind_text(pipeline));

    if (!result)
        return tables_fail(control, "cannot read its runs");
    for (int i = 0; i < PQntuples(result); i++)
        tell_run(pipeline, result, i, showing);
    PQclear(result);
    return WEIR_OK;
}
