/* Failures of TLS: which they are, and what may help. */
#ifndef WEIR_HTTP_FAILURE_TLS_H
#define WEIR_HTTP_FAILURE_TLS_H

#include "failure.h"

bool http_failure_is_of_tls(CURLcode code);
/* The server wants to know who asks, or will not have who did. */
bool http_failure_is_refused_by_tls(const struct http_failure *failure);
/* E-TLS */
void http_failure_tell_tls(const struct http_failure *failure, struct weir_error *ret_error);

#endif
