/* What arrives for a transfer, held to its framing, its encoding and its limits as it comes. */
#ifndef WEIR_HTTP_RECEIVE_H
#define WEIR_HTTP_RECEIVE_H

#include "transfer.h"

/* Makes libcurl hand it what arrives. */
void http_receive_serve(struct http_transfer *transfer);
/* Judges what was received, once libcurl is done with it; fills the response. */
void http_receive_end(
    struct http_transfer *transfer, const struct http_client_config *config, CURLcode code);

#endif
