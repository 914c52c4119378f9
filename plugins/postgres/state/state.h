/*
 * The state in a PostgreSQL database: tables of the schema "weir", written in the
 * transactions of the rows. What each callback promises stands in <weir/store.h>.
 *
 * Several lanes write at once, so every transaction of a lane begins with the
 * fence (locked FOR SHARE: a new run waits until it has ended) and with its lane's
 * token, and then moves its chains, whose rows make a second writer wait.
 */
#ifndef STATE_STATE_H
#define STATE_STATE_H

#include "query/query.h"

#include <weir/store.h>

/* A resource's part of the pass that the run works on. */
struct generation {
    int64_t id;
    bool is_open; /* was it when the run began? */
};

struct state {
    struct weir_stage *stage;
    struct weir_run run;
    int64_t epoch;
    int64_t pass;                   /* 0: none, rows that were set aside are put back */
    struct generation *generations; /* in the order of stage->resources */
    const char *schema;             /* of the rows, and of the dead letters */
    size_t n_lanes;
    struct weir_found found; /* what open told; begin makes sure that it is true still */
    uint64_t locked_at;      /* connection->n_opened when the lock was taken; 0: never yet */
    bool keeps_notes;        /* the tables of notes are there, and this role may use them */
    bool is_open;            /* a run keeps its state: begin was called */
    bool knows_waiting;      /* whether there may be gaps that end where their chain stands; */
    bool has_waiting;        /* of the guards */
};

/* A timestamptz in SQL as <weir/store.h> tells times: RFC 3339, UTC. */
#define STATE_TIME(column)                                                                         \
    "to_char(" column " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"

/* Asks nothing of the database. `schema` lives as long as the stage. */
void state_init(struct state *state, struct weir_stage *stage, const char *schema, size_t n_lanes);

/*
 * Begins a transaction of the control connection that changes anything: the pipeline's lock is taken
 * anew where the connection was lost (E-LOCKED), and the epoch is this run's (E-FENCED), which stays
 * true until the transaction ends. Before `begin`, and without state: only the transaction.
 */
enum weir_status state_enter(struct connection *control, struct state *state) WEIR_MUST_CHECK;

#endif
