#include "runs.h"

enum { RUNS_KEPT = 100 };

static const char add_run[] = "INSERT INTO main._weir_run"
                              "(pipeline, epoch, id, key, version, host, pid, started_at)"
                              " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
/* Each run has an epoch of its own, one higher than the run before. */
static const char forget_runs[] = "DELETE FROM main._weir_run WHERE pipeline = ?1 AND epoch <= ?2";

enum weir_status runs_begin(struct state *state)
{
    const struct weir_run *run = &state->run;
    int rc =
        query_run(&state->queries, add_run, bind_text(run->pipeline), bind_integer(state->epoch),
            bind_text(run->id), bind_text(run->key), bind_text(run->version), bind_text(run->host),
            bind_integer(run->pid), bind_text(run->started_at));

    if (rc == SQLITE_OK)
        rc = query_run(&state->queries, forget_runs, bind_text(run->pipeline),
            bind_integer(state->epoch - RUNS_KEPT));
    return state_judge(state, rc, "cannot write the run");
}

static const char join_pass[] =
    "UPDATE main._weir_run SET pass = ?3 WHERE pipeline = ?1 AND epoch = ?2";

enum weir_status runs_join(struct state *state, int64_t pass)
{
    int rc = query_run(&state->queries, join_pass, bind_text(state->run.pipeline),
        bind_integer(state->epoch), bind_integer(pass));

    return state_judge(state, rc, "cannot write the run");
}

static const char end_run[] =
    "UPDATE main._weir_run SET finished_at = ?3, exit_code = ?4, summary = ?5"
    " WHERE pipeline = ?1 AND epoch = ?2";

enum weir_status runs_end(struct state *state, const struct weir_ending *ending)
{
    int rc = query_run(&state->queries, end_run, bind_text(state->run.pipeline),
        bind_integer(state->epoch), bind_text(ending->finished_at), bind_integer(ending->exit_code),
        bind_text(ending->summary));

    return state_judge(state, rc, "cannot write the run's end");
}
