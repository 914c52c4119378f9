/*
 * Sending and receiving without ever blocking: what libpq wants written is
 * written, what comes is read, and the fiber waits where neither can be done.
 */
#ifndef QUERY_WIRE_H
#define QUERY_WIRE_H

#include "connect/connection.h"

/* Is there a connection, with nothing under way on it? False: connection->error. */
bool wire_ready(struct connection *connection) WEIR_MUST_CHECK;
/* Before what must not be done twice: has the server not gone meanwhile? False: connection->error. */
bool wire_is_there(struct connection *connection) WEIR_MUST_CHECK;
/* Until the socket is ready, and what came is read; false when the connection was lost. */
bool wire_wait(struct connection *connection, int events) WEIR_MUST_CHECK;
/* After a PQsend... function, and what that returned. */
bool wire_flush(struct connection *connection, int sent) WEIR_MUST_CHECK;
/* The next result, NULL behind the last; false when the connection was lost. */
bool wire_next(struct connection *connection, PGresult **ret_result) WEIR_MUST_CHECK;
/*
 * Reads all that is left and tells whether it went well. The last result is the caller's
 * when `ret_last` is not NULL; the first error goes into connection->error.
 */
bool wire_finish(struct connection *connection, PGresult **ret_last);
/* A COPY; `direction` is PGRES_COPY_IN or PGRES_COPY_OUT. False where it does not begin. */
bool wire_begin_copy(
    struct connection *connection, const char *sql, ExecStatusType direction) WEIR_MUST_CHECK;

#endif
