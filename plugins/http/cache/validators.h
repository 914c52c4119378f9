/*
 * What a server calls the present form of an answer by: its ETag, or the time of its last change.
 *
 * A time says nothing about a second change within its second. So one counts only where the
 * answer was given at least a second later by the server's own clock, or a minute by ours. Any
 * thread.
 */
#ifndef WEIR_HTTP_VALIDATORS_H
#define WEIR_HTTP_VALIDATORS_H

#include "client/client.h"

#include <weir/arena.h>

struct http_validators {
    const char *tag;  /* or NULL */
    const char *time; /* or NULL */
};

/* In the arena, but of the answer itself where that is NULL. */
struct http_validators http_validators_of(
    const struct http_response *response, struct weir_arena *arena);
/* Adds the question whether it is still that one to the request, in the arena; false: there is
 * nothing to ask by. */
bool http_validators_ask(const struct http_validators *validators, struct http_request *request,
    struct weir_arena *arena);

#endif
