#include "fence.h"

#include "tables.h"

static const char raise_epoch[] =
    "INSERT INTO weir.fence AS f (pipeline, epoch) VALUES ($1::text, 1)"
    " ON CONFLICT (pipeline) DO UPDATE SET epoch = f.epoch + 1 RETURNING f.epoch";

enum weir_status fence_raise(struct connection *control, const char *pipeline, int64_t *ret_epoch)
{
    PGresult *result = query_get(control, raise_epoch, bind_text(pipeline));

    if (!result)
        return tables_fail(control, "cannot begin a run");
    *ret_epoch = query_integer(result, 0, 0);
    PQclear(result);
    return WEIR_OK;
}

/* Shared, so that the lanes of a run do not wait for each other; who raises it waits for all. */
static const char read_epoch[] = "SELECT epoch FROM weir.fence WHERE pipeline = $1::text FOR SHARE";

enum weir_status fence_check(struct connection *control, const struct state *state)
{
    PGresult *result = query_get(control, read_epoch, bind_text(state->run.pipeline));
    bool ours;

    if (!result)
        return tables_fail(control, "cannot see who may write");
    ours = PQntuples(result) && query_integer(result, 0, 0) == state->epoch;
    PQclear(result);
    return ours ? WEIR_OK : fence_refuse(control, state);
}

enum weir_status fence_refuse(struct connection *connection, const struct state *state)
{
    char shown[128];

    (void)weir_str_printable(weir_str(state->run.pipeline), shown, sizeof(shown));
    return connection_refuse(connection, WEIR_FAULT_LOCKED, "E-FENCED",
        "another run of pipeline '%s' has taken over, so this one may write no more; what it has "
        "committed stays, and the other run goes on from there",
        shown);
}
