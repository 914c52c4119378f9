#include "preflight.h"

#include "state/tables.h"

enum { OLDEST_VERSION = 130000 };

/* --- the server ----------------------------------------------------------------------------- */

static const char ask_server[] =
    "SELECT current_setting('server_version_num'), pg_is_in_recovery(),"
    " current_setting('transaction_read_only')::boolean, current_setting('server_version')";

static enum weir_status judge_server(struct connection *connection, const PGresult *result)
{
    if (query_integer(result, 0, 0) < OLDEST_VERSION)
        return connection_refuse(connection, WEIR_FAULT_DESTINATION, "E-DB-VERSION",
            "the server is PostgreSQL %s; weir needs %d or later", query_text(result, 0, 3),
            OLDEST_VERSION / 10000);
    if (query_bool(result, 0, 1))
        return connection_refuse(connection, WEIR_FAULT_DESTINATION, "E-DB-READONLY",
            "the server is a standby, which takes no writes; name the primary");
    if (query_bool(result, 0, 2))
        return connection_refuse(connection, WEIR_FAULT_DESTINATION, "E-DB-READONLY",
            "transactions are read-only here; ALTER ROLE or ALTER DATABASE ... SET "
            "default_transaction_read_only = off");
    return WEIR_OK;
}

static enum weir_status look_at_server(struct connection *connection, void *arg)
{
    PGresult *result = query_get_with(connection, ask_server, NULL, 0);
    enum weir_status status;

    (void)arg;
    if (!result)
        return connection_fail(connection, "cannot ask the server what it is");
    status = judge_server(connection, result);
    PQclear(result);
    return status;
}

/* --- the connections ------------------------------------------------------------------------ */

static enum weir_status ask_backend(struct connection *connection, int64_t *ret_pid)
{
    PGresult *result = query_get_with(connection, "SELECT pg_backend_pid()", NULL, 0);

    if (!result)
        return connection_fail(connection, "cannot ask which session this is");
    *ret_pid = query_integer(result, 0, 0);
    PQclear(result);
    return WEIR_OK;
}

static enum weir_status begin(struct connection *connection)
{
    return query_script(connection, "BEGIN")
               ? WEIR_OK
               : connection_fail(connection, "cannot begin a transaction");
}

/* While the lane has a transaction open, a pooler that gives sessions away by the transaction has
 * to give the control connection another one than before. */
static enum weir_status compare_backends(struct connection *control, struct connection *lane)
{
    int64_t first = 0, of_lane = 0, second = 0;
    enum weir_status status = ask_backend(control, &first);

    if (status == WEIR_OK)
        status = begin(lane);
    if (status == WEIR_OK)
        status = ask_backend(lane, &of_lane);
    if (status == WEIR_OK)
        status = ask_backend(control, &second);
    if (status == WEIR_OK && !query_script(lane, "ROLLBACK"))
        status = connection_fail(lane, "cannot end a transaction");
    if (status != WEIR_OK || (first == second && first != of_lane))
        return status;
    return connection_refuse(control, WEIR_FAULT_DESTINATION, "E-DB-POOLER",
        "a pooler stands before the server and gives a session to each transaction, but locks and "
        "settings need one that stays; connect to the server itself, or let the pooler give out "
        "whole sessions");
}

static enum weir_status check_sessions(struct connection *lane, void *arg)
{
    struct connection *control = arg;
    enum weir_status status = WEIR_AGAIN;

    if (connection_open(control))
        status = compare_backends(control, lane);
    /* Why it is to be run again is looked for at the lane. */
    if (status == WEIR_AGAIN && connection_is_open(lane) && !connection_is_open(control))
        lane->error = control->error;
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
        status = connection_retry(&load->lane[0].connection, check_sessions, &load->control,
            "cannot look at the sessions");
    return status;
}

/* --- without a run -------------------------------------------------------------------------- */

static enum weir_status look_for_state(struct connection *connection, void *arg)
{
    bool there;
    enum weir_status status = begin(connection);

    (void)arg;
    if (status == WEIR_OK)
        status = tables_are_there(connection, &there);
    if (status != WEIR_OK)
        return status;
    if (!query_script(connection, "ROLLBACK"))
        return connection_fail(connection, "cannot end a transaction");
    if (there)
        return WEIR_OK;
    return connection_refuse(connection, WEIR_FAULT_DESTINATION, "E-STATE-NONE",
        "no state: no pipeline has been run with this database");
}

enum weir_status preflight_look(struct postgres_load *load)
{
    return connection_retry(&load->control, look_for_state, NULL, "cannot look for its state");
}
