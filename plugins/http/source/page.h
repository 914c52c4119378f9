/*
 * One page of a chain: its request, with all its tries, and the answer until it
 * goes into a batch.
 *
 * A page ends good (HTTP_PAGE_DONE, with a body) or not (HTTP_PAGE_FAILED, with
 * an error). Either way it goes into a batch when its turn in the chain has come.
 */
#ifndef WEIR_HTTP_PAGE_H
#define WEIR_HTTP_PAGE_H

#include "client/client.h"
#include "page_list.h"
#include "wait.h"

#include <weir/arena.h>

struct http_answer;
struct http_chain;
struct http_format;
struct http_job_page;
struct http_kept;
struct http_past;
struct http_permit;
struct http_source;

enum http_page_state {
    HTTP_PAGE_READY,   /* may be sent */
    HTTP_PAGE_FLYING,  /* in flight */
    HTTP_PAGE_WAITING, /* for its next try */
    HTTP_PAGE_DONE,    /* its answer is here */
    HTTP_PAGE_FAILED,  /* given up */
    HTTP_PAGE_OUT,     /* in a batch, not judged yet */
};

struct http_page {
    struct http_waiter waiter; /* first, so that a waiter is its page */
    struct http_chain *chain;
    struct http_page *next; /* of the chain */
    struct http_page *before, *behind;
    struct http_page_list *list;
    enum http_page_state state;
    uint64_t number;                    /* in the chain, from 0 */
    const char *at;                     /* what the page before named, or NULL */
    const struct http_request *request; /* what it is made of: its chain's, or a job's */
    struct http_job_page *job;          /* its way through a job, or NULL */
    const char *cut;            /* of a piece of an answer: what names the rest of it; else NULL */
    const char *url;            /* once it was sent: where to, without login; redirects change it */
    const char *const *headers; /* of the same request, but for the login; redirects keep them */
    struct weir_str sent_body;
    struct weir_arena *arena; /* of its own; NULL until something needs it */
    struct http_transfer *transfer;
    struct http_permit *permit; /* what it takes of rate limits, or NULL */
    unsigned attempts;
    uint64_t login;    /* which it was sent with */
    unsigned refusals; /* of its login */
    unsigned hops;     /* redirects of this attempt */
    bool as_get;       /* a redirect made it one */
    const char *home;  /* where a redirect led away from, to another origin; NULL: none did */
    uint64_t began_ms; /* the first attempt */
    uint64_t told;     /* bytes of the answer under way that progress knows of */
    size_t wanted;     /* of the budget, when it last asked for more */
    size_t reserved;   /* of the budget */
    char *body;        /* malloc; NULL when empty or taken */
    size_t body_len;
    size_t body_size;                 /* allocated */
    const struct http_format *format; /* of the body */
    uint64_t actions_left;            /* response_actions that its body decides between */
    const struct http_answer *head;   /* what these want of its head, or NULL */
    bool no_content;                  /* 204: no body, and none is missed */
    bool is_last;                     /* its chain ends here, whatever it says */
    bool skips;                       /* its failure leaves out the rest, whatever on_error says */
    bool is_stale;                    /* out, and to be asked for again when it is back */
    struct http_kept *kept;           /* what is kept of its answer; NULL: nobody looked */
    struct http_past *past;           /* what was noted of it; NULL: nobody looked */
    bool shuns_cache;                 /* what was kept could not be read */
    const char *link;                 /* what its head names the next page by, or NULL */
    struct weir_error *error;         /* malloc */
};

/* The chain owns it and has it in its list; `at` is copied. */
struct http_page *http_page_new(struct http_chain *chain, uint64_t number, const char *at);
/* Wherever it is: takes it out of lists, cancels, gives its memory and budget back. */
void http_page_free(struct http_page *page);
/* Where what belongs to the page alone is kept. */
struct weir_arena *http_page_arena(struct http_page *page);
/* Its next try begins with its own address. */
void http_page_restart(struct http_page *page);
/* Gives back what it holds of the budget beyond `keep`. */
void http_page_release(struct http_page *page, size_t keep);
/* "GET https://... (region=eu)", redacted. */
void http_page_label(const struct http_page *page, char *out, size_t size);
/* What its failure means: an enum http_on_error. */
int http_page_on_error(const struct http_page *page);
/* It failed for good; the error says why, not where. */
void http_page_set_error(struct http_page *page, const struct weir_error *error);

#endif
