/*
 * What rows of a unit open: of each row and each child one question, or fewer where the child asks
 * for values in groups.
 */
#ifndef WEIR_HTTP_OPENINGS_H
#define WEIR_HTTP_OPENINGS_H

#include "group.h"
#include "opener.h"

enum { HTTP_OPENINGS_MAX = 1000000 }; /* of one unit */

struct http_unit;

/* WORKER. Into the unit's openings. A row that cannot open all that it should opens nothing, and is
 * set aside or ends the run. */
enum weir_status http_openings_of_unit(struct weir_stage *stage, struct weir_batch *batch,
    const struct weir_unit *unit) WEIR_MUST_CHECK;

#endif
