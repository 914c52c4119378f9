/*
 * when: a condition in SQL over an answer, as one row of its status, headers and body.
 *
 * A condition that cannot be computed, as where a body is no JSON, is not true; nor
 * is one that looks at a body too large to be looked at. Either is told once.
 */
#ifndef WEIR_HTTP_WHEN_H
#define WEIR_HTTP_WHEN_H

#include "client/client.h"

#include <weir/arena.h>
#include <weir/option.h>

enum { HTTP_WHEN_MAX = 64 * 1024 }; /* bytes of a body that conditions look at */

struct http_when;
struct weir_stage;

/* An answer as a condition sees it. */
struct http_answer {
    int status;
    struct weir_str headers; /* JSON: an object, names in lower case */
    struct weir_str body;
    bool is_open; /* the run is being stopped, and with it ended the look at the answer */
};

/* `at` is the node that holds the condition. */
void http_when_check(
    const char *condition, const struct weir_node *at, struct weir_mistakes *mistakes);
/* NULL and an error; lives as long as the stage's arena. `resource` is the name for messages. */
struct http_when *http_when_new(const char *condition, struct weir_stage *stage,
    const char *resource, struct weir_error *ret_error);
/* On any thread. False says nothing where the answer `is_open` behind it. */
bool http_when_holds(struct http_when *when, struct http_answer *answer);

/* The headers as JSON; of several of one name the first counts. In the arena. */
struct weir_str http_answer_headers(const struct http_response *response, struct weir_arena *arena);
/* Without the body; NULL gives NULL. */
const struct http_answer *http_answer_copy(
    const struct http_answer *answer, struct weir_arena *arena);

#endif
