/*
 * One request with rows: sent, and sent again, until the server has taken it or
 * will not. Its body is written for each try, since that takes less memory than to
 * keep it.
 */
#ifndef WEIR_HTTP_POST_H
#define WEIR_HTTP_POST_H

#include "client/client.h"
#include "key.h"
#include "pace.h"

#include <uv.h>

struct http_held;
struct http_sink;

enum http_post_state {
    HTTP_POST_FREE = 0,
    HTTP_POST_BUSY,   /* is being looked at */
    HTTP_POST_FLYING, /* in flight */
    HTTP_POST_LOCKED, /* waits for a login */
    HTTP_POST_WAITS,  /* for its timer */
};

struct http_post {
    struct http_sink *sink;
    enum http_post_state state;
    struct http_held *held;
    size_t unit;
    size_t first; /* row of the batch */
    size_t n_rows;
    struct http_transfer *transfer;
    uv_timer_t timer;
    unsigned attempts;
    unsigned refusals; /* of its login */
    uint64_t login;
    uint64_t began_ms;
    bool is_paced; /* waits for a rate limit */
    struct http_paced paced;
};

void http_post_init(struct http_post *post, struct http_sink *sink, uv_loop_t *loop);
/* Sends rows of the unit, as many as go into a request; returns how many those are. May settle it at
 * once, where it cannot be sent. */
size_t http_post_begin(struct http_post *post, struct http_held *held, size_t unit, size_t first);
/* Tries again, where it waits. */
void http_post_try(struct http_post *post);
/* It waits for a rate limit, which may be a matter of another time now. */
void http_post_wait_again(struct http_post *post);
/* Has it tried so many ms from now. */
void http_post_wait_for(struct http_post *post, uint64_t ms);
/* It is done with its rows, and free. */
void http_post_settle(struct http_post *post, bool was_taken);
/* Ends it, wherever it is. */
void http_post_cancel(struct http_post *post);

#endif
