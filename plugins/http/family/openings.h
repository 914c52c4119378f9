/*
 * The chains that rows of a unit open: of each row and each child one, or as many as the child's
 * lists make of it, or fewer where it asks for values in groups.
 */
#ifndef WEIR_HTTP_OPENINGS_H
#define WEIR_HTTP_OPENINGS_H

#include "group.h"

#include <weir/stage.h>

struct http_source;

enum { HTTP_OPENINGS_MAX = 1000000 }; /* of one unit */

struct http_openings {
    struct weir_opening *items;
    size_t n;
};

/* WORKER. A row that cannot open all that it should opens nothing, and is set aside or ends the run.
 * `opened`: what the unit's own chain was opened with, or NULL. */
enum weir_status http_openings_of_unit(struct weir_stage *stage, struct weir_batch *batch,
    const struct weir_unit *unit, const char *opened,
    struct http_openings *ret_openings) WEIR_MUST_CHECK;

#endif
