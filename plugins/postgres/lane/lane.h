/*
 * A lane: one connection with a fiber that sends transactions, one after the
 * other, and sees to it that each is committed once.
 */
#ifndef LANE_LANE_H
#define LANE_LANE_H

#include "rows/rows.h"
#include "transaction.h"

struct postgres_load;

struct lane {
    struct postgres_load *load;
    size_t index;
    struct connection connection;
    struct rows rows;
    struct fiber *fiber;
    struct transaction gathering; /* batches come into this one ... */
    struct transaction sending;   /* ... while this one is sent */
    bool is_sending;
    bool is_wanted; /* gathering is to be sent though it is small */
};

#endif
