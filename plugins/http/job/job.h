/*
 * Jobs: rows that a server takes time to make. A request creates one, others ask how
 * far it is, and when it is done its result is downloaded.
 *
 * All of it is one chain, as the pages of any partition are. Its first page creates
 * the job and has no rows; what names the job is the place that is kept with it, so
 * another run asks about the same job. The pages behind it are the parts of the
 * result, and pages of those. Before a part is downloaded its page asks how far the job
 * is, as often as it takes: these are requests of the page, and no tries.
 *
 * What is here is one resource's, read-only from its start on but for n_running.
 */
#ifndef WEIR_HTTP_JOB_H
#define WEIR_HTTP_JOB_H

#include "answer.h"
#include "paging/paginator.h"
#include "place.h"
#include "request/request.h"

struct http_credential;
struct http_resource;

struct http_job {
    const struct http_job_options *options;
    struct http_job_names names;
    struct http_paginator inner; /* of the pages of a part */
    bool follows_links;          /* it is of a kind that names pages by their URLs */
    /* Requests like the resource's own, but for what the file says of them. */
    struct http_resource_options poll_options, download_options;
    struct http_plan poll, download;
    bool has_poll;     /* else the Location header says where to ask */
    bool has_download; /* a request of its own for the result, or for where it is */
    bool has_urls;
    struct http_job_urls_place urls;
    uint64_t n_running; /* chains whose jobs are not done */
};

/* Does the resource's file name one? */
bool http_job_is_used(const struct weir_resource *resource);
/* Makes the resource's job, and has its paginator lead through it. */
enum weir_status http_job_start(struct http_resource *resource, const char *base_url,
    struct weir_arena *arena, struct weir_error *ret_error) WEIR_MUST_CHECK;
/* May another job be created? */
bool http_job_may_create(const struct http_resource *resource);
/* A body that is a file of gzip is unpacked, with the limits of packed answers. On workers. */
enum weir_status http_job_unpack(struct weir_str body, uint64_t limit, struct weir_arena *arena,
    struct weir_str *ret_body, struct weir_error *ret_error) WEIR_MUST_CHECK;

/* --- of the check ------------------------------------------------------------------------- */

struct http_check_names;
void http_job_check(const struct weir_resource *resource, const struct http_options *connection,
    struct http_check_names *names, struct weir_mistakes *mistakes);

#endif
