/*
 * One transaction of a lane: whole batches that wait to be sent, are being sent, or
 * may have to be sent again. Batches are kept until the server has said that they
 * are committed, so that whatever happens to a connection, nothing is lost and
 * nothing asked for twice.
 */
#ifndef LANE_TRANSACTION_H
#define LANE_TRANSACTION_H

#include "table/table.h"

enum {
    TRANSACTION_BYTES_MAX = 8 << 20, /* of batches as they are in memory */
    TRANSACTION_ROWS_MAX = 50000,
};

struct held {
    struct held *next;
    struct weir_batch *batch;
    struct table *table;
    size_t resource; /* its index in stage->resources */
};

struct transaction {
    struct held *first, **end;
    size_t n_held;
    size_t n_rows;
    size_t n_bytes;
    int64_t token; /* counts the transactions of a lane; the state tells the last one committed */
};

#endif
