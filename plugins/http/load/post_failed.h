/*
 * What becomes of rows that were not taken: another try of their request, or an error
 * that names them. On the loop's thread.
 */
#ifndef WEIR_HTTP_POST_FAILED_H
#define WEIR_HTTP_POST_FAILED_H

#include "answer.h"
#include "post.h"

/* The answer says so, by a verdict other than HTTP_TAKEN. May settle it. */
void http_post_not_taken(
    struct http_post *post, enum http_load_verdict verdict, struct http_response *response);
/* Settles it: there is no other try. */
void http_post_give_up(struct http_post *post, const struct weir_error *reason);

#endif
