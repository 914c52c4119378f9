/*
 * COPY ... FROM STDIN, with a limit of our own.
 *
 * libpq takes whatever it is given into memory and tells of an error only at the
 * end, so a chunk is sent only when the one before it is gone, and a COPY is kept
 * small by whoever calls this.
 */
#ifndef QUERY_COPY_IN_H
#define QUERY_COPY_IN_H

#include "connect/connection.h"

#include <weir/buf.h>

enum {
    COPY_CHUNK = 64 << 10,    /* bytes that are worth a call */
    COPY_BYTES_MAX = 8 << 20, /* of one COPY */
    COPY_ROWS_MAX = 50000,
};

/* All of them wait; false: connection->error. After a failure of copy_in_send the COPY is over. */
bool copy_in_begin(struct connection *connection, const char *sql) WEIR_MUST_CHECK;
/* Sends what is in the buffer and empties it. */
bool copy_in_send(struct connection *connection, struct weir_buf *chunk) WEIR_MUST_CHECK;
bool copy_in_end(struct connection *connection) WEIR_MUST_CHECK;
/* Ends it so that nothing of it stays, which fails the transaction (or what is behind its savepoint). */
void copy_in_cancel(struct connection *connection);

#endif
