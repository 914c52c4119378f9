/*
 * How a fiber waits for a connection's socket, or for time to pass.
 *
 * One uv_poll handle watches one descriptor, and a descriptor that libpq has
 * closed may be another one's the next moment: whoever closes the socket, or lets
 * libpq do so, calls wait_forget_socket before.
 */
#ifndef CONNECT_WAIT_H
#define CONNECT_WAIT_H

#include "connection.h"

enum wait_end {
    WAIT_MOVED, /* the socket is ready */
    WAIT_TIME,  /* the deadline, or the time that was waited for, is over */
    WAIT_ENDED, /* cancelled, or the run is being stopped and the server does not move */
};

/* Handles; they and the memory end with the loop. */
struct wait *wait_new(struct connection *connection);
void wait_free(struct wait *wait);

/* Until libpq's socket is ready for one of the events (UV_READABLE, UV_WRITABLE). */
enum wait_end wait_socket(struct connection *connection, int events) WEIR_MUST_CHECK;
void wait_forget_socket(struct connection *connection);
/* WAIT_TIME when it has passed. */
enum wait_end wait_time(struct connection *connection, uint64_t ms) WEIR_MUST_CHECK;
/* Until wait_resume is called. */
enum wait_end wait_resumed(struct connection *connection) WEIR_MUST_CHECK;
void wait_resume(struct wait *wait, enum wait_end end);
/* All waits from now on end so many ms from now; 0: never. */
void wait_set_deadline(struct connection *connection, uint64_t ms);

#endif
