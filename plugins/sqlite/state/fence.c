#include "fence.h"

#include "../errors.h"
#include "../names.h"
#include "../transaction.h"
#include "tables.h"

#include <errno.h>
#include <string.h>
#include <time.h>

enum {
    /* A predecessor that was killed needs a moment to be gone. */
    LOCK_WAIT_MS = 2000,
    LOCK_NAP_MS = 20,
};

/* --- the lock ------------------------------------------------------------------------------- */

static const char find_holder[] =
    "SELECT pid, host, started_at FROM main._weir_run"
    " WHERE pipeline = ?1 AND finished_at IS NULL ORDER BY epoch DESC LIMIT 1";

/* "pid 4711 on host, since ...", as far as it is known. */
static const char *describe_holder(struct state *state, const char *pipeline)
{
    const char *holder = "who it is is not known yet";
    sqlite3_stmt *query = NULL;
    bool there = false;

    database_may_wait(state->db, true);
    if (tables_are_there(state, &there) == WEIR_OK && there)
        query = query_begin(&state->queries, find_holder, bind_text(pipeline));
    if (query_step(query)) {
        const char *host = query_text(query, 1);
        const char *since = query_text(query, 2);

        holder = weir_printf(state->stage->arena, "pid %lld on %s, since %s",
            (long long)sqlite3_column_int64(query, 0), name_show(weir_str(host ? host : "?")).text,
            name_show(weir_str(since ? since : "?")).text);
    }
    if (query)
        (void)query_end(query);
    database_may_wait(state->db, false);
    return holder;
}

static enum weir_status fail_locked(struct state *state, const char *pipeline)
{
    if (weir_stopping(state->stage))
        return database_refuse(state->db, WEIR_FAULT_LOCKED, "E-STOPPED",
            "the run was told to stop while another run of pipeline '%s' held its lock; wait until "
            "that is done, then run again",
            name_show(weir_str(pipeline)).text);
    return database_refuse(state->db, WEIR_FAULT_LOCKED, "E-LOCKED",
        "another run of pipeline '%s' is at work (%s); wait until it is done, or end it with "
        "--takeover",
        name_show(weir_str(pipeline)).text, describe_holder(state, pipeline));
}

static enum weir_status fail_unable(struct state *state, const char *database, int error)
{
    return database_refuse(state->db, WEIR_FAULT_DESTINATION, "E-DB-LOCK-FILE",
        "cannot lock the file '%s.weir-lock', which keeps two runs apart: %s; put the database on "
        "a local disk, and check who may write beside it",
        database, strerror(error));
}

static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

enum weir_status fence_lock(struct state *state, const char *pipeline, bool takeover)
{
    /* The full path, symbolic links followed: one file for all ways to name the database. */
    const char *database = sqlite3_db_filename(state->db->connection, "main");
    const struct timespec nap = {.tv_nsec = LOCK_NAP_MS * 1000000L};
    int64_t until = now_ms() + LOCK_WAIT_MS;
    int error = lock_try(&state->lock, database, pipeline);

    while (error == EAGAIN && !takeover && !weir_stopping(state->stage) && now_ms() < until) {
        (void)nanosleep(&nap, NULL);
        error = lock_try(&state->lock, database, pipeline);
    }
    if (error == 0 || (error == EAGAIN && takeover))
        return WEIR_OK;
    return error == EAGAIN ? fail_locked(state, pipeline) : fail_unable(state, database, error);
}

/* --- the epoch ------------------------------------------------------------------------------ */

static const char raise_epoch[] =
    "INSERT INTO main._weir_fence(pipeline, epoch) VALUES (?1, 1)"
    " ON CONFLICT (pipeline) DO UPDATE SET epoch = epoch + 1 RETURNING epoch";

enum weir_status fence_raise(struct state *state, const char *pipeline, int64_t *ret_epoch)
{
    sqlite3_stmt *query = query_begin(&state->queries, raise_epoch, bind_text(pipeline));

    /* Every row must be taken before the change is made. A step behind one that failed would do it
     * all once more, in no transaction. */
    for (bool there = query_step(query); there; there = query_step(query))
        *ret_epoch = sqlite3_column_int64(query, 0);
    return state_judge(state, query_end(query), "cannot begin a run");
}

static const char read_epoch[] = "SELECT epoch FROM main._weir_fence WHERE pipeline = ?1";

enum weir_status fence_check(struct state *state)
{
    sqlite3_stmt *query = query_begin(&state->queries, read_epoch, bind_text(state->run.pipeline));
    int64_t epoch = 0;

    if (query_step(query))
        epoch = sqlite3_column_int64(query, 0);
    if (query_end(query) != SQLITE_OK) {
        enum weir_status status = state_fail(state, "cannot see who may write");

        database_lose(state->db);
        return status;
    }
    if (epoch == state->epoch)
        return WEIR_OK;
    database_lose(state->db);
    return database_refuse(state->db, WEIR_FAULT_LOCKED, "E-FENCED",
        "another run of pipeline '%s' has taken over, so this one may write no more; what it has "
        "committed stays, and the other run goes on from there",
        name_show(weir_str(state->run.pipeline)).text);
}
