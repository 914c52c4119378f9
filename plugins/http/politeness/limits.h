/*
 * rate_limits: what the file says about how often a server may be asked.
 *
 * Entries of one name share what they allow: the first says how much that is, each
 * says which requests take of it, and how much. What they say is counted for each
 * origin and login alone; see peer.h.
 */
#ifndef WEIR_HTTP_LIMITS_H
#define WEIR_HTTP_LIMITS_H

#include <regex.h>
#include <weir/option.h>

enum { HTTP_LIMITS_MAX = 16 }; /* entries */

/* An entry of the list. */
struct http_limit {
    const char *name;
    int64_t limit;     /* 0: that of the first entry of the name */
    uint64_t interval; /* ms */
    int64_t burst;     /* 0: as limit */
    const char *match; /* NULL: what no other entry's match fits */
    int64_t weight;
    const char *remaining_header;
    const char *reset_header;
    uint64_t max_wait; /* ms */
};

extern const struct weir_option http_limit_options[];

void http_limits_check(
    const struct weir_groups *limits, const struct weir_node *node, struct weir_mistakes *mistakes);

/* The list with its expressions compiled. */
struct http_limits {
    const struct http_limit *items;
    size_t n;
    size_t first[HTTP_LIMITS_MAX]; /* the first entry of the same name */
    regex_t paths[HTTP_LIMITS_MAX];
};

/* They passed the check. http_limits_done also takes a zeroed one. */
void http_limits_init(struct http_limits *limits, const struct weir_groups *groups);
void http_limits_done(struct http_limits *limits);
/* Sets in weights, at the first entry of each name, what a request for the URL takes there; 0: nothing. */
void http_limits_weigh(
    const struct http_limits *limits, const char *url, uint64_t weights[HTTP_LIMITS_MAX]);

#endif
