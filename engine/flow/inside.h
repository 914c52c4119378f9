/* What the files of the flow share; nobody else includes it. */
#ifndef FLOW_INSIDE_H
#define FLOW_INSIDE_H

#include "budget.h"
#include "flow.h"
#include "workers.h"

#include <uv.h>

/* In what part of its life a flow is; it only moves forward. */
enum phase {
    PHASE_STARTING, /* the loader prepares; nothing else has begun */
    PHASE_RUNNING,  /* batches flow */
    PHASE_DRAINING, /* nothing is asked for any more; jobs and the loader go on */
    PHASE_CLOSING,  /* the loader commits and stops */
    PHASE_CLOSED,   /* handles are closing; the loop ends by itself */
};

/* One stage with what only the engine knows of it. */
struct flow_stage {
    struct plan_stage *planned;
    struct flow *flow;
    bool started;
    uv_mutex_t entry; /* of transforms that are not parallel */
    /* guarded by flow->mutex: the first error that the stage told */
    struct weir_error error;
};

/* What became of a batch that the loader was given. */
enum job_fate {
    FATE_OPEN = 0, /* it has not said; behind `load` that means loaded, to be committed */
    FATE_KEPT,     /* it will say */
    FATE_LOADED,   /* and committed already */
    FATE_DROPPED,  /* nothing of it was */
};

/* One batch on its way through decode and transforms. */
struct job {
    struct work work; /* first: the worker hands this back */
    struct job *next; /* in order of extraction */
    struct flow *flow;
    struct weir_batch *batch;
    size_t charged; /* bytes counted against the budget */
    bool extracts;  /* the job begins with extract, on the worker, and keeps it busy */
    enum weir_status status;
    struct flow_stage *failed; /* the stage that made status WEIR_FAIL */
    atomic_bool done;
    enum job_fate fate; /* of the loader alone */
};

struct loader;

struct flow {
    struct plan *plan;
    struct stats *stats;
    const struct flow_observer *observer;
    struct flow_result *result;
    struct session *session;
    struct session_end end; /* from PHASE_CLOSING on */
    struct budget budget;
    size_t queue_limit; /* bytes; with so many the loader's queue is full */

    uv_loop_t loop;
    uv_thread_t loop_thread;
    uv_async_t async;     /* wakes the loop from other threads */
    uv_idle_t idle;       /* runs when the pump is wanted again at once */
    uv_prepare_t prepare; /* the pump, before the loop sleeps ... */
    uv_check_t check;     /* ... and after it woke */
    uv_signal_t signals[2];
    uv_timer_t ticker;
    uv_timer_t deadline;

    /*
     * Told by other threads. They stand apart from the loop's own flags, several of
     * which a compiler reads as one word.
     */
    atomic_bool wanted;     /* the pump has something to look at */
    atomic_bool woken;      /* weir_wake since extract was last called, but of the loader */
    atomic_bool stopping;   /* a signal, or the run's time is over */
    atomic_bool incomplete; /* the same, or a failure */

    enum phase phase;
    struct flow_stage extract;
    struct flow_stage *transforms;
    struct flow_stage load;
    struct workers *workers;
    unsigned n_workers;
    struct loader *loader;

    struct job *first_job, **jobs_end; /* in order of extraction */
    unsigned n_jobs;
    bool extract_waits;       /* said AGAIN; atomic_exchange of woken decides */
    atomic_bool extract_busy; /* on a worker, now; the job that has it may clear it */
    bool extract_ended;
    uv_mutex_t mutex;
};

/* flow.c */
void flow_wake(struct flow *flow); /* from any thread: pump soon */
void flow_fail(struct flow *flow, struct flow_stage *stage, const struct weir_error *error);
/* The error that the stage told with weir_fail, or one that says it told none. */
void flow_stage_failed(struct flow *flow, struct flow_stage *stage);
void flow_stop(struct flow *flow, int signal);
/* A stage that woke itself while the pump ran must not wait for the next event. */
void flow_stay_awake(struct flow *flow);
void flow_close_handles(struct flow *flow);

/* pump.c: moves what can be moved, and the run into its next phase. On the loop's thread. */
void flow_pump(struct flow *flow);

/* stage.c */
void stage_prepare(struct flow *flow, struct flow_stage *stage, struct plan_stage *planned);
/* False when it failed, which the flow then knows. */
bool stage_start(struct flow *flow, struct flow_stage *stage);
/* Does nothing to a stage that was not started, or is stopped already. */
void stage_stop(struct flow_stage *stage);
void stage_finish(struct flow_stage *stage);
/* Did it call weir_fail? Also `stop`, which returns nothing, may fail so. From any thread. */
bool stage_has_failed(struct flow_stage *stage);

/* host.c */
extern const struct weir_host flow_host;
/* From now on an error that a stage tells on this thread goes there, and is none of the stage's;
 * NULL: no longer so. The first one stays. */
void host_try(struct weir_error *error);

/* job.c */
struct job *job_new(struct flow *flow, struct weir_batch *batch, bool extracts);
void job_free(struct job *job);

/* transforms.c: those that the batch has not passed. WEIR_FAIL: at job->failed. */
enum weir_status transforms_run(struct job *job);
/* What transforms have done to the number of rows. */
struct row_counts {
    uint64_t filtered;
    uint64_t added;
};
/* The same of any batch of the job, without a search, and only counted. */
enum weir_status transforms_pass(
    struct job *job, struct weir_batch *batch, struct row_counts *counts);

/* where.c. WEIR_FAIL: at job->failed. */
enum weir_status where_run(struct job *job);

/* search.c: is the error no limit that all rows have met together? */
bool error_may_be_of_a_row(const struct weir_error *error);
/* Rows can be told apart where each transform that is left takes each for itself. */
bool search_is_possible(const struct job *job);
/* As transforms_pass, but that the rows at fault are found and set aside. */
enum weir_status search_while_passing(struct job *job, struct row_counts *counts);

/* loader.c: the load stage, on a thread or on the loop. loader_free joins the thread; nothing else
 * here waits. */
enum loader_state {
    LOADER_STARTING,
    LOADER_READY,
    LOADER_ENOUGH, /* it wants no more, and that is no failure */
    LOADER_FAILED, /* the stage's error says why; it takes no more */
    LOADER_DONE,   /* everything is committed or rolled back */
};
struct loader *loader_new(struct flow *flow, struct flow_stage *stage);
void loader_start(struct loader *loader);
/* Goes on as far as it can, where it runs on the loop. */
void loader_pump(struct loader *loader);
/* From any thread: the callback that answered WEIR_AGAIN is called again, or what failed outside of
 * one is noticed. */
void loader_wake(struct loader *loader);
enum loader_state loader_state(struct loader *loader);
/* Takes over the job with its batch. */
void loader_push(struct loader *loader, struct job *job);
size_t loader_queued(struct loader *loader);
/* True when it has left the stage for good. */
bool loader_is_done(struct loader *loader);
/* No more will come: load what is queued, commit, stop. */
void loader_close(struct loader *loader);
void loader_close_handles(struct loader *loader);
void loader_free(struct loader *loader);

/* loader_kept.c: what the plugin says of its batches, on the loop. */
void loader_keep(struct loader *loader, struct weir_batch *batch);
void loader_loaded(struct loader *loader, struct weir_batch *batch);
void loader_dropped(struct loader *loader, struct weir_batch *batch);

#endif
