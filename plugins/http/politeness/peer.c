#include "peer.h"

#include "paging/seen.h"

#include <stdlib.h>
#include <string.h>
#include <weir/arena.h>

enum { ASKED_US = 1000000 }; /* for long; the answer ends it sooner */

struct http_peer *http_peer_use(struct http_peers *peers, const char *origin, uint64_t now_us)
{
    struct http_peer **row = &peers->rows[http_hash(origin, strlen(origin)) % HTTP_PEER_TABLE];
    struct http_peer *peer = *row;
    size_t size = strlen(origin) + 1;

    while (peer && strcmp(peer->origin, origin) != 0)
        peer = peer->next;
    if (!peer) {
        peer = weir_calloc(1, sizeof(*peer));
        peer->origin = weir_malloc(size);
        memcpy(peer->origin, origin, size);
        peer->quiet.peer = peer;
        peer->next = *row;
        *row = peer;
        peers->n++;
    }
    peer->n_users++;
    peer->used_us = now_us;
    return peer;
}

struct http_meter *http_peer_meter(struct http_peer *peer, const struct http_limits *limits,
    size_t entry, size_t login, uint64_t now_us)
{
    const struct http_limit *limit = &limits->items[entry];
    struct http_meter *meter = peer->meters;

    while (meter && (meter->entry != entry || meter->login != login))
        meter = meter->next;
    if (meter)
        return meter;
    meter = weir_calloc(1, sizeof(*meter));
    meter->origin = peer->origin;
    meter->limit = limit;
    meter->entry = entry;
    meter->login = login;
    meter->queue.meter = meter;
    http_bucket_init(&meter->bucket, (uint64_t)limit->limit, limit->interval * 1000,
        (uint64_t)(limit->burst ? limit->burst : limit->limit), now_us);
    meter->next = peer->meters;
    peer->meters = meter;
    return meter;
}

uint64_t http_meter_wait(struct http_meter *meter, uint64_t weight, uint64_t now_us)
{
    uint64_t wait = http_bucket_wait(&meter->bucket, weight, now_us);
    bool is_asked = meter->limit->remaining_header && !meter->is_deaf &&
                    !meter->bucket.left_until_us && meter->in_flight;

    return is_asked && wait < ASKED_US ? ASKED_US : wait;
}

static void peer_free(struct http_peer *peer)
{
    while (peer->meters) {
        struct http_meter *meter = peer->meters;

        peer->meters = meter->next;
        free(meter);
    }
    free(peer->origin);
    free(peer);
}

/* Pages wait at it no more, but the moment that they waited for may be still to come. */
static bool may_forget(const struct http_peer *peer)
{
    if (peer->n_users || peer->quiet.is_waiting)
        return false;
    for (const struct http_meter *meter = peer->meters; meter; meter = meter->next)
        if (meter->queue.is_waiting)
            return false;
    return true;
}

/* Those that nothing has asked since, and nobody asks now. */
static void forget_before(struct http_peers *peers, uint64_t us)
{
    for (size_t i = 0; i < HTTP_PEER_TABLE; i++) {
        struct http_peer **at = &peers->rows[i];

        while (*at) {
            struct http_peer *peer = *at;

            if (peer->used_us > us || !may_forget(peer)) {
                at = &peer->next;
                continue;
            }
            *at = peer->next;
            peers->n--;
            peer_free(peer);
        }
    }
}

void http_peers_trim(struct http_peers *peers, uint64_t now_us)
{
    uint64_t oldest = now_us;

    if (peers->n <= HTTP_PEERS_MAX)
        return;
    for (size_t i = 0; i < HTTP_PEER_TABLE; i++)
        for (const struct http_peer *peer = peers->rows[i]; peer; peer = peer->next)
            if (may_forget(peer) && peer->used_us < oldest)
                oldest = peer->used_us;
    /* Many at a time, so that looking for them is rare. */
    forget_before(peers, oldest + (now_us - oldest) / 2);
}

void http_peers_done(struct http_peers *peers)
{
    for (size_t i = 0; i < HTTP_PEER_TABLE; i++)
        while (peers->rows[i]) {
            struct http_peer *peer = peers->rows[i];

            peers->rows[i] = peer->next;
            peer_free(peer);
        }
    peers->n = 0;
}
