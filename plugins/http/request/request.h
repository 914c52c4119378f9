/*
 * What is asked for: URL, headers and body, from a resource's templates.
 *
 * A plan is what all requests of a resource have in common, made once; what no
 * placeholder touches is filled then. A partition and a window fill in the rest.
 */
#ifndef WEIR_HTTP_REQUEST_H
#define WEIR_HTTP_REQUEST_H

#include "client/client.h"
#include "options.h"

#include <weir/incremental.h>
#include <weir/partition.h>

struct http_job_values;

/* What placeholders stand for in one chain. */
struct http_values {
    struct weir_partition *partition;
    struct weir_window *window;        /* NULL: none */
    const struct http_job_values *job; /* NULL: none */
    bool lacks_start;                  /* the window has no beginning, and one was asked for */
};

struct http_plan {
    const struct http_resource_options *options;
    const char *base_url;       /* or NULL */
    const char *const *headers; /* of all requests alike; NULL: they differ */
    bool has_form;              /* `data` is one */
    const char *origin;         /* of all requests alike; NULL: they differ */
};

/* Read-only afterwards. Fails where a constant header or body cannot be sent. */
enum weir_status http_plan_init(struct http_plan *plan, const struct http_resource_options *options,
    const char *base_url, struct weir_arena *arena, struct weir_error *ret_error) WEIR_MUST_CHECK;

/*
 * The request of one chain, in the arena: its URL lacks only what paginator and
 * login add to it. E-TEMPLATE, E-URL and E-HEADER tell of values that do not fit
 * where they were to go. A parameter that is to say where to begin is left out as
 * long as nothing is known to begin at.
 */
enum weir_status http_plan_fill(const struct http_plan *plan, struct http_values *values,
    struct weir_arena *arena, struct http_request *ret_request,
    struct weir_error *ret_error) WEIR_MUST_CHECK;

/* Writes "GET https://..." with the URL redacted. */
void http_request_label(const char *method, const char *url, char *out, size_t size);

#endif
