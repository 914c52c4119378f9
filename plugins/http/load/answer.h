/* What an answer to a request that brought rows means. */
#ifndef WEIR_HTTP_ANSWER_H
#define WEIR_HTTP_ANSWER_H

#include "auth/credential.h"

struct http_rows {
    const struct weir_batch *batch;
    size_t first;
    size_t n;
};

enum http_load_verdict {
    HTTP_TAKEN,   /* the server has the rows */
    HTTP_AGAIN,   /* another try may go better */
    HTTP_SLOWER,  /* the same, and all others are to wait, too */
    HTTP_LOGIN,   /* the same, with another login */
    HTTP_REFUSED, /* it will never take them */
};

enum http_load_verdict http_load_judge(
    const struct http_retry_options *retry, const struct http_response *response);

/*
 * Why the rows were not taken. Of the answer's body the beginning is shown, without
 * what is secret in the request and without values of the rows, which servers like to
 * quote; they are hidden in the body itself.
 */
void http_load_error(struct http_response *response, const struct http_credential *credential,
    const struct http_request *request, const struct http_rows *rows, struct weir_error *ret_error);

/* Hides what the rows hold in the text, in place. */
void http_hide_rows(const struct http_rows *rows, char *text, size_t len);

#endif
