/*
 * Which chains are under way in which lane. Units of one chain are sent by one lane
 * as long as any of them is not committed: so they reach the database in their order.
 */
#ifndef LANE_PINS_H
#define LANE_PINS_H

#include "transaction/transaction.h"

struct lane;

enum { PINS_BUCKETS = 1024 };

struct pin {
    struct pin *next;
    size_t resource;
    struct weir_id chain;
    struct lane *lane;
    size_t n_held; /* batches that have units of it */
};

/* All zero at first. */
struct pins {
    struct pin *buckets[PINS_BUCKETS];
};

/*
 * The lane that this batch has to go to, NULL for any. With *ret_several its chains are under way in
 * several: it has to wait. Each of those lanes is told to `tell`, more than once perhaps.
 */
struct lane *pins_look(const struct pins *pins, const struct held *held,
    void (*tell)(struct lane *lane), bool *ret_several);
/* The batch is under way in this lane. */
void pins_add(struct pins *pins, struct held *held, struct lane *lane);
/* It is no more: loaded or dropped. */
void pins_remove(struct pins *pins, struct held *held);
void pins_done(struct pins *pins);

#endif
