/* The sqlite loader at work: what its callbacks share. */
#ifndef SQLITE_LOAD_H
#define SQLITE_LOAD_H

#include "database.h"
#include "state/state.h"
#include "table.h"

struct sqlite_load {
    const char *path;
    uint64_t lock_wait;
    /* private */
    struct database db;
    struct state state;
    struct table *tables; /* one for each name; n_tables of them */
    size_t n_tables;
    struct table **of_resource; /* in the order of stage->resources */
};

/* Inside a transaction: columns that never had a value become columns all the same. */
enum weir_status load_create_waiting(struct sqlite_load *load) WEIR_MUST_CHECK;

/*
 * The tables whose rows the pass puts in place of old ones, each once, into `tables`, which has room
 * for one of each resource; how many they are. Only those that it has not read to their end.
 */
size_t load_list_replaced(const struct sqlite_load *load, struct table **tables);

#endif
