/*
 * What is to be asked for of a child: the chains that rows of its parent have opened, in earlier
 * runs of the pass and in this one. Takes the place of a list of partitions.
 *
 * What waits is bounded: while too much does, no new page of the parent is asked for. Children go on, and so
 * the feed empties. All is of the loop's thread.
 */
#ifndef WEIR_HTTP_FEED_H
#define WEIR_HTTP_FEED_H

#include "opened.h"

struct http_part;
struct http_resource;
struct http_source;

struct http_feed {
    struct http_takes *takes; /* from each parent */
    struct http_resource **parents;
    size_t n_parents;
    struct http_product product; /* what each row is asked for with, besides */
    struct http_join *join;      /* NULL: there is one parent */
    size_t next_opened;          /* of those of earlier runs */
    struct http_fed *first, **end;
    size_t n_waiting;
    size_t waiting_bytes;
    struct weir_id *begun; /* ids that are known, a hash table */
    size_t n_begun;
    size_t capacity;
    uint64_t n_total;
    uint64_t n_again; /* rows that opened what was open */
    bool is_dry;      /* there was none when it was last asked */
};

/* For all resources that have parents, once all are there. */
enum weir_status http_feeds_start(struct http_source *source, struct weir_arena *arena,
    struct weir_error *ret_error) WEIR_MUST_CHECK;
/* The one at work; NULL: it takes no part. */
struct http_resource *http_feed_resource(
    struct http_source *source, const struct weir_resource *weir);
void http_feed_done(struct http_feed *feed);

/* The next one, into a part that has an arena. WEIR_END: there will be no more; WEIR_AGAIN: not yet. */
enum weir_status http_feed_next(struct http_resource *child, struct http_part *part,
    struct weir_error *ret_error) WEIR_MUST_CHECK;
/* Of any resource: is nothing left to be asked for or judged? */
bool http_feed_has_read(const struct http_resource *resource);
/* Is nothing left of it, and nothing to come? */
bool http_feed_is_over(const struct http_resource *child);
/* Does so much wait to be asked for its rows that it should give no more of them now? */
bool http_feed_is_full(const struct http_resource *parent);
/* Rows that open what is open already, for the log. */
void http_feed_tell(const struct http_resource *child);

/* It is known from now on. False: it was before. */
bool http_feed_begin(struct http_feed *feed, const struct weir_id *id) WEIR_MUST_CHECK;
/* A chain that was opened, to be asked for, unless it has begun: then an earlier run has opened it, and
 * it is among those that http_feed_next begins with, or done. */
void http_feed_add(struct http_resource *child, const struct weir_opening *opening);

#endif
