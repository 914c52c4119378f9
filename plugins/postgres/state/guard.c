/* The fence and the token: what every transaction of a lane begins with. */
#include "guard.h"

#include "fence.h"
#include "guard_script.h"
#include "tables.h"

/* In this order: who holds the fence may wait for the lane, and nobody the other way round. */
static const char enter[] =
    "WITH fence AS MATERIALIZED ("
    "  SELECT epoch FROM weir.fence WHERE pipeline = $1::text FOR SHARE)"
    " UPDATE weir.lane SET token = $4::bigint FROM fence WHERE lane.pipeline = $1::text"
    " AND lane.lane = $2::bigint AND fence.epoch = $3::bigint AND lane.token = $4::bigint - 1"
    " RETURNING lane.token";
static const char look[] =
    "WITH fence AS MATERIALIZED ("
    "  SELECT epoch FROM weir.fence WHERE pipeline = $1::text FOR SHARE)"
    " SELECT fence.epoch, lane.token FROM fence, weir.lane"
    " WHERE lane.pipeline = $1::text AND lane.lane = $2::bigint FOR UPDATE OF lane";

struct standing {
    bool is_there;
    int64_t epoch;
    int64_t token; /* of the last transaction that was committed */
};

/* Behind the lane's lock, so that an older transaction of it, if it still runs, is waited out. */
static enum weir_status look_up(struct connection *connection, const struct state *state,
    size_t lane, struct standing *ret_standing)
{
    PGresult *result =
        query_get(connection, look, bind_text(state->run.pipeline), bind_integer((int64_t)lane));

    *ret_standing = (struct standing){0};
    if (!result)
        return tables_fail(connection, "cannot see who may write");
    if (PQntuples(result) == 1)
        *ret_standing =
            (struct standing){true, query_integer(result, 0, 0), query_integer(result, 0, 1)};
    PQclear(result);
    return WEIR_OK;
}

static enum weir_status fail_lost(struct connection *connection)
{
    return connection_refuse(connection, WEIR_FAULT_DESTINATION, "E-DB-LOST",
        "the server has lost transactions that it had acknowledged, as it may after a crash with "
        "synchronous_commit off, or when a standby takes its place; run again: the next run goes "
        "on from what the server still has");
}

/* May this transaction be the lane's next one? */
static enum weir_status judge(struct connection *connection, const struct state *state,
    const struct standing *standing, int64_t token)
{
    if (!standing->is_there)
        return tables_damaged(connection, "a row of weir.fence or weir.lane is missing");
    if (standing->epoch != state->epoch)
        return fence_refuse(connection, state);
    if (standing->token < token - 1)
        return fail_lost(connection);
    if (standing->token == token - 1)
        return WEIR_OK;
    return connection_refuse(connection, WEIR_FAULT_BUG, "E-BUG",
        "transaction %lld of a lane is to be sent, but %lld is committed; please report this",
        (long long)token, (long long)standing->token);
}

static enum weir_status take_token(
    struct connection *connection, struct state *state, size_t lane, int64_t token)
{
    struct standing standing;
    uint64_t n = 0;
    enum weir_status status;

    if (!query_run(connection, &n, enter, bind_text(state->run.pipeline),
            bind_integer((int64_t)lane), bind_integer(state->epoch), bind_integer(token)))
        return tables_fail(connection, "cannot see who may write");
    if (n == 1)
        return WEIR_OK;
    status = look_up(connection, state, lane, &standing);
    if (status == WEIR_OK)
        status = judge(connection, state, &standing, token);
    if (status != WEIR_OK)
        return status;
    return connection_refuse(connection, WEIR_FAULT_BUG, "E-BUG",
        "the token of a lane could not be taken; please report this");
}

void guard_script_enter(struct script *script, const struct state *state, size_t lane,
    const struct transaction *transaction)
{
    script_must(script, 1, "it is not the turn of this transaction", enter,
        bind_text(state->run.pipeline), bind_integer((int64_t)lane), bind_integer(state->epoch),
        bind_integer(transaction->token));
}

enum weir_status guard_enter(struct connection *connection, struct state *state, size_t lane,
    const struct transaction *transaction, bool was_unknown, bool *ret_committed)
{
    struct standing standing;
    enum weir_status status = WEIR_OK;

    *ret_committed = false;
    if (!state->is_open)
        return WEIR_OK;
    if (was_unknown) {
        status = look_up(connection, state, lane, &standing);
        *ret_committed = status == WEIR_OK && standing.is_there && standing.epoch == state->epoch &&
                         standing.token == transaction->token;
        if (status == WEIR_OK && !*ret_committed)
            status = judge(connection, state, &standing, transaction->token);
    }
    if (status != WEIR_OK || *ret_committed)
        return status;
    return take_token(connection, state, lane, transaction->token);
}

enum weir_status guard_confirm(
    struct connection *control, const struct state *state, size_t lane, int64_t token)
{
    struct standing standing;
    enum weir_status status = look_up(control, state, lane, &standing);

    /* As if the next one were to be sent. */
    return status == WEIR_OK ? judge(control, state, &standing, token + 1) : status;
}
