/* Why there was no answer, in plain words: libcurl's codes as weir's errors. */
#ifndef WEIR_HTTP_FAILURE_H
#define WEIR_HTTP_FAILURE_H

#include "head.h"
#include "socket.h"

#include <curl/curl.h>

struct http_failure {
    CURLcode code;
    CURL *easy;         /* asked for the phase it got to */
    const char *host;   /* "127.0.0.1:8080" */
    const char *proxy;  /* the same of the proxy, where there is one and its address is known */
    const char *detail; /* libcurl's own text; shown for TLS only, where it holds no URL */
    const struct http_head *head;
    uint64_t received; /* bytes of the body */
    uint64_t connect_timeout_ms;
    const struct http_opening *opening;
};

/* Sets the error and whether another try may go better. */
void http_failure_tell(
    const struct http_failure *failure, struct weir_error *ret_error, bool *ret_retryable);

#endif
