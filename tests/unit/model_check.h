/*
 * What has to hold in the model's database, whatever went wrong before.
 */
#ifndef MODEL_CHECK_H
#define MODEL_CHECK_H

#include "model_run.h"

struct model_checks {
    struct model_db *db;
    int64_t epoch; /* the highest so far */
    /* Of each generation, by its index: whether it was closed when last looked at. */
    bool *closed;
    size_t closed_capacity;
    bool tainted[MODEL_RESOURCES]; /* an abandoned pass has left rows that come again */
    size_t stride;                 /* look at all rows at every so many-th transaction */
    size_t n_seen;
    char why[1536]; /* what is broken; empty: nothing */
};

void model_checks_init(struct model_checks *checks, struct model_db *db, size_t stride);
/* Says what is broken; the first one counts. */
void model_checks_break(struct model_checks *checks, const char *format, ...) WEIR_PRINTF(2, 3);
/* Behind each transaction. */
void model_checks_applied(struct model_checks *checks, const struct model_tx *tx);
/* Behind each run. */
void model_checks_ended(struct model_checks *checks, const struct model_run *run);
/* Behind a pass that nothing disturbed. */
void model_checks_done(struct model_checks *checks);

#endif
