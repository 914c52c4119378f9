/*
 * The guards of a batch: each unit moves its chain on from where it stands, or
 * loses its rows, since they are there already.
 *
 * They come before the rows, and go with them when the batch is taken back. What
 * most batches change is noted and written back; anything rarer is done under a
 * savepoint, whose copies of pages would cost the others too much.
 */
#ifndef STATE_GUARD_H
#define STATE_GUARD_H

#include "marks.h"
#include "places.h"

struct place_before {
    int64_t generation;
    struct weir_id chain;
    struct place place;
    bool was_there;
    uint64_t moved_to; /* 0: it was opened */
};

struct guard {
    struct state *state;
    struct weir_batch *batch;
    int64_t generation;
    bool is_open;
    bool has_savepoint;
    struct place_before *places; /* what they were before, n_places of them */
    size_t n_places;
    struct mark_before *marks;
    size_t n_marks;
    size_t n_noted; /* units whose notes are written, if they have any */
};

/* Inside a transaction. After a failure nothing is left to be undone. */
enum weir_status guard_begin(
    struct guard *guard, struct state *state, struct weir_batch *batch) WEIR_MUST_CHECK;
/* guard_marks.c: a part of it, behind the units. */
enum weir_status guard_raise_marks(struct guard *guard) WEIR_MUST_CHECK;
/* guard_openings.c: the same of what the units open, of those that have moved their chains. */
enum weir_status guard_open_chains(struct guard *guard) WEIR_MUST_CHECK;
size_t guard_count_openings(const struct weir_batch *batch);
/* guard_notes.c: the same of what they note; and back, SQLite's code. */
enum weir_status guard_write_notes(struct guard *guard) WEIR_MUST_CHECK;
int guard_remove_notes(struct guard *guard);
/* guard_end.c. Keeps what the guards changed. */
enum weir_status guard_end(struct guard *guard) WEIR_MUST_CHECK;
/* Takes it back; if that fails too, the whole transaction, which is then noted as lost. */
void guard_undo(struct guard *guard);

#endif
