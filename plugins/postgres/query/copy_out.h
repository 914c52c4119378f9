/* COPY ... TO STDOUT: rows as lines of text, as many as are asked for; the server waits with the rest. */
#ifndef QUERY_COPY_OUT_H
#define QUERY_COPY_OUT_H

#include "connect/connection.h"

bool copy_out_begin(struct connection *connection, const char *sql) WEIR_MUST_CHECK;
/*
 * The next line with its newline, which the caller frees with PQfreemem; NULL behind the last one.
 * False: connection->error.
 */
bool copy_out_line(
    struct connection *connection, char **ret_line, size_t *ret_size) WEIR_MUST_CHECK;

#endif
