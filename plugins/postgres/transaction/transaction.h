/*
 * One transaction of a lane: whole batches that wait to be sent, are being sent, or
 * may have to be sent again. Batches are kept until the server has said that they
 * are committed, so that whatever happens to a connection, nothing is lost and
 * nothing asked for twice.
 */
#ifndef TRANSACTION_TRANSACTION_H
#define TRANSACTION_TRANSACTION_H

#include "table/table.h"

enum {
    TRANSACTION_BYTES_MAX = 8 << 20, /* of batches as they are in memory */
    TRANSACTION_ROWS_MAX = 50000,
    TRANSACTION_ROWS_WORTH = 20000, /* that are worth a transaction */
};

struct pin;

/* Lives in the batch's arena. */
struct held {
    struct held *next;
    struct weir_batch *batch;
    struct table *table;
    size_t resource; /* its index in stage->resources */
    size_t n_bytes;
    size_t n_rows;
    struct pin **pins; /* of its chains, n_pins of them */
    size_t n_pins;
};

struct transaction {
    struct held *first, **end;
    size_t n_held;
    size_t n_rows;
    size_t n_bytes;
    int64_t token; /* counts the transactions of a lane; the state tells the last one committed */
};

struct held *held_new(struct weir_batch *batch, struct table *table, size_t resource);

void transaction_init(struct transaction *transaction);
void transaction_add(struct transaction *transaction, struct held *held);
/* Can it take the batch without growing too large? An empty one can always. */
bool transaction_has_room(const struct transaction *transaction, const struct held *held);
/* Is it worth to be sent, where so many bytes are? */
bool transaction_is_worth(const struct transaction *transaction, size_t bytes);
/* All of `from` goes to `to`, which is empty. */
void transaction_move(struct transaction *to, struct transaction *from);
/*
 * What comes from this unit on is to be loaded no more: units of its batch are voided, and the
 * batches that nothing is left of are taken out; the first of them is returned, or NULL.
 */
struct held *transaction_cut(struct transaction *transaction, struct held *at, size_t unit);

#endif
