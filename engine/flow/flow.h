/*
 * A plan at work: from the first request to the last commit.
 *
 * The flow owns one libuv loop, the workers, the loader and the budget.
 * Its heart is the pump (pump.c), which runs on the loop after every turn and
 * moves what can be moved: finished jobs to the loader, new batches out of the
 * extractor when there is room. Nothing is pushed; a full queue simply stops the
 * pump from asking for more.
 */
#ifndef FLOW_H
#define FLOW_H

#include "plan/plan.h"
#include "state/session.h"
#include "stats.h"

/* The exit code of a run that a signal has ended, to which the signal's number is added. */
enum { EXIT_SIGNAL = 128 };

/* How a run ended. */
struct flow_result {
    enum weir_status status; /* WEIR_OK or WEIR_FAIL */
    struct weir_error error; /* of WEIR_FAIL */
    const char *stage;       /* where it failed, or NULL */
    int signal;              /* the run was ended by this signal, else 0 */
    struct session_result state;
};

/* What a view of the run may see, on the loop's thread. */
struct flow_view {
    const struct plan *plan;
    const struct stats *stats;
    size_t held;        /* bytes that flow now */
    size_t held_limit;  /* of them, at most */
    size_t queued;      /* bytes that wait for the loader */
    size_t queue_limit; /* of these, at most */
    bool stopping;
};

struct flow_observer {
    uint64_t interval_ms; /* 0: never */
    void (*tick)(void *arg, const struct flow_view *view);
    void *arg;
};

/*
 * Runs the plan to its end: success, failure, or a signal (SIGINT, SIGTERM),
 * after which complete units are committed; a second signal ends the process at
 * once. stats is initialised by the caller and may be read afterwards.
 */
void flow_run(struct plan *plan, struct stats *stats, const struct flow_observer *observer,
    struct flow_result *ret_result);

#endif
