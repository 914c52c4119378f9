/*
 * What is known of each origin that is asked: how much was taken of its limits, by
 * each login alone.
 *
 * It outlives the requests, for the server does not forget them either. Of those
 * that nothing asks any more a few thousand are remembered.
 */
#ifndef WEIR_HTTP_PEER_H
#define WEIR_HTTP_PEER_H

#include "adaptive.h"
#include "bucket.h"
#include "limits.h"
#include "source/page_list.h"
#include "source/wait.h"

enum { HTTP_PEER_TABLE = 256, HTTP_PEERS_MAX = 4096 };

/* Pages that wait for a moment. */
struct http_queue {
    struct http_waiter waiter; /* first, so that a waiter is its queue */
    bool is_waiting;           /* for that moment */
    struct http_page_list pages;
    struct http_meter *meter;
    struct http_peer *peer;  /* where there is no meter: it wants to be left alone */
    struct http_queue *next; /* of those whose moment has come */
};

/* One limit at one origin, for one login. */
struct http_meter {
    struct http_meter *next; /* of the peer */
    const char *origin;
    const struct http_limit *limit;
    size_t entry; /* of the limit, in the list */
    size_t login;
    uint64_t in_flight; /* weights */
    bool is_deaf;       /* the server's last answer did not say what is left */
    struct http_bucket bucket;
    struct http_queue queue;
};

struct http_peer {
    struct http_peer *next; /* in its row of the table */
    char *origin;
    uint64_t n_users; /* 1 while a host has it */
    uint64_t used_us;
    uint64_t quiet_until_us; /* nothing is sent before that; 0: it may be */
    struct http_queue quiet;
    uint64_t careful; /* requests in flight that it is trusted with; 0: as many as may be */
    struct http_adaptive adaptive; /* ceiling 0: as many as may be */
    struct http_meter *meters;
};

struct http_peers {
    struct http_peer *rows[HTTP_PEER_TABLE];
    size_t n;
};

/* The peer, made if it is not known yet. A zeroed table is empty. */
struct http_peer *http_peer_use(struct http_peers *peers, const char *origin, uint64_t now_us);
/* Its meter of that entry and login, made full if there is none yet. */
struct http_meter *http_peer_meter(struct http_peer *peer, const struct http_limits *limits,
    size_t entry, size_t login, uint64_t now_us);
/* Until it has so many tokens. Where the server tells what is left, and what it said is over, one
 * request finds out before others follow. */
uint64_t http_meter_wait(struct http_meter *meter, uint64_t weight, uint64_t now_us);
/* Forgets those that were used longest ago, of those without user, if there are too many. */
void http_peers_trim(struct http_peers *peers, uint64_t now_us);
void http_peers_done(struct http_peers *peers);

#endif
