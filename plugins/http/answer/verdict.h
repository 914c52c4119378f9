/* What to make of an answer: take it, follow it, ask again, or give up. */
#ifndef WEIR_HTTP_VERDICT_H
#define WEIR_HTTP_VERDICT_H

#include "auth/credential.h"
#include "client/client.h"
#include "client/retry.h"

/* What is to be done about it. */
enum http_verdict {
    HTTP_GOOD,         /* take it */
    HTTP_REDIRECTED,   /* ask where it leads */
    HTTP_RETRY,        /* another try may go better */
    HTTP_RATE_LIMITED, /* the same, for we ask too fast */
    HTTP_REFRESH_AUTH, /* the same, with another login */
    HTTP_IGNORE,       /* take it as an answer without rows */
    HTTP_RESET,        /* begin anew with the chain's first page */
    HTTP_SKIP,         /* give up, and leave out the rest of the partition */
    HTTP_STOP,         /* no rows, and its chain ends here */
    HTTP_CONFIRMED,    /* take what is kept: it has not changed */
    HTTP_UNKEPT,       /* what was kept is of no use: ask for it */
    HTTP_BAD,          /* give up */
};

enum http_verdict http_judge(
    const struct http_retry_options *retry, const struct http_response *response);

/*
 * E-HTTP-STATUS: status, the beginning of the body, and a remedy where there is
 * one. What is secret in the request (its login, headers and parameters) is hidden,
 * for servers that echo it. `is_later_page` is for servers that end their pages with a 404.
 */
void http_status_error(const struct http_response *response,
    const struct http_credential *credential, const struct http_request *request,
    bool is_later_page, struct weir_error *ret_error);

#endif
