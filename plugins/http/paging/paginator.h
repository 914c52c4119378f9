/*
 * From one page to the next.
 *
 * A paginator is what a resource's file says about its pages. Some kinds compute
 * where page i stands (page_number, offset), so several pages may be asked for
 * at once; the others learn it from the page before. Both judge each answer by a
 * few facts that are picked from it on a worker. Read-only once made, so decoding
 * may use it on any thread; what changes from page to page is the chain's.
 */
#ifndef WEIR_HTTP_PAGINATOR_H
#define WEIR_HTTP_PAGINATOR_H

#include <weir/option.h>

extern const struct weir_variant_type http_paginator_variants[];

enum http_more { HTTP_MORE_UNKNOWN, HTTP_MORE_NO, HTTP_MORE_YES };

/* Which of the paginator's paths lead to something, be it null. */
enum http_found { HTTP_FOUND_NEXT = 1, HTTP_FOUND_TOTAL = 2, HTTP_FOUND_MORE = 4 };

/* What an answer says about the pages to come. */
struct http_facts {
    uint64_t n_rows;
    const struct http_signs *signs; /* what is usual to say; only if the kind chooses by them */
    const char *next;               /* the cursor or link as text; NULL: there is none */
    int64_t total;                  /* -1: it does not say */
    enum http_more more;            /* of has_more_path */
    bool stops;                     /* a row meets stop_when */
    unsigned found;                 /* of enum http_found */
    uint64_t hash;                  /* of the body; 0 where repeats are not looked for */
    uint64_t rows_hash;             /* of its rows; 0 where they tell nothing */
};

struct http_paginator;
struct http_request;
struct http_sign_paths;
struct http_signs;
struct http_response;
struct http_resource_options;
struct weir_sql;
struct weir_stage;

/* The resource that a paginator stands in, as its check sees it. */
struct http_paging_site {
    const struct http_resource_options *options;
    const struct weir_node *config; /* the resource's map */
    const char *login_header;       /* the header that the login sets, or NULL */
};

/* Where an answer comes from. */
struct http_origin {
    const char *url;
    const char *at;   /* what named the page; NULL: it was the first, or is computed */
    const char *home; /* what a redirect led away from: links are held to that; NULL: nothing */
};

/* A kind of paginator: one file each. */
struct http_paginator_kind {
    /* Page i is known without page i - 1. */
    bool computable;
    void (*init)(struct http_paginator *paginator, const void *options);
    /* Makes the request, that of the partition, the one of page `number`, from 0. `at` is what the
     * page before named, NULL for the first page and where pages are computed. NULL: all pages are
     * asked for alike. */
    void (*place)(const struct http_paginator *paginator, struct weir_arena *arena, uint64_t number,
        const char *at, struct http_request *request);
    /* Computable: the pages in all, when the server says that much; NULL else. */
    uint64_t (*count)(const struct http_paginator *paginator, int64_t total);
    /* What of all that an answer says names the next page; NULL: it has none. The kinds that
     * leave this out know where to look. */
    enum weir_status (*choose)(const struct http_paginator *paginator, struct weir_arena *arena,
        const struct http_origin *from, const struct http_facts *facts, const char **ret_next,
        struct weir_error *ret_error);
    /* Not computable: what the next page is named by (WEIR_OK), or WEIR_END, or WEIR_FAIL. */
    enum weir_status (*follow)(const struct http_paginator *paginator, struct weir_arena *arena,
        const struct http_origin *from, const char *next, const char **ret_at,
        struct weir_error *ret_error);
    /* More mistakes than the table can tell; may be NULL. */
    void (*check)(const void *options, const struct weir_node *node,
        const struct http_paging_site *site, struct weir_mistakes *mistakes);
};

/* Of the loop's thread. */
struct http_auto_state {
    struct weir_stage *stage;
    const char *name; /* of the resource */
    unsigned told;
};

