/*
 * One try of a page: sends the request, and does with the answer what the verdict
 * says. Redirects belong to the try; another one begins when a retry is due.
 */
#ifndef WEIR_HTTP_ATTEMPT_H
#define WEIR_HTTP_ATTEMPT_H

#include "answer/verdict.h"
#include "page.h"

/* Sends the page, for the first time or again. The gate has let it pass, and the budget was asked. */
void http_attempt(struct http_page *page);
/* What is kept of its answer is the answer: it is not sent. */
void http_attempt_skip(struct http_page *page);
/* What becomes of an answer: by its status, unless the file says otherwise. */
enum http_verdict http_attempt_judge(struct http_page *page, const struct http_response *response);
/* Makes its request, if that is not done yet. */
void http_attempt_prepare(struct http_page *page);
/* Its answer stands for no rows. May close the chain. */
void http_attempt_take_nothing(struct http_page *page, bool is_last);
/* It has failed for good. May close the chain. */
void http_attempt_give_up(struct http_page *page, const struct weir_error *error);
/*
 * Has it asked again for this reason, at once or after a wait, as the verdict says: HTTP_RETRY,
 * HTTP_RATE_LIMITED or HTTP_REFRESH_AUTH. `response` may be NULL. False: it may not be, since it
 * was often enough.
 */
bool http_attempt_again(struct http_page *page, enum http_verdict verdict,
    const struct weir_error *reason, const struct http_response *response) WEIR_MUST_CHECK;

#endif
