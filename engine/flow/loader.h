/*
 * What the files of the loader share; nobody else includes it.
 *
 * The loader takes batches from a queue, has its plugin load them, commits now and
 * then. What comes next is said once, in loader_steps.c; loader.c has it run on a
 * thread that blocks, or on the loop, which comes again when there is news.
 */
#ifndef FLOW_LOADER_H
#define FLOW_LOADER_H

#include "dead_letters.h"
#include "inside.h"

/* --- loader_queue.c: between the loop and the loader -------------------------------------- */

struct loader_queue {
    uv_mutex_t mutex;
    uv_cond_t changed;
    struct job *first, **end;
    size_t held; /* bytes that wait, are being loaded or are kept by the plugin */
    bool closed; /* no more will come */
    bool over;   /* and nothing is done with what came */
};

void queue_init(struct loader_queue *queue);
void queue_done(struct loader_queue *queue);
/* Returns how many bytes it holds now. */
size_t queue_push(struct loader_queue *queue, struct job *job);
/* NULL: none waits. What it takes is still held. */
struct job *queue_take(struct loader_queue *queue);
void queue_release(struct loader_queue *queue, struct job *job);
size_t queue_held(struct loader_queue *queue);
void queue_close(struct loader_queue *queue);
/* Will nothing more come out of it? */
bool queue_is_over(struct loader_queue *queue);
/* Whoever sees that it is over sees `flow` woken, too: it hears nothing more. */
void queue_end(struct loader_queue *queue, struct flow *flow);
bool queue_has_ended(struct loader_queue *queue);
/* Until there is something to take, it is closed, or the time is over; UINT64_MAX: any time. */
void queue_wait(struct loader_queue *queue, uint64_t ns);

/* --- loader_steps.c: what comes next ------------------------------------------------------ */

/* Each is a callback of the plugin, but for the one between two of them. */
enum loader_step {
    STEP_START,
    STEP_OPEN,
    STEP_NEXT, /* what is next? */
    STEP_LOAD,
    STEP_COMMIT,
    STEP_FINISH,
    STEP_LAST_COMMIT,
    STEP_STOP,
    STEP_OVER,
};

enum loader_pause {
    PAUSE_NONE,
    PAUSE_FOR_WAKE, /* a callback answered WEIR_AGAIN, and is to be called again */
    PAUSE_FOR_WORK, /* until something is queued, the queue is closed, or a commit is due */
    PAUSE_FOR_EVER, /* everything is committed or rolled back, and the plugin stopped */
};

struct loader {
    struct flow *flow;
    struct flow_stage *stage;
    struct loader_queue queue;
    atomic_int state; /* enum loader_state */
    bool on_loop;

    /* on a thread of its own */
    uv_thread_t thread;
    bool has_thread;
    /* on the loop */
    uv_timer_t due;    /* when the next commit is */
    bool waits;        /* for weir_wake */
    atomic_bool woken; /* since a callback was last called */

    /* of wherever the steps run */
    enum loader_step step;
    bool may_finish;              /* state could be opened, so its end is to be told */
    bool is_judged;               /* `end` is filled */
    struct job *job;              /* being loaded */
    struct job *kept, **kept_end; /* by the plugin, the oldest first */
    uint64_t n_dropped;           /* batches that it kept and lost, since the last commit */
    uint64_t begun_us;            /* when the step was */
    struct session_end end;

    /* handed to the plugin and not committed */
    int64_t open_rows;
    uint64_t open_bytes;
    uint64_t open_since_ns;      /* 0: nothing is */
    uint64_t *open_by_resource;  /* of these, the rows that the next commit is for */
    struct dead_letters letters; /* of the pass, so that no run passes a limit by being another */
    uint64_t old_rows;           /* that earlier runs of it have seen */
};

/* Goes on until it has to pause. */
enum loader_pause loader_go(struct loader *loader);

/* --- loader_counts.c: what was loaded, and when it is to be committed --------------------- */

/* The plugin has taken the batch. */
void count_taken(struct loader *loader, const struct job *job);
/* What the batch holds now is loaded. WEIR_FAIL: too much of it was set aside. */
enum weir_status count_loaded(struct loader *loader, const struct job *job);
/* The plugin's commit is done. */
void count_committed(struct loader *loader);
bool commit_is_due(const struct loader *loader);
/* How long until it is; UINT64_MAX: nothing is open. */
uint64_t until_commit_ns(const struct loader *loader);
/* Too many rows set aside are no nuisance any more: the run fails. */
enum weir_status judge_letters(struct loader *loader, const struct weir_reject *last, bool at_end);

/* --- loader_kept.c: batches that the plugin keeps behind `load` --------------------------- */

/* Frees the job that was being loaded, unless the plugin keeps it. */
enum weir_status settle_job(struct loader *loader);
/* It has refused the job, and so can keep nothing of it. */
void refuse_job(struct loader *loader);
/* Behind a commit: is there none that it should have given back, or lost? */
enum weir_status check_nothing_kept(struct loader *loader);
void free_kept(struct loader *loader);

#endif