struct http_paginator {
    const struct http_paginator_kind *kind;
    const void *options;
    const struct weir_path *next_path; /* what to pick; each may be NULL */
    const struct weir_path *total_path;
    const struct weir_path *has_more_path;
    const struct weir_path *last_path; /* in the last row: what names the next page */
    const char *link_rel;              /* the relation to look for in Link headers, or NULL */
    const char *next_header;           /* the header that names the next page, or NULL */
    const struct http_sign_paths *sign_paths; /* for a kind that chooses, or NULL */
    struct http_auto_state *auto_state;       /* the same */
    const struct weir_strs *allow_hosts;      /* NULL: none */
    const char *stop_when;                    /* SQL, or NULL */
    struct weir_sql *stop_sql;                /* the same, compiled by http_paginator_start */
    bool next_is_json; /* what names the next page is kept as JSON, since it goes into a body */
    bool is_hidden;    /* the address does not show which page is asked for */
    bool fills_body;   /* each page needs the body to be one that can be read */
    bool stop_after_empty_page;
    bool guards_repeats; /* nothing but the answers ends it: two equal ones are suspicious */
    uint64_t max_pages;  /* UINT64_MAX: no limit known from the file */
    uint64_t prefetch;   /* pages of a chain asked for at once, at least 1 */
};

void http_paginator_check(const struct http_paging_site *site, struct weir_mistakes *mistakes);
void http_paginator_init(struct http_paginator *paginator, const struct weir_variant *variant);
/* What judging answers needs lives as long as the stage's arena. */
enum weir_status http_paginator_start(struct http_paginator *paginator, struct weir_stage *stage,
    const char *name, struct weir_error *ret_error) WEIR_MUST_CHECK;

/* Makes a request, which lacks the paginator's own part, that of a page. What it changes is in the
 * arena. */
void http_paginator_place(const struct http_paginator *paginator, struct weir_arena *arena,
    uint64_t number, const char *at, struct http_request *request);
/* The pages in all as far as the answer tells, never more than max_pages; UINT64_MAX: unknown. */
uint64_t http_paginator_count(
    const struct http_paginator *paginator, const struct http_facts *facts);
/* Can all pages be made of this request, that of a partition? */
enum weir_status http_paginator_takes(const struct http_paginator *paginator,
    const struct http_request *request, struct weir_arena *arena,
    struct weir_error *ret_error) WEIR_MUST_CHECK;
/* What the head of an answer names the next page by, in the arena; NULL: nothing, or it is not
 * looked for there. */
const char *http_paginator_of_head(const struct http_paginator *paginator,
    const struct http_response *response, struct weir_arena *arena);
/*
 * Judges an answer: WEIR_OK and, where pages are not
 * computed, what names the next one; WEIR_END; or WEIR_FAIL when the next page
 * may not be asked for, with what names it nevertheless. Whether there are so many pages is not its business.
 */
enum weir_status http_paginator_next(const struct http_paginator *paginator,
    struct weir_arena *arena, const struct http_origin *from, const struct http_facts *facts,
    const char **ret_at, struct weir_error *ret_error) WEIR_MUST_CHECK;

/*
 * What names the page that an interrupted chain goes on with, behind its first one: what the
 * page before named, and the state has kept. It is held to what a fresh one is held to; `first` is
 * the address of the first page.
 */
enum weir_status http_paginator_go_on(const struct http_paginator *paginator,
    struct weir_arena *arena, const char *first, const char *next, const char **ret_at,
    struct weir_error *ret_error) WEIR_MUST_CHECK;

/* For kinds that follow links: the next address, resolved and held to the origin it came from. */
enum weir_status http_paginator_follow_link(const struct http_paginator *paginator,
    struct weir_arena *arena, const struct http_origin *from, const char *next, const char **ret_at,
    struct weir_error *ret_error) WEIR_MUST_CHECK;

/* Does it lead to the same origin, or to one of the hosts? Never from https to http. `hosts` may be
 * NULL. */
bool http_paginator_may_lead(const struct weir_strs *hosts, const char *from, const char *to);

/* For checks. */
void http_paginator_check_hosts(
    const struct weir_strs *hosts, const struct weir_node *node, struct weir_mistakes *mistakes);

#endif
