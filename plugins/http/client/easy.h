/* The options of a libcurl easy handle: what holds for every request that it will make. */
#ifndef WEIR_HTTP_EASY_H
#define WEIR_HTTP_EASY_H

#include "client.h"

#include <curl/curl.h>

/*
 * Sets manners, configuration, method and headers, once; the URL and the body are
 * each request's own. The list of headers must live as long as the handle. Fails
 * when memory is short, or libcurl lacks an option that nobody should go without;
 * a NULL handle is such a failure.
 */
CURLcode http_easy_set_up(CURL *easy, const struct http_client_config *config,
    const struct http_request *request, struct curl_slist **ret_headers);

#endif
