/*
 * What a store tells of its state, gathered row by row and printed in an order
 * that people can read. What there may be very much of is counted, not kept.
 */
#ifndef COMMAND_STATE_VIEW_H
#define COMMAND_STATE_VIEW_H

#include <stdio.h>
#include <weir/store.h>

struct state_view;

/* `only` names the resources that are of interest; all when empty. It outlives the view. */
struct state_view *state_view_new(const struct weir_strs *only);
/* Accepts NULL. */
void state_view_free(struct state_view *view);
/* For the store's `show`. */
const struct weir_showing *state_view_showing(const struct state_view *view);

/* Is there anything at all? */
bool state_view_is_empty(const struct state_view *view);
/* Is there anything of that resource? */
bool state_view_has(const struct state_view *view, const char *resource);

/* All of it. */
void state_view_print(const struct state_view *view, const char *pipeline, FILE *out);
/* The part that a reset forgets. False: there is none of it. */
bool state_view_print_forgotten(const struct state_view *view, FILE *out);

#endif
