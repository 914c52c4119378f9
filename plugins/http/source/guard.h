/*
 * Guards against servers that are asked for a page and give another one, and
 * against files that look for the next one where nothing is. Without them a run
 * would never end, would load rows twice, or would end early in silence.
 */
#ifndef WEIR_HTTP_GUARD_H
#define WEIR_HTTP_GUARD_H

#include "paging/paginator.h"
#include "paging/seen.h"

struct http_chain;
struct http_page;
struct http_resource;

/* What a chain remembers of its pages. */
struct http_guard {
    struct http_seen seen; /* cursors and links that were taken */
    uint64_t body, rows;   /* hashes of the page before; 0: none */
    uint64_t first_rows;   /* of the chain's page 0 */
    unsigned empties;      /* pages without rows, one behind the other */
};

/* What a resource remembers: the warning comes at its end. */
struct http_guard_paths {
    uint64_t n_answers; /* first pages that had rows */
    unsigned found;     /* of enum http_found, in any answer */
    bool told;
};

/* A good answer is here. */
void http_guard_learn(
    struct http_chain *chain, const struct http_page *page, const struct http_facts *facts);
/* Is it not what was asked for? True and why: E-PAGE-REPEAT, E-CURSOR-REPEAT, E-OFFSET-IGNORED; or
 * the hundredth in a row without rows, E-PAGE-EMPTY. */
bool http_guard_refuses(struct http_chain *chain, const struct http_page *page,
    const struct http_facts *facts, struct weir_error *ret_error);
/* It has no rows, and says that more follow: an empty page is the end, but not this one. */
bool http_guard_goes_on(
    struct http_chain *chain, const struct http_page *page, const struct http_facts *facts);
/* What the first page names as the next one was not here before, else E-PAGE-LOOP. */
enum weir_status http_guard_place(
    struct http_chain *chain, const char *at, struct weir_error *ret_error) WEIR_MUST_CHECK;
/* The chain begins anew: what was here before may come again. */
void http_guard_forget(struct http_chain *chain);
/* All of the resource is read: warns of paths at which nothing ever stood. */
void http_guard_tell(struct http_resource *resource);

#endif
