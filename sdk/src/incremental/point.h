/* Values of a cursor as numbers, which are compared and reckoned with; and as texts. */
#ifndef INCREMENTAL_POINT_H
#define INCREMENTAL_POINT_H

#include "wide.h"

#include <weir/incremental.h>

static inline wide point_value(const struct weir_point *point)
{
    return (wide)point->high * ((wide)1 << 64) + (wide)point->low;
}

static inline struct weir_point point_of(wide value, unsigned digits)
{
    return (struct weir_point){.high = (int64_t)wide_floor(value, (wide)1 << 64),
        .low = (uint64_t)value,
        .digits = digits};
}

/* Are they moments, so that `now` is one of them and durations lie between them? */
bool point_is_time(const struct weir_incremental *incremental);
/* What the type has least and most of. */
void point_range(const struct weir_incremental *incremental, wide *ret_first, wide *ret_last);
/* "a time in ISO 8601, such as ..."; in the arena or constant. */
const char *point_needs(const struct weir_incremental *incremental, struct weir_arena *arena);
/* In the form of the type, with so many digits behind the point; not of text cursors. */
struct weir_str point_write(const struct weir_incremental *incremental, struct weir_arena *arena,
    const struct weir_point *point);
/* A text of the type; E-CURSOR where it is none. */
enum weir_status mark_read_text(const struct weir_incremental *incremental, struct weir_str text,
    struct weir_arena *arena, struct weir_mark *ret_mark, struct weir_error *ret_error);
struct weir_mark mark_of(
    const struct weir_incremental *incremental, struct weir_arena *arena, struct weir_point point);

#endif
