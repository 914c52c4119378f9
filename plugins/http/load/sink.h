/*
 * The loader at work: batches that it keeps, cut into requests, a few of which are
 * under way at once. All of it is on the loop's thread.
 *
 * A batch is cut in its order, and is given back when each of its requests was
 * answered. The next one is taken when the last is cut to its end and something is
 * free, so that no more is kept than is being sent.
 */
#ifndef WEIR_HTTP_SINK_H
#define WEIR_HTTP_SINK_H

#include "auth/credential.h"
#include "load_options.h"
#include "post.h"

/* A batch that is kept. */
struct http_held {
    struct http_held *prev, *next;
    struct http_sink *sink;
    struct weir_batch *batch;
    const struct http_columns *columns;
    uint64_t first_ordinal; /* of its first unit among all of its resource */
    size_t unit;            /* to be cut next, from ... */
    size_t row;             /* ... this row of it */
    size_t n_posts;         /* under way */
    bool is_cut;            /* to its end */
    bool is_broken;         /* some of it was not taken */
};

struct http_sink {
    struct weir_stage *stage;
    const struct http_load *options;
    struct http_body_form form;
    const char *url;
    const char *const *headers; /* of all requests alike */
    const char *scope;
    struct http_client *client;
    struct http_credentials credentials;
    struct http_credential *credential;
    struct http_post *posts;
    size_t n_posts;
    struct http_held *first, *last; /* the oldest first */
    struct http_held *cutting;      /* or NULL */
    bool is_cutting;                /* right now */
    uint64_t *ordinals;             /* units so far, in the order of stage->resources */
    struct http_pace pace;
    uint64_t hold_until; /* ms: the server has asked for a pause */
    uv_timer_t grace;    /* for what is in flight when the loader has to end */
    uint64_t random;
    bool has_failed;
    bool is_hurried; /* grace has begun */
    bool is_wanted;  /* WEIR_AGAIN was answered: the stage is to be woken */
    bool is_started;
};

enum weir_status http_sink_start(struct weir_stage *stage) WEIR_MUST_CHECK;
void http_sink_stop(struct http_sink *sink);
/* WEIR_AGAIN: not yet. */
enum weir_status http_sink_take(struct http_sink *sink, struct weir_batch *batch) WEIR_MUST_CHECK;
/* WEIR_AGAIN: something is under way. */
enum weir_status http_sink_drain(struct http_sink *sink) WEIR_MUST_CHECK;

/* For posts. */

/* The loader cannot go on; the first error counts. */
void http_sink_fail(struct http_sink *sink, const struct weir_error *error);
/* The post's rows were taken, or will not be. It is free again. */
void http_sink_settle(struct http_post *post, bool was_taken);
/* Whoever waits for a rate limit looks how long that is now. */
void http_sink_on_answer(struct http_sink *sink);
/* Whoever waits for a login tries again. */
void http_sink_on_login(void *arg);
uint64_t http_sink_now(struct http_sink *sink); /* ms, of the loop, brought up to date */

#endif
