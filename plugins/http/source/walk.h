/*
 * What is left to begin of a resource: its partitions, one by one, and of each the
 * chain that it asks for, or one for each window of an incremental reading; of a
 * chain that an earlier run has begun, what that has left of it.
 *
 * A chain that is done is passed over; a million of them take a few seconds, so
 * they are passed over in turns, between which the loop does other things.
 */
#ifndef WEIR_HTTP_WALK_H
#define WEIR_HTTP_WALK_H

#include <weir/incremental.h>
#include <weir/partition.h>
#include <weir/stage.h>

struct http_resource;

/* One partition, and what its chains share. Lives in its arena, as long as something uses it. */
struct http_part {
    struct weir_arena *arena;
    struct weir_partition partition;
    /* Of a child: the one chain, what it was opened with, and the window that it is of, or NULL. */
    struct weir_id chain;
    const char *opened;
    struct weir_window *window;
    bool has_holes; /* pages of it were left out by earlier runs */
    size_t n_users;
    bool has_gap; /* something of it was given up */
};

void http_part_release(struct http_part *part);

/* Where a chain begins in this run. */
struct http_start {
    struct http_part *part; /* whoever is given it releases it */
    struct weir_id chain;
    const struct weir_window *window; /* or NULL; good until the walk goes on */
    uint64_t number;                  /* of the page */
    const char *next;                 /* what names it; NULL: its number says enough */
    bool is_hole;                     /* this page alone, which was left out earlier */
    bool is_only;                     /* the partition has no other chain in this run */
    unsigned misses;                  /* pages left out just before it */
};

struct http_walk {
    struct weir_partition_cursor *partitions;
    struct http_part *part;       /* whose chains are begun now, or NULL */
    struct weir_windows *windows; /* of the part, where the reading is incremental */
    uint64_t n_chains;            /* of the part, done or not */
    uint64_t n_begun;             /* of those */
    uint64_t n_fed;               /* parts so far */
    struct weir_arena *window_arena;
    struct weir_window window; /* of the chain */
    struct weir_id chain;
    struct weir_resume resume; /* what is left of it */
    size_t next_hole;
    bool has_rest;       /* the chain itself is still to be begun */
    uint64_t n_expected; /* chains and holes in all, as far as it is known */
    bool knows_all;      /* no more will come up */
};

enum weir_status http_walk_init(struct http_resource *resource,
    const struct weir_partitions *partitions, struct weir_error *ret_error) WEIR_MUST_CHECK;
void http_walk_done(struct http_walk *walk);
/* The next one. WEIR_AGAIN: so many were done that it is time for others, see skips_left; or, as
 * http_feed says, what comes next is not known yet. */
enum weir_status http_walk_next(struct http_resource *resource, struct http_start *ret_start,
    struct weir_error *ret_error) WEIR_MUST_CHECK;
/* All partitions, done or not. */
uint64_t http_walk_total(const struct http_walk *walk);
/* There is one chain, of one partition. */
bool http_walk_is_single(const struct http_walk *walk);

#endif
