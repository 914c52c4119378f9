/* The options of a range as values: where it begins and ends, and what it is cut into. */
#ifndef INCREMENTAL_RANGE_H
#define INCREMENTAL_RANGE_H

#include "point.h"

/* The text of initial_value or end_value, whose constants were filled when the file was read. In the
 * arena; ptr NULL for NULL. */
struct weir_str range_text(const struct weir_template *value, struct weir_arena *arena);
/*
 * A lag or a step in the unit of the points; 0 for NULL. False where text is none: of times it is a
 * duration, of integers a whole number above 0, of texts nothing is.
 */
bool range_distance(
    const struct weir_incremental *incremental, const char *text, wide *ret_distance);
/* The least difference that a text of the cursor can show, in the unit of the points. */
wide range_resolution(const struct weir_incremental *incremental);
/* How many steps cover the range. */
wide range_steps(wide from, wide to, wide step);

#endif
