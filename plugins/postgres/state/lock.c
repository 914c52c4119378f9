#include "lock.h"

#include "fence.h"
#include "tables.h"

#include <string.h>

#include <weir/arena.h>

enum {
    LOCK_WAIT_MS = 10000,
    LOCK_NAP_MS = 100,
    SHOWN = 128, /* bytes of a text that a message shows */
};

/* Advisory locks are known by a number alone, which other programs use, too. */
static int64_t number_of(struct weir_arena *arena, const char *pipeline)
{
    struct weir_id id = weir_id_of(weir_str(weir_printf(arena, "weir/%s", pipeline)));
    int64_t number;

    memcpy(&number, id.bytes, sizeof(number));
    return number;
}

/* --- who has it ------------------------------------------------------------------------------ */

static const char find_session[] =
    "SELECT l.pid, a.application_name, host(a.client_addr), " STATE_TIME(
        "a.backend_start") " FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid"
                           " WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1"
                           " AND l.database = (SELECT oid FROM pg_database WHERE datname = "
                           "current_database())"
                           " AND l.classid = (($1::bigint >> 32) & 4294967295)::oid"
                           " AND l.objid = ($1::bigint & 4294967295)::oid";
static const char find_run[] = "SELECT pid, host, " STATE_TIME(
    "started_at") " FROM weir.run"
                  " WHERE pipeline = $1::text AND finished_at IS NULL ORDER BY epoch DESC LIMIT 1";

static const char *show(struct weir_arena *arena, const PGresult *row, int column)
{
    char *shown = weir_alloc(arena, SHOWN);
    const char *text = query_text(row, 0, column);

    (void)weir_str_printable(weir_str(text && *text ? text : "?"), shown, SHOWN);
    return shown;
}

/* "process 4711 of the server, 'weir p', from 10.0.0.1, since ...". What this role may not see of
 * others, and sessions by way of a socket, have no address. */
static const char *describe_session(struct connection *control, int64_t number)
{
    struct weir_arena *arena = control->stage->arena;
    PGresult *result = query_get(control, find_session, bind_integer(number));
    const char *text = "its session is gone by now";

    if (result && PQntuples(result))
        text = weir_printf(arena, "process %s of the server, application '%s', from %s, since %s",
            show(arena, result, 0), show(arena, result, 1),
            query_text(result, 0, 2) ? show(arena, result, 2) : "its own host",
            show(arena, result, 3));
    PQclear(result);
    return text;
}

/* ", pid 4711 on host, since ...", as far as it is known. */
static const char *describe_run(struct connection *control, const char *pipeline)
{
    struct weir_arena *arena = control->stage->arena;
    PGresult *result = NULL;
    const char *text = "";
    bool there = false;

    if (tables_are_there(control, &there) == WEIR_OK && there)
        result = query_get(control, find_run, bind_text(pipeline));
    if (result && PQntuples(result))
        text = weir_printf(arena, "; the last run that has not ended is pid %s on %s, since %s",
            show(arena, result, 0), show(arena, result, 1), show(arena, result, 2));
    PQclear(result);
    return text;
}

static enum weir_status fail_locked(struct connection *control, const char *pipeline)
{
    char shown[SHOWN];

    (void)weir_str_printable(weir_str(pipeline), shown, sizeof(shown));
    if (weir_stopping(control->stage))
        return connection_refuse(control, WEIR_FAULT_LOCKED, "E-STOPPED",
            "the run was told to stop while another run of pipeline '%s' held its lock; wait until "
            "that is done, then run again",
            shown);
    return connection_refuse(control, WEIR_FAULT_LOCKED, "E-LOCKED",
        "another run of pipeline '%s' is at work (%s%s); wait until it is done, or end it with "
        "--takeover",
        shown, describe_session(control, number_of(control->stage->arena, pipeline)),
        describe_run(control, pipeline));
}

/* --- taken ----------------------------------------------------------------------------------- */

static const char try_lock[] = "SELECT pg_try_advisory_lock($1::bigint)";
static const char unlock[] = "SELECT pg_advisory_unlock($1::bigint)";

static enum weir_status try_once(struct connection *control, int64_t number, bool *ret_taken)
{
    PGresult *result = query_get(control, try_lock, bind_integer(number));

    *ret_taken = result && query_bool(result, 0, 0);
    if (!result)
        return connection_fail(control, "cannot take the pipeline's lock");
    PQclear(result);
    return WEIR_OK;
}

/* Who waits in silence is taken for one that hangs. */
static void tell_waiting(struct connection *control, const char *pipeline)
{
    char shown[SHOWN];

    (void)weir_str_printable(weir_str(pipeline), shown, sizeof(shown));
    weir_log(control->stage, WEIR_LOG_WARNING,
        "another run of pipeline '%s' is at work (%s%s); waiting up to %d s for it", shown,
        describe_session(control, number_of(control->stage->arena, pipeline)),
        describe_run(control, pipeline), LOCK_WAIT_MS / 1000);
}

/* Who has it may have begun already: then there is nothing to wait for. */
static enum weir_status nap(struct connection *control, const struct state *state)
{
    enum weir_status status = state->is_open ? fence_check(control, state) : WEIR_OK;

    /* Where it ends early, the next try tells why. */
    if (status == WEIR_OK && !connection_sleep(control, LOCK_NAP_MS))
        return WEIR_OK;
    return status;
}

enum weir_status lock_hold(
    struct connection *control, struct state *state, const char *pipeline, bool takeover)
{
    int64_t number = number_of(control->stage->arena, pipeline);
    uint64_t until = uv_hrtime() + LOCK_WAIT_MS * UINT64_C(1000000);
    bool taken = false;
    enum weir_status status;

    if (state->locked_at == control->n_opened)
        return WEIR_OK;
    status = try_once(control, number, &taken);
    if (status == WEIR_OK && !taken && !takeover)
        tell_waiting(control, pipeline);
    while (status == WEIR_OK && !taken && !takeover) {
        if (weir_stopping(control->stage) || uv_hrtime() >= until)
            return fail_locked(control, pipeline);
        status = nap(control, state);
        if (status == WEIR_OK)
            status = try_once(control, number, &taken);
    }
    /* Taken over from somebody who has it still: the fence alone keeps that one out. */
    if (status == WEIR_OK)
        state->locked_at = control->n_opened;
    return status;
}

void lock_release(struct connection *control, struct state *state, const char *pipeline)
{
    PGresult *result;

    if (!connection_is_open(control) || state->locked_at != control->n_opened)
        return;
    result = query_get(control, unlock, bind_integer(number_of(control->stage->arena, pipeline)));
    /* One that is not given back goes with the session. */
    PQclear(result);
    state->locked_at = 0;
}
