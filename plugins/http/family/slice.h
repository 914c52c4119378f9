/*
 * A chain that is asked for in windows of time (`incremental.step`): each window of it is opened as a
 * chain of its own, whose text says which it is, and whose mark it moves.
 *
 * Windows are found where the chain is opened and not again: what they begin and end with stands in the
 * place. So neither a mark nor an end that has moved meanwhile changes what is asked for.
 */
#ifndef WEIR_HTTP_SLICE_H
#define WEIR_HTTP_SLICE_H

#include "opened.h"

#include <weir/incremental.h>
#include <weir/stage.h>

/* Is the resource, a child, read in windows? */
bool http_slices(const struct weir_resource *child);
/* WORKER. All windows of what would be opened whole; NULL and an error where there are none to be had. */
struct weir_windows *http_slices_of(struct weir_stage *stage, const struct weir_resource *child,
    const struct weir_opening *whole, struct weir_error *ret_error);
/* The next of them; false: there is none left. */
bool http_slice_next(struct weir_windows *windows, const struct weir_opening *whole,
    struct weir_arena *arena, struct weir_opening *ret_opening);
/* Which window a chain is opened for, and whose mark it moves. */
enum weir_status http_slice_read(const char *text, const struct weir_resource *child,
    struct weir_arena *arena, struct weir_id *ret_series, struct weir_window **ret_window,
    struct weir_error *ret_error) WEIR_MUST_CHECK;

#endif
