#include "copy_out.h"

#include "connect/error_take.h"
#include "wire.h"

bool copy_out_begin(struct connection *connection, const char *sql)
{
    PGresult *result;
    ExecStatusType status;

    if (!wire_ready(connection) || !wire_flush(connection, PQsendQuery(connection->libpq, sql)) ||
        !wire_next(connection, &result))
        return false;
    status = PQresultStatus(result);
    if (status != PGRES_COPY_OUT)
        error_take_result(connection, result);
    PQclear(result);
    if (status == PGRES_COPY_OUT)
        return true;
    (void)wire_finish(connection, NULL);
    return false;
}

bool copy_out_line(struct connection *connection, char **ret_line, size_t *ret_size)
{
    int n;

    while ((n = PQgetCopyData(connection->libpq, ret_line, 1)) == 0)
        if (!wire_wait(connection, UV_READABLE))
            return false;
    if (n > 0) {
        *ret_size = (size_t)n;
        return true;
    }
    *ret_line = NULL;
    if (n == -1)
        return wire_finish(connection, NULL);
    error_take_lost(connection);
    return false;
}
