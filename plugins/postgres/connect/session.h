/* A session as weir needs it: what names, times and numbers mean, and what is waited for how long. */
#ifndef CONNECT_SESSION_H
#define CONNECT_SESSION_H

#include "connection.h"

/* Waits; false: connection->error. For a connection that was just made. */
bool session_set_up(struct connection *connection) WEIR_MUST_CHECK;
/* Waits. May rows be written in this database? E-DB-READ-ONLY where it is a standby, or set so. */
enum weir_status connection_check_writable(struct connection *connection) WEIR_MUST_CHECK;
/*
 * Waits. Has each connection a backend of its own, as long as it is there? `other` is opened for it.
 * E-DB-POOLER where something between gives each transaction another one.
 */
enum weir_status connection_check_pooler(
    struct connection *connection, struct connection *other) WEIR_MUST_CHECK;

#endif
