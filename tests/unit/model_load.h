/*
 * A loader over the model's database: the fence, the guards, rows. It keeps what it
 * writes to itself, and sends all of it as one transaction.
 */
#ifndef MODEL_LOAD_H
#define MODEL_LOAD_H

#include "model_net.h"

#include <weir/plugin.h>

/* The stage's state; what stands first is given. */
struct model_load {
    struct model_net *net;
    size_t run;
    bool resends; /* what had no answer is sent again, if it did not take effect */
    bool takeover;
    bool restarts; /* it may abandon an open pass */
    /* its own */
    struct model_tx *tx;
    struct tx_begin begin;
    int64_t epoch;
    size_t pass;
    size_t generations[MODEL_RESOURCES]; /* indexes in the database, in the plan's order */
    size_t n_generations;
    bool died;
    bool lost; /* something that was loaded */
};

struct model_tx *model_load_tx(struct model_load *load);
/* Until it is known whether it took effect. */
enum weir_status model_load_send(struct weir_stage *stage, struct model_tx *tx);
/* The fence: once in a transaction, and again when it takes effect. */
enum weir_status model_load_enter(struct weir_stage *stage);

/* The plugin's callbacks. */
enum weir_status model_load_batch(struct weir_stage *stage, struct weir_batch *batch);
enum weir_status model_load_commit(struct weir_stage *stage);

#endif
