/* Where connection->error comes from. */
#ifndef CONNECT_ERROR_TAKE_H
#define CONNECT_ERROR_TAKE_H

#include "wait.h"

/* The server refused: what it said. */
void error_take_result(struct connection *connection, const PGresult *result);
/* The connection is gone, or of no use any more: closes it. What the server said before stays. */
void error_take_lost(struct connection *connection);
/* A wait was ended from our side, or its deadline is over: closes the connection. */
void error_take_ended(struct connection *connection, enum wait_end end);
/* It could not be made: libpq's text, in which the server's SQLSTATE stands if it has answered. */
void error_take_connect(struct connection *connection);
/* weir itself refused, as the server would have. */
void error_take_own(struct connection *connection, const char *sqlstate, const char *text);
/* The same of something about the connection that trying again does not mend. */
void error_take_setting(struct connection *connection, enum weir_fault fault, const char *code,
    const char *format, ...) WEIR_PRINTF(4, 5);

/* What is shown in place of the server's own words, where these may hold a row's values; or NULL. */
const char *error_own_words(const PGresult *result);
/* The column at which a COPY failed, where the context that the server gives names it; else out stays. */
void error_take_copied_column(const char *context, char out[PG_NAME_SIZE]);

#endif
