/*
 * The state in a SQLite database: tables beside those of the rows, written in the
 * transactions of the rows. What each callback promises stands in <weir/store.h>.
 *
 * SQLite has one writer at a time, and every transaction begins as one, so what is
 * read in a transaction stays true until it ends.
 */
#ifndef STATE_STATE_H
#define STATE_STATE_H

#include "../database.h"
#include "../table.h"
#include "lock.h"
#include "query.h"

#include <weir/store.h>

/* The table of rows that were set aside, and the SQL to use it. */
struct letters {
    const char *table;
    const char *make;
    const char *put;
    const char *renew;
    const char *take;
    const char *find;
    const char *read;
    const char *count;
    const char *count_pass;
    bool is_made; /* it is there, as far as this run knows */
};

/* A resource's part of the pass that the run works on. */
struct generation {
    int64_t id;
    bool is_open;  /* was it when the run began? */
    uint64_t rows; /* loaded in the open transaction */
};

struct state {
    struct weir_stage *stage;
    struct database *db;
    struct queries queries;
    struct lock lock;
    struct letters letters;
    struct weir_run run;
    int64_t epoch;
    int64_t pass;                   /* 0: none, rows that were set aside are put back */
    struct generation *generations; /* in the order of stage->resources */
    bool is_open;                   /* a run keeps its state: open was called */
    bool is_fenced;                 /* the fence was looked at in this transaction */
    bool has_waiting;               /* there may be gaps that end where their chain stands */
};

void state_init(struct state *state, struct weir_stage *stage, struct database *db);
/* Before the connection is closed. */
void state_done(struct state *state);

/*
 * Begins a transaction if none is open, and makes sure that this run may still write; what follows
 * may change the database. Without state: only the transaction.
 */
enum weir_status state_enter(struct state *state) WEIR_MUST_CHECK;
/* Before a commit: what was only counted meanwhile. */
enum weir_status state_flush(struct state *state) WEIR_MUST_CHECK;
/* The resource's generation; NULL without state. */
struct generation *state_generation(struct state *state, const struct weir_resource *resource);

/* Fails with what SQLite said; where tables or rows are not as weir makes them, with that. */
enum weir_status state_fail(struct state *state, const char *doing);
/* What was read cannot be. */
enum weir_status state_damaged(struct state *state, const char *what);
static inline enum weir_status state_judge(struct state *state, int rc, const char *doing)
{
    return rc == SQLITE_OK ? WEIR_OK : state_fail(state, doing);
}

#endif
