#include "copy_out.h"

#include "connect/error_take.h"
#include "wire.h"

bool copy_out_begin(struct connection *connection, const char *sql)
{
    return wire_begin_copy(connection, sql, PGRES_COPY_OUT);
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
