/*
 * A child of several parents: it is asked for once for each row of the one together with each
 * row of the others.
 *
 * What a row of one parent says is one half of that. A unit of a parent opens its halves, which are
 * places that nobody begins, and all that they make together with the halves of other parents that
 * are known by then. Of two units whichever is judged later opens what their rows make together; and
 * once a half is committed, every run knows it from the beginning. So nothing is missed and
 * nothing is opened twice, whichever of the two is committed first, and wherever a run ends.
 */
#ifndef WEIR_HTTP_JOIN_H
#define WEIR_HTTP_JOIN_H

#include "opener.h"

struct http_join;

enum {
    HTTP_HALVES_MAX = 1000000, /* of one child */
    HTTP_HALVES_BYTES_MAX = 32 << 20,
    HTTP_JOINED_MAX = 100000, /* chains that the rows of one unit make */
};

struct http_join *http_join_new(void);
/* Accepts NULL. */
void http_join_free(struct http_join *join);

/* The place of a half. */
struct weir_opening http_join_hold(
    const struct http_takes *takes, const struct http_question *question, struct weir_arena *arena);
bool http_join_is_hold(const char *place);
/* A half is known from now on; again: nothing happens. */
enum weir_status http_join_learn(struct http_join *join, const struct http_resource *child,
    const char *place, struct weir_error *ret_error) WEIR_MUST_CHECK;
/* All that the half makes together with the known ones of the other parents. */
enum weir_status http_join_open(const struct http_join *join, const struct http_resource *child,
    const char *place, struct http_opener *opener) WEIR_MUST_CHECK;

#endif
