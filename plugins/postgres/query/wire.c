#include "wire.h"

#include "connect/error_take.h"

bool wire_ready(struct connection *connection)
{
    connection->error = (struct pg_error){0};
    if (connection->libpq && PQstatus(connection->libpq) == CONNECTION_OK)
        return true;
    error_take_lost(connection);
    return false;
}

/* Behind what has come by now may stand an end that was not noticed yet. */
bool wire_is_there(struct connection *connection)
{
    for (int i = 0; i < 2; i++)
        if (!PQconsumeInput(connection->libpq)) {
            error_take_lost(connection);
            return false;
        }
    return true;
}

/* The server may wait for us to read (a notice, an error) before it takes more. */
static bool read_some(struct connection *connection)
{
    if (PQconsumeInput(connection->libpq))
        return true;
    error_take_lost(connection);
    return false;
}

bool wire_wait(struct connection *connection, int events)
{
    enum wait_end end = wait_socket(connection, events);

    if (end == WAIT_MOVED)
        return read_some(connection);
    error_take_ended(connection, end);
    return false;
}

bool wire_flush(struct connection *connection, int sent)
{
    int left = sent == 1 ? PQflush(connection->libpq) : -1;

    while (left > 0) {
        if (!wire_wait(connection, UV_READABLE | UV_WRITABLE))
            return false;
        left = PQflush(connection->libpq);
    }
    if (left < 0)
        error_take_lost(connection);
    return left == 0;
}

bool wire_next(struct connection *connection, PGresult **ret_result)
{
    *ret_result = NULL;
    while (PQisBusy(connection->libpq))
        if (!wire_wait(connection, UV_READABLE))
            return false;
    *ret_result = PQgetResult(connection->libpq);
    return true;
}

static bool is_copy(ExecStatusType status)
{
    return status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH;
}

static bool is_error(ExecStatusType status)
{
    return status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE;
}

bool wire_finish(struct connection *connection, PGresult **ret_last)
{
    PGresult *last = NULL, *result;
    bool failed = false;

    for (;;) {
        if (!wire_next(connection, &result) || (result && is_copy(PQresultStatus(result)))) {
            /* A COPY that nobody began would never end. */
            if (result)
                error_take_lost(connection);
            PQclear(result);
            PQclear(last);
            return false;
        }
        if (!result)
            break;
        if (is_error(PQresultStatus(result)) && !failed) {
            error_take_result(connection, result);
            failed = true;
        }
        PQclear(last);
        last = result;
    }
    if (PQstatus(connection->libpq) == CONNECTION_BAD)
        error_take_lost(connection);
    if (failed || !ret_last) {
        PQclear(last);
        last = NULL;
    }
    if (ret_last)
        *ret_last = last;
    return !failed;
}

bool wire_begin_copy(struct connection *connection, const char *sql, ExecStatusType direction)
{
    PGresult *result;
    ExecStatusType status = PGRES_COMMAND_OK;

    if (!wire_ready(connection) || !wire_flush(connection, PQsendQuery(connection->libpq, sql)))
        return false;
    /* Other statements may stand before the COPY. */
    while (status == PGRES_COMMAND_OK) {
        if (!wire_next(connection, &result))
            return false;
        status = PQresultStatus(result);
        if (status != direction && status != PGRES_COMMAND_OK)
            error_take_result(connection, result);
        PQclear(result);
    }
    if (status == direction)
        return true;
    (void)wire_finish(connection, NULL);
    return false;
}
