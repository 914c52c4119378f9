/*
 * The last of what a ready page passes before it is sent: how often the file and the
 * server let it be asked. What it takes is taken when it is sent, and not before.
 *
 * A page that has to wait stands in the queue of what it waits for. One timer is
 * behind all queues; until it fires nothing is done for them.
 */
#ifndef WEIR_HTTP_POLITE_H
#define WEIR_HTTP_POLITE_H

#include "answer/verdict.h"
#include "peer.h"

#include <uv.h>

struct http_host;
struct http_page;
struct http_source;

/* Of a source. */
struct http_polite {
    struct http_limits limits;
    size_t *logins; /* of each resource: the same number, the same login */
    struct http_peers peers;
    struct http_waiting waiting; /* queues, by their moments */
    uv_timer_t timer;
    bool has_timer;
    bool is_calling; /* pages out of the queues */
};

/* What a page takes of meters: until its answer is here. */
struct http_permit {
    bool was_called; /* it has waited already */
    bool is_taken;
    uint64_t parked_us;
    size_t n;
    struct http_use {
        struct http_meter *meter;
        uint64_t weight;
        uint64_t ticket;
    } uses[];
};

/* When the resources are known. */
void http_polite_start(struct http_source *source);
void http_polite_stop(struct http_source *source);
/* How many requests may be in flight to the host. */
uint64_t http_polite_slots(const struct http_source *source, const struct http_host *host);
/* Does the origin let itself be asked, and do the limits? If not, the page waits in a queue; or it has
 * failed, and is perhaps no more. */
bool http_polite_may_ask(struct http_page *page);
bool http_polite_pass(struct http_page *page);
/* Its request is sent, is over. */
void http_polite_enter(struct http_page *page);
void http_polite_leave(struct http_page *page);
/* What is known of the origin that it asks. */
struct http_peer *http_polite_peer(const struct http_page *page, uint64_t now_us);
/* What came back, before it is over. */
void http_polite_learn(
    struct http_page *page, enum http_verdict verdict, const struct http_response *response);
/* What an answer says is left of the limit that its request goes by. */
void http_polite_hear(const struct http_use *use, const struct http_response *response);
/* The server was asked too fast: nobody asks it until Retry-After (or NULL) is over. */
void http_polite_slow(struct http_page *page, const char *retry_after);

#endif
