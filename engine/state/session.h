/*
 * A run's dealings with the state that its loader keeps: what is to be done, told
 * at the start; what was done, told at the end.
 *
 * A loader without a store has no state, and every question is answered as in a
 * first run. Between open and finish a session is read-only but for its counters,
 * which belong to where the loader runs.
 */
#ifndef STATE_SESSION_H
#define STATE_SESSION_H

#include "decide.h"
#include "marks.h"
#include "plan/plan.h"

struct session;

struct session *session_new(struct plan *plan);
/* Accepts NULL. */
void session_free(struct session *session);

/*
 * Where the loader is, behind `start`. WEIR_OK: go; WEIR_END: there is nothing to do, an earlier
 * run has done it; WEIR_FAIL: the error is the refusal, or none where the store told its own;
 * WEIR_AGAIN: the store waits, call it again.
 */
enum weir_status session_open(struct session *session, struct weir_error *ret_error);

/* Is state kept, and could it be read? */
bool session_is_open(const struct session *session);
/* What earlier runs of the pass have loaded, and what they have set aside. */
uint64_t session_old_rows(const struct session *session);
uint64_t session_old_letters(const struct session *session);
/* The loader has taken the batch. */
void session_note(struct session *session, const struct weir_batch *batch);

/* The exit code of a run that is done but for gaps, or rows that were set aside. */
enum { EXIT_LACKS = 9 };

/* How the run ended, as far as it is known before the last commit. */
struct session_end {
    bool complete;   /* the source ended by itself, and everything it gave is loaded */
    int exit_code;   /* of what went wrong, or 0 */
    uint64_t n_rows; /* loaded by the run, those of the last commit among them */
};
/* Where the loader is, before the last commit. As session_open it may answer WEIR_AGAIN; from then on
 * `end` is not looked at. */
enum weir_status session_finish(struct session *session, const struct session_end *end);
/* The last commit failed, and with it the end that session_finish told of. */
void session_stays_open(struct session *session);

/* What extractors ask; from any thread once the session is open. */
bool session_resume(const struct session *session, const struct weir_resource *resource,
    const struct weir_id *chain, struct weir_resume *ret_resume);
bool session_opened(const struct session *session, const struct weir_resource *resource, size_t i,
    struct weir_opened *ret_opened);
bool session_is_read(const struct session *session, const struct weir_resource *resource);
const char *session_mark(const struct session *session, const struct weir_resource *resource,
    const struct weir_id *series);
const char *session_noted(const struct session *session, const struct weir_resource *resource,
    const struct weir_id *chain, uint64_t number);
const struct marks *session_marks(const struct session *session);
const char *session_now(const struct session *session);

/* For the report; behind the run. */
enum session_outcome {
    SESSION_NONE,      /* no state is kept */
    SESSION_DONE,      /* the pass is done */
    SESSION_OPEN,      /* the next run goes on with it */
    SESSION_ABANDONED, /* what is missing was given up twice, or what came was refused; the next
                        * run begins anew */
    SESSION_NOTHING,   /* it was done before */
    SESSION_REPLAY,    /* it was no pass; rows that were set aside were put back */
};
struct session_result {
    enum session_outcome outcome;
    bool resumed; /* it went on with a pass of an earlier run */
    uint64_t n_gaps;
    uint64_t n_dead_letters; /* set aside by this run */
    uint64_t n_put_back;     /* of a replay: rows that were set aside, and are no more */
};
/* "done", "open", ... */
const char *session_outcome_word(enum session_outcome outcome);
void session_result(const struct session *session, struct session_result *ret_result);

#endif
