/* What the files of a session share; nobody else includes it. */
#ifndef STATE_SESSION_INSIDE_H
#define STATE_SESSION_INSIDE_H

#include "notes.h"
#include "places.h"
#include "plan/now.h"
#include "session.h"

struct session {
    struct plan *plan;
    struct weir_stage *load;
    const struct weir_store *store; /* NULL: no state is kept */
    struct wish wish;
    struct weir_run run;
    struct weir_pass pass; /* generations in the order of the plan's resources */
    struct places *places;
    struct marks *marks;
    struct notes *notes;
    struct weir_error mark_error; /* why a mark could not be taken, if one could not */
    struct session_result result;
    bool is_open;
    /* What its store was handed, which lives until that has answered. */
    unsigned step; /* of session_open */
    struct weir_found found;
    struct weir_reading reading;
    struct weir_ending ending;
    bool is_ending; /* `ending` is filled */
    char finished_at[NOW_SIZE];
    char summary[256];
    uint64_t n_old_gaps;  /* when the run began */
    bool leaves_others;   /* the pass has resources to be read that the run does not */
    bool has_new_gap;     /* something failed for the first time */
    bool has_other_notes; /* of another file, which is told once */
    bool keeps_gaps;      /* to give the old gaps up would add rows a second time */
    uint64_t n_good;      /* units that the run has loaded */
    char now[NOW_SIZE];
    char id[40];
    char host[256];
};

/* session_read.c: a step of session_open, behind `begin`. */
enum weir_status session_read(struct session *session, struct weir_error *ret_error);

#endif
