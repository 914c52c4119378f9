#include "host.h"

#include "paging/seen.h"
#include "politeness/peer.h"

#include <stdlib.h>
#include <string.h>
#include <weir/arena.h>

/* The link that leads to the host, or to where it belongs. */
static struct http_host **find(struct http_hosts *hosts, const char *origin)
{
    size_t bucket = http_hash(origin, strlen(origin)) % HTTP_HOST_BUCKETS;
    struct http_host **at = &hosts->buckets[bucket];

    while (*at && strcmp((*at)->origin, origin) != 0)
        at = &(*at)->next;
    return at;
}

struct http_host *http_host_use(struct http_hosts *hosts, const char *origin)
{
    struct http_host **at = find(hosts, origin);

    if (!*at) {
        size_t size = strlen(origin) + 1;

        *at = weir_calloc(1, sizeof(**at));
        (*at)->origin = weir_malloc(size);
        memcpy((*at)->origin, origin, size);
    }
    (*at)->n_users++;
    return *at;
}

void http_host_release(struct http_hosts *hosts, struct http_host *host)
{
    struct http_host **at;

    if (!host || --host->n_users > 0)
        return;
    at = find(hosts, host->origin);
    *at = host->next;
    if (host->peer)
        host->peer->n_users--;
    free(host->origin);
    free(host);
}
