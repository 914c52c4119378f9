/*
 * What a page and a chain know of a job, and the requests that are made of it. On the
 * loop's thread.
 */
#ifndef WEIR_HTTP_JOB_RESULTS_H
#define WEIR_HTTP_JOB_RESULTS_H

#include "job.h"
#include "request/excerpt.h"
#include "source/source.h"

enum http_job_stage {
    HTTP_JOB_CREATE,
    HTTP_JOB_POLL,
    HTTP_JOB_LOOK,     /* the answer says where the result is */
    HTTP_JOB_DOWNLOAD, /* it has the rows */
};

/* Of a page, in its arena. */
struct http_job_page {
    enum http_job_stage stage;
    struct http_job_place place;
    struct http_request request; /* of the stage; url NULL: not made yet */
    const char *from;            /* it is asked as by a stranger, who was sent by this address */
    bool has_asked;              /* how far the job is */
    bool is_stuck;               /* the request cannot be made */
    struct weir_error error;
    char told[48]; /* the status that the log was told last */
};

/* Of a chain: what the answer said that the job is done with. */
struct http_job_results {
    struct weir_arena *arena;
    struct http_job_values values;
    const char *const *urls;
    size_t n_urls;
    bool is_done;
    bool is_counted; /* among those that are under way */
};

/* That of the resource which the page is of. */
struct http_job *http_job_of(const struct http_page *page);
int64_t http_job_now(void); /* ms since 1970 */

/* What the answer to the request that created a job says, as a place in the page's arena. */
enum weir_status http_job_create(struct http_page *page, const struct http_response *response,
    const char **ret_place, struct weir_error *ret_error) WEIR_MUST_CHECK;
/* It is done: another one may be created. */
void http_job_done(struct http_chain *chain);
/* Keeps what the answer that says so knows. */
enum weir_status http_job_keep(
    struct http_page *page, struct weir_str body, struct weir_error *ret_error) WEIR_MUST_CHECK;
/* The request of the page's stage, in its arena, held to where it may lead. */
enum weir_status http_job_fill(struct http_page *page, struct http_request *ret_request,
    struct weir_error *ret_error) WEIR_MUST_CHECK;

#endif
