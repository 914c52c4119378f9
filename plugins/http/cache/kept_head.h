/* The head of a kept answer: which of its fields are kept, and the answer as it was to those who
 * look at it. Any thread. */
#ifndef WEIR_HTTP_KEPT_HEAD_H
#define WEIR_HTTP_KEPT_HEAD_H

#include "client/client.h"
#include "client/head.h"
#include "entry.h"

struct http_paginator;
struct http_resource_options;
struct weir_arena;

/* Those that are always kept, one for the paginator, and one for each header of response_actions. */
enum { HTTP_KEPT_FIELDS = 64 };

struct http_kept_head {
    struct http_head head;
    struct http_response response; /* without a body, but for its length */
};

/* The names of fields that are kept, in the arena; NULL ends them. Never one that logs in. NULL
 * instead: they are too many. */
const char **http_kept_fields(const struct http_resource_options *options,
    const struct http_paginator *paginator, struct weir_arena *arena);

/* What is kept of an answer, without the body; malloc. NULL: the answer is not to be kept. */
struct http_entry *http_kept_head_of(
    const struct http_response *response, const char *const *fields);
/* To be closed in any case; false: it cannot be read. */
bool http_kept_head_open(struct http_kept_head *head, const struct http_entry *entry);
void http_kept_head_close(struct http_kept_head *head);
/* Asks whether it still holds, in the arena; false: there is nothing to ask with. */
bool http_kept_head_ask(
    const struct http_entry *entry, struct http_request *request, struct weir_arena *arena);

#endif
