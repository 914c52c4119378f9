/*
 * A session as weir needs it: what names, times and numbers mean in it, what is waited for how
 * long, and what is tried again. All of this waits, so it runs in a fiber.
 */
#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

#include "connect/connection.h"

/*
 * Connects, if it is not connected, and sets the session up (search_path pg_catalog, time zone UTC,
 * lock_timeout, ISO dates, notices). One try: false with `error`, which may be transient.
 */
bool connection_open(struct connection *connection) WEIR_MUST_CHECK;
/*
 * Runs a body until it does not return WEIR_AGAIN, with a connection that is open each time it
 * begins and no transaction under way, nor behind it: rolled back, opened anew when lost, after
 * growing pauses, up to settings.retry for a server that is away and settings.lock_wait for locks.
 * Then what failed is told.
 */
enum weir_status connection_retry(struct connection *connection,
    enum weir_status (*body)(struct connection *connection, void *arg), void *arg,
    const char *doing) WEIR_MUST_CHECK;
/* The same where that was waited for long enough: one try, and what failed is told. */
enum weir_status connection_try(struct connection *connection,
    enum weir_status (*body)(struct connection *connection, void *arg), void *arg,
    const char *doing) WEIR_MUST_CHECK;

/* May rows be written in this database? E-DB-READ-ONLY where it is a standby, or set so. */
enum weir_status connection_check_writable(struct connection *connection) WEIR_MUST_CHECK;
/*
 * Has each connection a backend of its own, as long as it is there? `other` is opened for it.
 * E-DB-POOLER where something between gives each transaction another one.
 */
enum weir_status connection_check_pooler(
    struct connection *connection, struct connection *other) WEIR_MUST_CHECK;

/* session.c: sets up one that was just made. False: connection->error. */
bool session_set_up(struct connection *connection) WEIR_MUST_CHECK;

#endif
