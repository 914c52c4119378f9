/*
 * Marks: the highest cursor value of each series. Those of open generations are
 * only seen; they become the marks of the pipeline when a generation is done.
 */
#ifndef STATE_MARKS_H
#define STATE_MARKS_H

#include "state.h"

/* What a series had before it was raised. */
struct mark_before {
    struct weir_id series;
    struct weir_unit_mark mark; /* text NULL: it had none */
};

/* Inside a transaction: raises the mark that was seen of a series, unless it stands higher. What it
 * had before is left in ret_before, in the arena, for marks_restore. */
enum weir_status marks_raise(struct state *state, int64_t generation, const struct weir_id *series,
    const struct weir_unit_mark *mark, struct weir_arena *arena,
    struct mark_before *ret_before) WEIR_MUST_CHECK;
/* SQLite's code. */
int marks_restore(struct state *state, int64_t generation, const struct mark_before *before);

/* Tells the pipeline's marks. */
enum weir_status marks_read(struct state *state, const char *pipeline,
    void (*tell)(void *arg, const struct weir_marked *mark), void *arg) WEIR_MUST_CHECK;
/* What was seen of a generation becomes the resource's marks, but for series that have a gap. */
enum weir_status marks_move(
    struct state *state, int64_t generation, const char *resource) WEIR_MUST_CHECK;
/* What was seen. */
enum weir_status marks_forget_seen(struct state *state, int64_t generation) WEIR_MUST_CHECK;
enum weir_status marks_forget_pass(struct state *state, int64_t pass) WEIR_MUST_CHECK;
/* The marks themselves; a resource of NULL: of all. */
enum weir_status marks_forget(
    struct state *state, const char *pipeline, const char *resource) WEIR_MUST_CHECK;

#endif
