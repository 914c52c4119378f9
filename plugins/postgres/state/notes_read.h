/*
 * Notes as the control connection sees them. Those of one generation of each resource
 * are in force. Where the tables are not there, or not for this role, there are none.
 */
#ifndef STATE_NOTES_READ_H
#define STATE_NOTES_READ_H

#include "state.h"

/* What has been told already. All zero at first. */
struct notes_at {
    size_t resource;    /* its index in the stage; those before it wholly */
    int64_t generation; /* whose notes are in force; 0: not asked yet, or none */
    const char *config; /* its own; in the stage's arena */
    bool is_set;        /* of this resource the last one was: */
    struct weir_id chain;
    uint64_t number;
};

/* Are there any of the pipeline, in force or of the pass? Most have none, and then nothing else is asked. */
enum weir_status notes_exist(
    struct connection *control, const struct state *state, bool *ret_exist) WEIR_MUST_CHECK;
/* Tells those of the resource behind `at`, in the order of chains and numbers. */
enum weir_status notes_read(struct connection *control, const struct state *state,
    const char *resource, struct notes_at *at, const struct weir_reading *reading) WEIR_MUST_CHECK;
enum weir_status notes_count(struct connection *control, const char *pipeline,
    const struct weir_showing *showing) WEIR_MUST_CHECK;

/* The rest in a transaction of the control connection. */

/*
 * The generation is being closed, its places and gaps are still there: its notes come into force, those
 * of the resource so far go. If it is not whole, units that it has not read keep theirs.
 */
enum weir_status notes_take(struct connection *control, const struct state *state,
    int64_t generation, const char *resource, bool is_whole) WEIR_MUST_CHECK;
/* Those of a generation that is not in force. */
enum weir_status notes_forget_generation(
    struct connection *control, const struct state *state, int64_t generation) WEIR_MUST_CHECK;
/* The same of a pass that is being abandoned, its places and gaps still there. What it has merged stays, so
 * notes in force of units that it has read go, too. */
enum weir_status notes_forget_pass(
    struct connection *control, const struct state *state, int64_t pass) WEIR_MUST_CHECK;
/* Those in force; a resource of NULL: of all. */
enum weir_status notes_forget(struct connection *control, const struct state *state,
    const char *pipeline, const char *resource) WEIR_MUST_CHECK;

#endif
