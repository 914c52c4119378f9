/*
 * What an answer is kept under: a hash of all that its request says, so that nothing secret
 * stands in the name of a file.
 *
 * It is made in two steps: what all requests of a resource have in common (whose login it is,
 * what of an answer's head is kept), and the request itself, without the login.
 */
#ifndef WEIR_HTTP_CACHE_KEY_H
#define WEIR_HTTP_CACHE_KEY_H

#include "client/client.h"

#include <weir/str.h>

enum { HTTP_CACHE_HASH = 32 };

struct http_cache_key {
    unsigned char bytes[HTTP_CACHE_HASH];
};

/* Of some texts, each told from the next. */
struct http_cache_key http_cache_key_of(const struct weir_str *parts, size_t n);
/* Of a GET. */
struct http_cache_key http_cache_key_for(
    const struct http_cache_key *common, const char *url, const char *const *headers);
/* SHA-256. */
void http_cache_sum(struct weir_str bytes, unsigned char ret_sum[HTTP_CACHE_HASH]);

#endif
