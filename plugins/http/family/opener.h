/*
 * Writes what a unit opens: of each question one chain, or as many as the child's lists and
 * windows make of it.
 */
#ifndef WEIR_HTTP_OPENER_H
#define WEIR_HTTP_OPENER_H

#include "opened.h"

#include <weir/stage.h>

struct http_resource;

struct http_opener {
    struct weir_stage *stage;
    struct weir_arena *arena; /* of what is written */
    const char *parent;       /* whose unit it is */
    size_t most;
    struct weir_opening *items;
    size_t n;
    size_t capacity;
    struct weir_error error;
};

/* WEIR_FAIL leaves the error there: E-LIMIT where it is one too many. */
enum weir_status http_opener_add(
    struct http_opener *opener, const struct weir_opening *opening) WEIR_MUST_CHECK;
/* All that the question opens for the child. */
enum weir_status http_opener_ask(struct http_opener *opener, const struct http_resource *child,
    const struct http_question *question) WEIR_MUST_CHECK;

#endif
