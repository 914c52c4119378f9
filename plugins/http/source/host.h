/* How many requests are in flight to each origin. */
#ifndef WEIR_HTTP_HOST_H
#define WEIR_HTTP_HOST_H

#include "page_list.h"

#include <stdint.h>

enum { HTTP_HOST_BUCKETS = 256 };

/* Lives as long as something uses it, so that a million hosts in a row cost no memory. */
struct http_host {
    struct http_host *next; /* in its bucket */
    char *origin;
    uint64_t in_flight;
    uint64_t n_users;
    struct http_page_list blocked; /* ready, but for the limit */
    struct http_peer *peer;        /* what limits know of it, or NULL */
};

struct http_hosts {
    struct http_host *buckets[HTTP_HOST_BUCKETS];
};

/* A zeroed table is empty. Each use is given back by http_host_release. */
struct http_host *http_host_use(struct http_hosts *hosts, const char *origin);
void http_host_release(struct http_hosts *hosts, struct http_host *host);

#endif
