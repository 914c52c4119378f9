/*
 * Marks as the control connection sees them. Those that the lanes have seen in an
 * open generation (marks.c) become the marks of the pipeline when it is done.
 */
#ifndef STATE_MARKS_READ_H
#define STATE_MARKS_READ_H

#include "state.h"

/* What has been told already: the last one, in the order of resources and series. */
struct marks_at {
    const char *resource; /* NULL: nothing; in the stage's arena */
    struct weir_id series;
};

/* Tells the pipeline's marks behind `at`. */
enum weir_status marks_read(struct connection *control, const char *pipeline, struct marks_at *at,
    void (*tell)(void *arg, const struct weir_marked *mark), void *arg) WEIR_MUST_CHECK;

/* The rest in a transaction of the control connection. */

/* What was seen of a generation becomes the resource's marks, but for series that have a gap. */
enum weir_status marks_move(struct connection *control, const char *pipeline, const char *resource,
    int64_t generation) WEIR_MUST_CHECK;
/* What was seen. */
enum weir_status marks_forget_seen(struct connection *control, int64_t generation) WEIR_MUST_CHECK;
enum weir_status marks_forget_pass(struct connection *control, int64_t pass) WEIR_MUST_CHECK;
/* The marks themselves; a resource of NULL: of all. */
enum weir_status marks_forget(
    struct connection *control, const char *pipeline, const char *resource) WEIR_MUST_CHECK;

#endif
