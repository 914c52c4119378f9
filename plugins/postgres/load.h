/* The postgres loader at work: what its callbacks share. */
#ifndef POSTGRES_LOAD_H
#define POSTGRES_LOAD_H

#include "connect/connection.h"
#include "fiber/call.h"
#include "lane/lane.h"
#include "lane/pins.h"
#include "state/state.h"
#include "table/table.h"

struct postgres_load {
    struct settings settings; /* first: its options are shared with extract */
    const char *schema;       /* that tables are in */
    int64_t lanes;
    /* private */
    struct connection control; /* holds the pipeline's lock, keeps the state, changes tables */
    struct call call;          /* the callback that is under way */
    struct state state;
    struct lane *lane;    /* `lanes` of them */
    struct table *tables; /* one for each name; n_tables of them */
    size_t n_tables;
    struct table **of_resource; /* in the order of stage->resources */
    bool has_failed;            /* a lane has told an error: nothing more is taken */
    bool is_ending;             /* `stop` was called */
    bool is_full;               /* WEIR_AGAIN was answered: the stage is to be woken */
    struct settings hasty;      /* behind a failure that was told: nothing is waited for twice */
    struct pins pins;
    struct fiber *drainer; /* waits until all lanes have sent what they have */
    uv_timer_t *ticker;    /* resumes it; NULL: not made yet */
};

/* Something that was told has failed: what still has to be done is not waited for as long. */
void load_hurry(struct postgres_load *load);
/* A lane has told an error. */
void load_fail(struct postgres_load *load);
/* A lane has room again, or nothing more to send. */
void load_notice(struct postgres_load *load);
/* The lane that a batch goes to; NULL: it has to wait, and the stage is woken. */
struct lane *load_choose(struct postgres_load *load, const struct held *held);

/* Waits, in the fiber of the control connection, until no lane has anything to send. WEIR_FAIL where
 * one has failed, which is told, or where the loader is being stopped. */
enum weir_status load_drain(struct postgres_load *load) WEIR_MUST_CHECK;
/* The tables whose rows the pass puts in place of old ones, each once, into `tables`, which has room
 * for one of each resource; how many they are. Only those that it has not read to their end. */
size_t load_list_replaced(const struct postgres_load *load, struct table **tables);

#endif
