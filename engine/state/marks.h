/*
 * Marks: the highest cursor values that earlier passes left.
 *
 * They are added before anything flows and are read-only then, so workers look at
 * them without a lock.
 */
#ifndef STATE_MARKS_H
#define STATE_MARKS_H

#include "plan/plan.h"

#include <weir/incremental.h>

struct marks;

struct marks *marks_new(const struct plan *plan);
/* Accepts NULL. */
void marks_free(struct marks *marks);
/* What is told is copied. A mark of a resource that the plan has not, or that is not incremental any
 * more, is passed over; E-STATE-MARK for one that the cursor of today cannot have left. */
enum weir_status marks_add(
    struct marks *marks, const struct weir_marked *marked, struct weir_error *ret_error);

/* What a mark is compared by: its key behind the path of the cursor that it is of, so that another
 * cursor's mark is told from it. In the arena. */
const char *marks_key(
    const struct weir_incremental *incremental, struct weir_str key, struct weir_arena *arena);

/* What an earlier pass left of a series. */
struct marks_old {
    const char *text;
    const struct weir_id *ties; /* in their order; only of resources that append */
    size_t n_ties;
};
/* False: nothing. `resource` is its index in the plan. */
bool marks_find(const struct marks *marks, size_t resource, const struct weir_id *series,
    struct marks_old *ret_old);

/* Where the cursor of a resource is found in its rows. */
struct marks_cursor {
    const char *column;           /* NULL: the resource is not incremental */
    const struct weir_path *rest; /* in the column's JSON; NULL: the column itself */
};
const struct marks_cursor *marks_cursor(const struct marks *marks, size_t resource);
const struct plan *marks_plan(const struct marks *marks);

#endif
