/*
 * Families, seen from a unit: what its rows open, and what its position says of that.
 */
#ifndef WEIR_HTTP_UNIT_H
#define WEIR_HTTP_UNIT_H

#include "feed.h"

struct http_unit;

/* WORKER: the chains that the rows of each unit open. */
enum weir_status http_chosen(struct weir_stage *stage, struct weir_batch *batch);
/* A unit was judged good: what it opens is written down with it, and asked for. WEIR_FAIL: that cannot
 * be all written down, and so nothing of the unit may be; the run ends. */
enum weir_status http_unit_open(struct http_resource *parent, const struct http_unit *unit,
    struct weir_position *position, struct weir_arena *arena) WEIR_MUST_CHECK;
/* Of a child's chain: its place says what it was opened with. At its end only where pages may have been
 * left out, which are asked for with it. */
void http_unit_place(
    const struct http_unit *unit, struct weir_position *position, struct weir_arena *arena);

#endif
