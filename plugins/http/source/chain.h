/*
 * A chain: the pages of one partition, which are loaded in order. Perhaps an
 * earlier run has loaded the first of them; or this is one page that was left out.
 *
 * Pages may be asked for ahead of each other where their places can be computed,
 * and finish in any order. They are handed over in order, and what an answer means
 * for the chain (an end, a next page, a failure) is judged in order too, so a run
 * with many requests in flight gives the rows of one that asks page by page.
 */
#ifndef WEIR_HTTP_CHAIN_H
#define WEIR_HTTP_CHAIN_H

#include "guard.h"
#include "host.h"
#include "page.h"
#include "paging/paginator.h"
#include "walk.h"

struct http_job_results;
struct http_resource;
struct http_stream;

struct http_chain {
    struct http_resource *resource;
    struct http_chain *before, *behind; /* the open chains of the resource */
    struct http_part *part;
    struct weir_arena *arena; /* the part's, if it has no other chain */
    struct weir_id id;
    struct weir_window *window;     /* NULL: all rows are wanted */
    bool is_hole;                   /* one page that was left out by an earlier run */
    struct http_request request;    /* of the first page, without paginator and login */
    struct http_host *host;         /* NULL while the request could not be made */
    struct http_page *first, *last; /* not judged yet, in order */
    struct http_page *undelivered;  /* the first that is not handed over */
    uint64_t first_number;          /* of the page that this run begins with */
    uint64_t next_number;           /* of the page to be made next */
    uint64_t n_pages;               /* as far as it is known; UINT64_MAX */
    uint64_t n_undelivered;
    uint64_t n_unjudged;
    struct http_guard guard;
    struct http_stream *stream;   /* its answer comes in pieces; NULL: as a whole */
    struct http_job_results *job; /* or NULL */
    unsigned n_resets;            /* see reset.h */
    unsigned misses;              /* pages given up, one behind the other */
    bool knows_total;             /* n_pages is what the server said */
    bool is_asked; /* not all of its answers were kept ones so far, see cache/kept.h */
    bool ended;    /* what is still on its way is dropped */
};

/* What the resource's walk comes to next; the status is the walk's. A request that cannot be made
 * is a failed page. */
enum weir_status http_chain_open(
    struct http_resource *resource, struct weir_error *ret_error) WEIR_MUST_CHECK;
/* A page is done or failed: hands over what is in order now. Closes the chain if nothing is left
 * of it. */
void http_chain_settle(struct http_chain *chain);
/* A page was put in a batch: others may be asked for. */
void http_chain_taken(struct http_chain *chain, struct http_page *page);
/* The page at the end of the chain; `at` is what names it, or NULL. Not sent yet. */
struct http_page *http_chain_add(struct http_chain *chain, const char *at);
/* A page before the last one, `rest`, which gives its number to it. */
struct http_page *http_chain_split(struct http_chain *chain, struct http_page *rest);
/* The first page is judged and done with: the chain goes on behind it, or ends. */
void http_chain_pass(struct http_chain *chain, bool goes_on);
/* The first page, which was handed over, is asked for again. What comes back of those behind it does
 * not count; they are asked for again then. */
void http_chain_recall(struct http_chain *chain);
/* A page that does not count is back. May close the chain. */
void http_chain_return(struct http_chain *chain, struct http_page *page);
/* Frees every page that is not handed over; nothing new is begun. */
void http_chain_cut(struct http_chain *chain);
/* Frees it with all its pages. */
void http_chain_close(struct http_chain *chain);

#endif
