/* Finding out whether a pooler gives each transaction a backend of its own choice. */
#include "connect/wait.h"
#include "query/query.h"
#include "session.h"

enum { PATIENCE = 5000 }; /* ms; a pool of one backend never gives the second one */

static enum weir_status refuse(struct connection *connection)
{
    return connection_refuse(connection, connection->fault, "E-DB-POOLER",
        "between weir and the server stands a pooler that gives each transaction another session "
        "(PgBouncer in transaction mode?), in which locks and settings are lost; name the server "
        "itself, or a pool in session mode");
}

static bool is_same(struct connection *connection, const char *mark, int pid, int *ret_pid)
{
    PGresult *result = query_get(connection,
        "SELECT pg_backend_pid(), current_setting('weir.mark', true) = $1::text", bind_text(mark));
    bool same;

    if (!result)
        return false;
    *ret_pid = (int)query_integer(result, 0, 0);
    same = *ret_pid == pid && query_bool(result, 0, 1);
    PQclear(result);
    return same;
}

/* The backend's number; 0: the statement failed. */
static int leave_mark(struct connection *connection, const char *mark)
{
    PGresult *result = query_get(connection,
        "SELECT pg_backend_pid(), set_config('weir.mark', $1::text, false)", bind_text(mark));
    int pid = result ? (int)query_integer(result, 0, 0) : 0;

    PQclear(result);
    return pid;
}

/* Lets `other` take what the first one has left, and looks what that has then. */
static enum weir_status compare(struct connection *connection, struct connection *other, int pid)
{
    int other_pid = 0, pid_now = 0;
    uint64_t begun;
    bool same;

    /* A pooler in statement mode refuses it. */
    if (!query_script(other, "BEGIN"))
        return pg_error_is(&other->error, "08P01")
                   ? refuse(connection)
                   : connection_fail(other, "cannot begin a transaction");
    if (is_same(other, "first", pid, &other_pid))
        return refuse(connection);
    if (!other_pid)
        return connection_fail(other, "cannot look for a pooler");
    wait_set_deadline(connection, PATIENCE);
    begun = uv_now(connection->loop);
    same = is_same(connection, "first", pid, &pid_now);
    wait_set_deadline(connection, 0);
    if (!query_script(other, "ROLLBACK"))
        connection_close(other);
    if (same && pid != other_pid)
        return WEIR_OK;
    /* A server that ends in between is no pooler, of which nothing at all comes. */
    if (!pid_now && (connection->error.sqlstate[0] || uv_now(connection->loop) - begun < PATIENCE))
        return connection_fail(connection, "cannot look for a pooler");
    return refuse(connection);
}

enum weir_status connection_check_pooler(struct connection *connection, struct connection *other)
{
    int pid;

    if (!connection_open(other))
        return connection_fail(other, "cannot connect");
    pid = leave_mark(connection, "first");
    if (!pid)
        return connection_fail(connection, "cannot look for a pooler");
    return compare(connection, other, pid);
}
