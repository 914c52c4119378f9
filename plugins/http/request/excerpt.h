/*
 * What a message shows of an answer: its beginning, printable, and nothing in it
 * that is secret in the request, for servers that echo it.
 */
#ifndef WEIR_HTTP_EXCERPT_H
#define WEIR_HTTP_EXCERPT_H

#include "auth/credential.h"

enum { HTTP_EXCERPT = 208 };

/* Writes ", '...'", or nothing where the body is empty. Hides the login, and the request's headers
 * and parameters. */
void http_excerpt(const struct http_response *response, const struct http_credential *credential,
    const struct http_request *request, char out[HTTP_EXCERPT]);

#endif
