/*
 * A lane: one connection with a fiber that sends transactions, one after the
 * other, and sees to it that each is committed once.
 */
#ifndef LANE_LANE_H
#define LANE_LANE_H

#include "rows/rows.h"
#include "transaction/transaction.h"

struct postgres_load;

enum { LANE_GATHER_MS = 100 }; /* how long a small transaction waits for more */

struct lane {
    struct postgres_load *load;
    size_t index;
    char role[16];
    struct connection connection;
    struct rows rows;
    struct script_statements statements;
    struct fiber *fiber;
    struct transaction gathering; /* batches come into this one ... */
    struct transaction sending;   /* ... while this one is sent */
    bool is_sending;
    bool is_wanted; /* gathering is to be sent though it is small */
    /* private */
    size_t worth;    /* bytes that are worth a transaction */
    int64_t token;   /* of the last transaction that is known to be committed */
    bool is_unknown; /* the server was told to commit, and has not answered */
    unsigned
        n_careful;    /* transactions that are to be sent step by step, since a script has failed */
    unsigned careful; /* how many these were the last time */
    bool is_idle;     /* the fiber waits for work */
    bool has_failed;  /* it has told an error, and sends nothing more */
    struct held *fault; /* the batch whose row has ended the run, and its unit; NULL: none has */
    size_t fault_unit;
    uv_timer_t timer;
};

/* Opens nothing. lane_stop and lane_done follow, whatever happened in between. */
void lane_init(struct lane *lane, struct postgres_load *load, size_t index, uv_loop_t *loop);
/* Makes its fiber, which waits for work. */
void lane_begin(struct lane *lane);
/* The batch is the lane's now. Only where its gathering has room. */
void lane_take(struct lane *lane, struct held *held);
/* What it has gathered is to be sent now. */
void lane_flush(struct lane *lane);
/* Has it nothing to send, or has it failed? */
bool lane_is_drained(const struct lane *lane);
/* Ends whatever it does; what it holds stays with it. From outside of its fiber. */
void lane_stop(struct lane *lane);
/* Behind lane_stop. The timer ends with the loop. */
void lane_done(struct lane *lane);

/* send.c: sends what is in `sending` until it is committed. WEIR_FAIL: it has told why not; `fault`
 * is set where that is for a row. */
enum weir_status lane_send(struct lane *lane) WEIR_MUST_CHECK;

#endif
