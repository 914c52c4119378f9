/* The postgres loader at work: what its callbacks share. */
#ifndef POSTGRES_LOAD_H
#define POSTGRES_LOAD_H

#include "connect/connection.h"
#include "fiber/call.h"
#include "lane/lane.h"
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
    bool has_failed;            /* a lane or a callback has told an error */
};

/* Waits, in the fiber of the control connection, until no lane has anything to send. */
enum weir_status load_drain(struct postgres_load *load) WEIR_MUST_CHECK;
/* The tables whose rows the pass puts in place of old ones, each once, into `tables`, which has room
 * for one of each resource; how many they are. Only those that it has not read to their end. */
size_t load_list_replaced(const struct postgres_load *load, struct table **tables);

#endif
