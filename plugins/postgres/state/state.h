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
    size_t n_lanes;
    bool is_open; /* a run keeps its state: open was called */
};

#endif
