/* One transaction of a lane, sent until it is committed. */
#include "send.h"

#include "load.h"
#include "query/wire.h"
#include "session/session.h"
#include "state/guard.h"

#include <string.h>
#include <weir/failpoint.h>

/* --- rows ----------------------------------------------------------------------------------- */

struct part part_of(
    const struct transaction *transaction, const struct table *table, struct weir_arena *arena)
{
    struct part part = {
        .held = weir_new_array(arena, transaction->n_held, struct held *),
        .batches = weir_new_array(arena, transaction->n_held, struct weir_batch *),
    };

    for (struct held *held = transaction->first; held; held = held->next) {
        if (held->table != table || !held->batch->n_rows)
            continue;
        part.held[part.n] = held;
        part.batches[part.n++] = held->batch;
    }
    return part;
}

static enum weir_status send_part(struct lane *lane, struct table *table, const struct part *part)
{
    struct rows_fault fault = {0};
    enum weir_status status =
        rows_load(&lane->rows, &lane->connection, table, part->batches, part->n, &fault);

    if (status == WEIR_FAIL && fault.is_set) {
        lane->fault = part->held[fault.batch];
        lane->fault_unit = fault.unit;
    }
    return status;
}

/* Table by table, in the same order in every lane. */
static enum weir_status send_rows(struct lane *lane)
{
    struct weir_arena *arena = weir_arena_new();
    enum weir_status status = WEIR_OK;

    for (size_t i = 0; i < lane->load->n_tables && status == WEIR_OK; i++) {
        struct part part = part_of(&lane->sending, &lane->load->tables[i], arena);

        if (part.n)
            status = send_part(lane, &lane->load->tables[i], &part);
    }
    weir_arena_free(arena);
    return status;
}

/* --- the commit ----------------------------------------------------------------------------- */

/* The server answers a COMMIT that it cannot do with a ROLLBACK, and calls that a success. */
static bool has_committed(PGresult *result)
{
    return result && strcmp(PQcmdStatus(result), "COMMIT") == 0;
}

static bool send_commit(struct connection *connection, PGresult **ret_result)
{
    if (!wire_flush(connection, PQsendQuery(connection->libpq, "COMMIT")))
        return false;
    WEIR_FAILPOINT("after_commit_sent");
    return wire_finish(connection, ret_result);
}

static enum weir_status commit(struct lane *lane)
{
    struct connection *connection = &lane->connection;
    PGresult *result = NULL;
    bool answered;
    bool committed;

    if (!wire_ready(connection))
        return connection_fail(connection, "cannot commit");
    WEIR_FAILPOINT("before_commit");
    if (!wire_is_there(connection))
        return connection_fail(connection, "cannot commit");
    answered = send_commit(connection, &result);
    committed = has_committed(result);
    PQclear(result);
    /* Lost behind the first byte of it: the server may have got all. */
    lane->is_unknown = !answered && connection->error.is_lost;
    if (!answered)
        return connection_fail(connection, "cannot commit");
    if (!committed)
        return connection_refuse(connection, WEIR_FAULT_BUG, "E-BUG",
            "a transaction that had failed was to be committed; please report this");
    WEIR_FAILPOINT("after_commit");
    return WEIR_OK;
}

/* --- all of it ------------------------------------------------------------------------------ */

static enum weir_status send_guarded(struct lane *lane)
{
    struct connection *connection = &lane->connection;
    struct state *state = &lane->load->state;
    enum weir_status status = guard_units(connection, state, &lane->sending);

    WEIR_FAILPOINT("after_guard");
    if (status == WEIR_OK)
        status = send_rows(lane);
    WEIR_FAILPOINT("after_rows");
    if (status == WEIR_OK)
        status = guard_settle(connection, state, &lane->sending);
    return status == WEIR_OK ? commit(lane) : status;
}

/* Without a state nobody can tell, and rows must not be there twice. */
static enum weir_status fail_unknown(struct lane *lane)
{
    return connection_refuse(&lane->connection, WEIR_FAULT_DESTINATION, "E-DB-LOST",
        "the connection was lost during a commit, and without a state nobody can tell whether its "
        "rows are there");
}

static enum weir_status send_by_steps(struct connection *connection, struct lane *lane)
{
    struct state *state = &lane->load->state;
    bool committed = false;
    enum weir_status status;

    if (lane->is_unknown && !state->is_open)
        return fail_unknown(lane);
    status = query_begin(connection, SEND_BEGIN);
    if (status == WEIR_OK)
        status = guard_enter(
            connection, state, lane->index, &lane->sending, lane->is_unknown, &committed);
    if (status != WEIR_OK)
        return status;
    lane->is_unknown = false;
    if (!committed) {
        WEIR_FAILPOINT("after_fence");
        return send_guarded(lane);
    }
    /* Where this cannot be ended, the connection is of no use to the next one. */
    if (!query_script(connection, "ROLLBACK"))
        connection_close(connection);
    return WEIR_OK;
}

static enum weir_status send_once(struct connection *connection, void *arg)
{
    bool sent;
    enum weir_status status = send_script(arg, &sent);

    return status != WEIR_OK || sent ? status : send_by_steps(connection, arg);
}

enum weir_status lane_send(struct lane *lane)
{
    lane->fault = NULL;
    return connection_retry(&lane->connection, send_once, lane, "cannot load rows");
}
