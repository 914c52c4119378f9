/*
 * Bodies to rows, on workers: pure, for it sees nothing but the batch and what is
 * read-only about the resource.
 */
#ifndef WEIR_HTTP_DECODE_H
#define WEIR_HTTP_DECODE_H

#include "answer/verdict.h"
#include "source.h"

/* One answer in a batch, beside its rows: the origin of the batch's unit. */
struct http_unit {
    struct http_page *page;           /* of the loop's thread */
    struct weir_str body;             /* in the batch's arena */
    const struct http_format *format; /* what it is written in */
    const char *link;                 /* what its head names the next page by, or NULL */
    struct http_batch_kept *kept;     /* what is kept of it, or to be; NULL: nothing */
    struct http_past *past;           /* what was noted of it, and will be; NULL: nothing */
    bool no_content;
    uint64_t actions_left;            /* response_actions that the body decides between */
    const struct http_answer *head;   /* what these want of its head, or NULL */
    const struct weir_window *window; /* of its chain, or NULL */
    struct weir_id series;            /* of its chain */
    const char *opened;               /* of a child's chain: what it was opened with; else NULL */
    bool keeps_opened;                /* pages of the chain may have been left out */
    struct weir_opening *openings;    /* what its rows open, from http_chosen on */
    size_t n_openings;
    const struct weir_error *error; /* there is no answer, and this is why; NULL: there is one */
    struct http_facts facts;
    /* What decoding made of the answer. Where it is to be asked for again, or to be given up, the
     * unit has failed too. */
    enum http_verdict verdict;
};

/* The payload of a batch. */
struct http_delivery {
    const struct http_resource *resource;
    struct http_unit *units;
    size_t n;
};

enum weir_status http_decode(struct weir_stage *stage, struct weir_batch *batch);

#endif
