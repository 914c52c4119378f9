#include "copy_in.h"

#include "wire.h"

bool copy_in_begin(struct connection *connection, const char *sql)
{
    return wire_begin_copy(connection, sql, PGRES_COPY_IN);
}

bool copy_in_send(struct connection *connection, struct weir_buf *chunk)
{
    int sent = PQputCopyData(connection->libpq, chunk->ptr, (int)chunk->len);

    weir_buf_reset(chunk);
    return wire_flush(connection, sent);
}

bool copy_in_end(struct connection *connection)
{
    return wire_flush(connection, PQputCopyEnd(connection->libpq, NULL)) &&
           wire_finish(connection, NULL);
}

void copy_in_cancel(struct connection *connection)
{
    struct pg_error error = connection->error;

    if (connection->libpq &&
        wire_flush(connection, PQputCopyEnd(connection->libpq, "weir does not go on with it")))
        (void)wire_finish(connection, NULL);
    /* What the caller cancels it for says more than that it was cancelled. */
    connection->error = error;
}
