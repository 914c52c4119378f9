/*
 * The last of what a ready page passes before it is sent: how often the file and the
 * server let it be asked. What it takes is taken when it is sent, and not before.
 *
 * A page that has to wait stands in the queue of what it waits for. One timer is
 * behind all queues; until it fires nothing is done for them.
 */
#ifndef WEIR_HTTP_POLITE_H
#define WEIR_HTTP_POLITE_H

#include "peer.h"

#include <uv.h>

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
/* May it be sent now? If not, it waits in a queue; or it has failed, and is perhaps no more. */
bool http_polite_pass(struct http_page *page);
/* Its request is sent, is over. */
void http_polite_enter(struct http_page *page);
void http_polite_leave(struct http_page *page);

#endif
