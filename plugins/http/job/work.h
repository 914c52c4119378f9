/* A page's way through a job: what it asks next, and what comes of the answers. On the loop. */
#ifndef WEIR_HTTP_JOB_WORK_H
#define WEIR_HTTP_JOB_WORK_H

#include "answer/verdict.h"

struct http_chain;
struct http_facts;
struct http_page;
struct http_response;
struct weir_arena;

/* A chain of a resource with a job begins, and ends. The latter accepts any chain. */
void http_job_open(struct http_chain *chain);
void http_job_close(struct http_chain *chain);

/* Makes page->request what it asks next. */
void http_job_prepare(struct http_page *page);
/* That could not be made; the page cannot be sent. */
const struct weir_error *http_job_stuck(const struct http_page *page);
/* An answer. True: it was dealt with, and the page may be gone. False: it is as that of any page. */
bool http_job_answered(
    struct http_page *page, enum http_verdict verdict, struct http_response *response);

/* Does it begin a part? Its rows have nothing to do with those of the page before. */
bool http_job_begins_part(const struct http_page *page);
/* What names the page behind it, as http_paginator_next tells it. */
enum weir_status http_job_next(struct http_page *page, const struct http_facts *facts,
    struct weir_arena *arena, const char **ret_at, struct weir_error *ret_error) WEIR_MUST_CHECK;

#endif
