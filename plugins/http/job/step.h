/* From one request of a page to the next, and what keeps it waiting. On the loop. */
#ifndef WEIR_HTTP_JOB_STEP_H
#define WEIR_HTTP_JOB_STEP_H

#include "results.h"

/* All of these have dealt with the answer, and say so: true. The page may be gone. */

/* The page asks for that next. */
bool http_job_go_to(struct http_page *page, enum http_job_stage stage);
bool http_job_give_up(struct http_page *page, const struct weir_error *error);
/* The server says that the job has failed: `word` is its status. */
bool http_job_failed(
    struct http_page *page, const struct http_response *response, const char *word);
/* It does not know the job. */
bool http_job_lost(struct http_page *page, const struct http_response *response);
/* The job is running; it is asked about again in a while, unless that took too long already. */
bool http_job_wait(struct http_page *page, const struct http_response *response, const char *word);

/* Tells the log something of the page. */
void http_job_say(const struct http_page *page, const char *what);

#endif
