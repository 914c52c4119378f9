/* The inside of a client, for the files that it is made of. */
#ifndef WEIR_HTTP_CLIENT_INSIDE_H
#define WEIR_HTTP_CLIENT_INSIDE_H

#include "client.h"
#include "socket.h"
#include "transfer.h"
#include "version.h"

#include <weir/arena.h>

struct http_client {
    uv_loop_t *loop;
    struct http_client_config config;
    struct weir_arena *texts; /* of the configuration */
    CURLM *multi;
    struct http_sockets sockets;
    uv_timer_t timer; /* libcurl's */
    uv_timer_t scan;  /* ours: has anything stalled? */
    uv_idle_t next;   /* ours: what the last turn had no time for */
    struct http_turn turn;
    uint64_t scan_ms;
    struct http_versions versions;
    struct http_transfers in_flight;
    struct http_transfers over; /* ended outside libcurl, to be told */
    struct http_transfers idle;
    struct http_transfer *telling; /* its callback runs */
    unsigned n_sent;               /* since it was last set to 0 */
    unsigned n_open;               /* timers and sockets that the loop has yet to close */
};

/* Gives a transfer to libcurl. Where it is not taken, its error is set. */
bool http_client_hand_over(struct http_client *client, struct http_transfer *transfer);
/* Ends a transfer in flight whose error is set; its callback comes with the loop's next turn. */
void http_client_tell_soon(struct http_client *client, struct http_transfer *transfer);

/* What HTTP/2 cannot give is asked for by 1.1, at once or when there is room for it. */
void http_client_fall_back(struct http_client *client, struct http_transfer *transfer);
/* After libcurl has worked: those that yielded go on with the next turn. */
void http_client_look_after_turn(struct http_client *client);

#endif
