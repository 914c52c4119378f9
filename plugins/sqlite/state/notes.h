/*
 * Notes: what the source wants to know of its units in a later pass. Each is of the
 * generation that left it; those of one generation of each resource are in force.
 */
#ifndef STATE_NOTES_H
#define STATE_NOTES_H

#include "state.h"

/* Of one unit, inside a transaction. SQLite's code. */

int notes_put(struct state *state, int64_t generation, const struct weir_position *position,
    const char *note);
int notes_remove(struct state *state, int64_t generation, const struct weir_position *position);

/* Tells those of the resource that are in force. */
enum weir_status notes_read(struct state *state, const char *pipeline, const char *resource,
    const struct weir_reading *reading) WEIR_MUST_CHECK;
/* An earlier version of weir has left a state without them; it is not changed here. */
enum weir_status notes_count(
    struct state *state, const char *pipeline, const struct weir_showing *showing) WEIR_MUST_CHECK;

/*
 * The generation is being closed, its places and gaps are still there: its notes come into force, those
 * of the resource so far go. If it is not whole, units that it has not read keep theirs.
 */
enum weir_status notes_take(
    struct state *state, int64_t generation, const char *resource, bool is_whole) WEIR_MUST_CHECK;
/* Those of a generation that is not in force. */
enum weir_status notes_forget_generation(struct state *state, int64_t generation) WEIR_MUST_CHECK;
/* The same of a pass that is being abandoned, its places and gaps still there. What it has merged stays, so
 * notes in force of units that it has read go, too. */
enum weir_status notes_forget_pass(struct state *state, int64_t pass) WEIR_MUST_CHECK;
/* Those in force; a resource of NULL: of all. */
enum weir_status notes_forget(
    struct state *state, const char *pipeline, const char *resource) WEIR_MUST_CHECK;

#endif
