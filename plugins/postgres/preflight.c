#include "preflight.h"

#include "session/session.h"
#include "state/tables.h"

static enum weir_status look_at_server(struct connection *connection, void *arg)
{
    (void)arg;
    return connection_check_writable(connection);
}

static enum weir_status look_at_sessions(struct connection *control, void *arg)
{
    struct connection *lane = arg;
    enum weir_status status = connection_check_pooler(control, lane);

    /* Why it is to be run again is looked for at the control connection. */
    if (status == WEIR_AGAIN && connection_is_open(control) && !connection_is_open(lane))
        control->error = lane->error;
    return status;
}

/* A server with too few connections is better told of now than behind half of the rows. */
static enum weir_status do_nothing(struct connection *connection, void *arg)
{
    (void)connection;
    (void)arg;
    return WEIR_OK;
}

static enum weir_status open_lanes(struct postgres_load *load)
{
    enum weir_status status = WEIR_OK;

    for (int64_t i = 0; i < load->lanes && status == WEIR_OK; i++)
        status = connection_retry(&load->lane[i].connection, do_nothing, NULL, "cannot connect");
    return status;
}

enum weir_status preflight_run(struct postgres_load *load)
{
    enum weir_status status =
        connection_retry(&load->control, look_at_server, NULL, "cannot look at the server");

    if (status == WEIR_OK)
        status = open_lanes(load);
    if (status == WEIR_OK)
        status = connection_retry(&load->control, look_at_sessions, &load->lane[0].connection,
            "cannot look for a pooler");
    return status;
}

/* --- without a run -------------------------------------------------------------------------- */

static enum weir_status look_for_state(struct connection *connection, void *arg)
{
    bool there = false;
    enum weir_status status = query_begin(connection, "BEGIN");

    (void)arg;
    if (status == WEIR_OK)
        status = tables_are_there(connection, &there);
    if (status != WEIR_OK || there)
        return status;
    return connection_refuse(connection, WEIR_FAULT_DESTINATION, "E-STATE-NONE",
        "no state: no pipeline has been run with this database");
}

enum weir_status preflight_look(struct postgres_load *load)
{
    return connection_retry(&load->control, look_for_state, NULL, "cannot look for its state");
}
