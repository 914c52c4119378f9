/*
 * A mark that names a page: a cursor of the server, or the key of the last row. The first request
 * has none.
 */
#ifndef WEIR_HTTP_MARK_H
#define WEIR_HTTP_MARK_H

#include "paginator.h"
#include "place.h"

/* What the file says about where it goes. */
struct http_mark {
    struct http_place place;
    const char *path_param; /* or NULL */
};

void http_mark_init(struct http_paginator *paginator, const struct http_mark *mark);
void http_mark_place(const struct http_mark *mark, struct weir_arena *arena, const char *at,
    struct http_request *request);
/* As a kind's `follow`. */
enum weir_status http_mark_follow(const struct http_mark *mark, struct weir_arena *arena,
    const char *next, const char **ret_at, struct weir_error *ret_error) WEIR_MUST_CHECK;
void http_mark_check(const struct http_mark *mark, const struct weir_node *node,
    const struct http_paging_site *site, struct weir_mistakes *mistakes);

#endif
