/*
 * One attempt at one request: a libcurl easy handle, and what is known of it.
 *
 * An easy handle costs more to make than a small request takes, so a transfer is
 * used again, but only for the same origin, login and headers, and only after
 * an answer that was whole: nothing that a server left in it reaches another.
 */
#ifndef WEIR_HTTP_TRANSFER_H
#define WEIR_HTTP_TRANSFER_H

#include "client.h"
#include "head.h"
#include "socket.h"
#include "transfers.h"
#include "turn.h"
#include "unpack.h"
#include "whole.h"

struct http_transfer {
    struct http_transfer *prev, *next; /* in the client's list */
    struct http_transfers *list;
    struct http_client *client;
    struct http_turn *turn; /* the client's */
    struct http_opening opening;
    CURL *easy;
    /* what it was made for */
    char *origin; /* scheme, login, host and port, as the URL has them */
    char *method;
    char **headers; /* as given, NULL-terminated; NULL: none */
    bool has_body;
    bool is_strange;
    struct curl_slist *header_list;
    CURLcode setup; /* whether all options were accepted */
    /* of this request */
    http_done done;
    void *arg;
    char *body; /* of the request */
    uint64_t started_us;
    bool (*room)(void *arg, size_t size);
    const struct http_taker *taker;
    bool is_taken; /* the body goes to the taker */
    bool hides_cuts;
    size_t granted; /* what `room` said yes to */
    bool is_paused;
    bool yields;     /* it pauses until the loop's next turn */
    bool two;        /* it may come by HTTP/2 */
    bool falls_back; /* it cannot, and is to be begun anew by 1.1 */
    bool has_left;   /* it was taken from libcurl for that, and waits for the end of the pause */
    struct http_head head;
    struct http_unpack unpack;
    struct http_whole whole; /* looked at where nothing else proves the end */
    struct http_response response;
    bool has_enough; /* stopped on purpose: what came is the whole answer */
    bool is_opaque;  /* a body that nobody can read, or will */
    /* the stall clock, see stall.h */
    uint64_t clock_ms; /* 0: not running */
    uint64_t clock_bytes;
    bool clock_saw_head;
    char detail[CURL_ERROR_SIZE];
};

enum { HTTP_HOST_SIZE = 300 };

/* For requests like this one. */
struct http_transfer *http_transfer_new(const struct http_client_config *config,
    struct http_sockets *sockets, const struct http_request *request);
void http_transfer_free(struct http_transfer *transfer);
bool http_transfer_fits(const struct http_transfer *transfer, const struct http_request *request);

/* Makes it ready to be added to a multi handle; false: response.error says why it cannot be. */
bool http_transfer_begin(
    struct http_transfer *transfer, const struct http_request *request, bool two);
/* The same for the same request once more, by HTTP/1.1. What `room` granted stays granted. */
bool http_transfer_begin_anew(struct http_transfer *transfer);
/* Frees what the callback did not take. */
void http_transfer_empty(struct http_transfer *transfer);
/* Host and port without login, for messages. */
void http_transfer_host(const struct http_transfer *transfer, char out[HTTP_HOST_SIZE]);

#endif
