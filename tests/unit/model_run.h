/*
 * One run of the model: what the flow does with a session, an extractor and a loader,
 * one step at a time, so that others can be at work in between.
 */
#ifndef MODEL_RUN_H
#define MODEL_RUN_H

#include "model_store.h"

#include "state/session.h"

/* What goes wrong with units. */
struct model_trouble {
    unsigned flaky;   /* per mille: of all that is asked for */
    unsigned broken;  /* per mille: these fail whenever they are asked for */
    uint64_t salt;    /* tells which those are */
    unsigned lost;    /* per mille: batches that fail between the source and the loader */
    unsigned forgets; /* per mille: chains that are begun before the place where they stand */
};

struct model_plan {
    size_t number; /* of the run, from 1 */
    const char *key;
    bool restart, takeover, resends;
    bool takes[MODEL_RESOURCES];
    size_t units;   /* at most, in a batch */
    size_t batches; /* about, in a transaction */
};

enum run_state { RUN_BEGINS, RUN_READS, RUN_ENDS, RUN_IS_OVER };

struct model_run;

struct model_run *model_run_new(struct model_net *net, const struct model_source *source,
    const struct model_trouble *trouble, const struct model_plan *plan);
/* What is under way is lost. Accepts NULL. */
void model_run_free(struct model_run *run);

enum run_state model_run_state(const struct model_run *run);
void model_run_step(struct model_run *run);

/* Of a run that is over: its exit code; -1 for one that died. */
int model_run_exit(const struct model_run *run);
enum session_outcome model_run_outcome(const struct model_run *run);
const struct model_plan *model_run_plan(const struct model_run *run);
/* Indexes of its generations in the database; their number. */
size_t model_run_generations(const struct model_run *run, const size_t **ret_generations);
/* Why it failed; empty if it did not. */
const struct weir_error *model_run_error(const struct model_run *run);

#endif
