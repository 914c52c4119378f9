/*
 * One connection to the server, used by one fiber at a time.
 *
 * Whatever here waits may be called only in a fiber. A wait ends early, as a lost
 * connection, when connection_cancel was called, or when the run is being stopped
 * and the server has not moved for a while.
 */
#ifndef CONNECT_CONNECTION_H
#define CONNECT_CONNECTION_H

#include "error.h"
#include "fiber/fiber.h"
#include "settings.h"

#include <uv.h>

struct connection {
    struct weir_stage *stage;
    const struct settings *settings;
    const char *role;      /* "control", "lane 1": behind application_name */
    enum weir_fault fault; /* whose the database is: a destination, unless said otherwise */
    uv_loop_t *loop;
    PGconn *libpq;         /* NULL: not open */
    struct pg_error error; /* of the last call here that failed */
    uint64_t n_opened; /* how often it was opened: whatever the server forgets is to be made anew */
    const struct target *target; /* private */
    struct wait *wait;           /* private */
    struct connection *next;     /* private: those joined with it, in a ring */
    bool is_cancelled;
    unsigned n_notices; /* that the server sent */
};

/* Opens nothing. connection_done follows, whatever happened in between. */
void connection_init(struct connection *connection, struct weir_stage *stage, uv_loop_t *loop,
    const struct settings *settings, const char *role);
/* Both are of one run, so that neither is named as what holds the other up. On one thread. */
void connection_join(struct connection *connection, struct connection *other);
/* The one behind `previous` among those joined with it, itself the first; NULL: that was the last. */
const struct connection *connection_next(
    const struct connection *connection, const struct connection *previous);
/* Closes what is open; handles end with the loop. No fiber may be waiting on it. */
void connection_done(struct connection *connection);

void connection_close(struct connection *connection);
bool connection_is_open(const struct connection *connection);
/* The fiber that waits on it, if any, is resumed and finds the connection lost. From outside of it. */
void connection_cancel(struct connection *connection);
/* Pauses the fiber for so long; false when cancelled or the run is being stopped. */
bool connection_sleep(struct connection *connection, uint64_t ms) WEIR_MUST_CHECK;

/* "postgres://host:5432/name" without user or password, for messages. */
const char *connection_name(const struct connection *connection);

#endif
