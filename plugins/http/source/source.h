/*
 * What is at work between start and stop: the client, the resources, and what
 * they share. All of it belongs to the loop's thread, but for the readers, which
 * decoding borrows.
 */
#ifndef WEIR_HTTP_SOURCE_H
#define WEIR_HTTP_SOURCE_H

#include "again.h"
#include "answer/actions.h"
#include "auth/credential.h"
#include "cache/kept.h"
#include "cache/past.h"
#include "chain.h"
#include "family/feed.h"
#include "options.h"
#include "politeness/polite.h"
#include "readers.h"
#include "request/request.h"

#include <weir/loop.h>

/* One resource at work. */
struct http_resource {
    struct http_source *source;
    const struct weir_resource *weir;
    const struct http_resource_options *options;
    struct http_plan plan;
    struct http_credential *credential;
    struct http_paginator paginator;
    struct http_job *job; /* its rows are made by one; NULL: they are there */
    struct http_actions actions;
    struct http_keeping *keeping; /* NULL: none of its answers is kept */
    struct http_pasts *pasts;     /* NULL: unchanged ones are loaded as any */
    struct http_walk walk;
    struct http_feed *feed;    /* of a child: what it is to be asked for; else NULL */
    bool exhausted;            /* no chain is left to begin */
    struct http_host *host;    /* of all its requests; NULL: they differ */
    struct http_chain *chains; /* the open ones */
    size_t n_chains;
    struct http_page_list ready;    /* may be sent */
    struct http_page_list locked;   /* ready, but for the login */
    size_t n_parked;                /* ready, but held back: see gate.h */
    size_t n_waiting;               /* for another try */
    struct http_page_list finished; /* to be handed over, in order for each chain */
    size_t finished_bytes;
    size_t estimate; /* what an answer takes, most likely */
    bool has_estimate;
    struct http_allowance allowance;
    struct http_guard_paths paths;
    uint64_t n_gaps; /* partitions with something given up */
};

struct http_source {
    struct weir_stage *stage;
    const struct http_options *options;
    struct http_client *client;
    struct http_resource *resources;
    size_t n_resources;
    size_t turn;      /* the resource to start something next */
    size_t hand_turn; /* the one to hand something over next */
    size_t in_flight;
    size_t max_in_flight;
    size_t max_per_host;
    struct http_hosts hosts;
    struct http_credentials credentials;
    struct http_waiting waiting;
    struct http_polite polite;
    struct http_again again;      /* what the log was told of */
    struct http_folder *folder;   /* of kept answers, or NULL */
    struct http_page_list paused; /* in flight, and waiting for room */
    struct http_page *overrun;    /* the one that may go beyond the budget, or NULL */
    uv_timer_t retry_timer;
    uv_timer_t hand_timer;
    uv_timer_t skip_timer;
    bool has_timers;
    size_t skips_left;     /* chains that may be passed over before the loop has its turn */
    size_t n_finished;     /* pages to be handed over */
    uint64_t hand_at;      /* ms: when they go, be they few */
    size_t n_out;          /* pages in batches, not judged yet */
    size_t finished_bytes; /* bodies that wait to be handed over, of all resources */
    bool starved;          /* nothing was left to start when last asked */
    bool no_room;          /* the budget said no */
    bool failed;
    bool doomed; /* a failure that ends the run is on its way to be judged */
    bool cut;    /* what was under way is dropped */
    bool stopped;
    struct weir_error error;
    uint64_t random;
    struct http_readers readers;
};

enum weir_status http_source_start(struct weir_stage *stage) WEIR_MUST_CHECK;
void http_source_stop(struct weir_stage *stage);
enum weir_status http_source_extract(
    struct weir_stage *stage, struct weir_batch *batch) WEIR_MUST_CHECK;
/* The run cannot go on. The first error is kept; what is finished is still handed over. */
void http_source_fail(struct http_source *source, const struct weir_error *error);
uint64_t http_source_now(struct http_source *source); /* ms, of the loop, brought up to date */

#endif
