/*
 * libcurl's sockets as libuv poll handles.
 *
 * Sockets are opened and closed here, so that a handle is always stopped before
 * its descriptor goes away. A handle lives as long as its connection: between two
 * requests it goes on watching, which saves a request several system calls. It is
 * also the only one to see what a server says when nothing was asked; such a
 * connection is shut down, or the next request would be answered with that. By
 * HTTP/2 a server may speak at any time: what it says then is libcurl's to read.
 *
 * libcurl copies the callback that closes from the first transfer of a connection
 * and keeps it, so what that points to must outlive every transfer.
 */
#ifndef WEIR_HTTP_SOCKET_H
#define WEIR_HTTP_SOCKET_H

#include "address.h"

#include <curl/curl.h>
#include <uv.h>

struct http_socket;

struct http_sockets {
    uv_loop_t *loop;
    /* A socket is ready: what curl_multi_socket_action is to be told. */
    void (*ready)(void *arg, curl_socket_t fd, int flags);
    /* The loop has closed the last handle of http_sockets_close. */
    void (*closed)(void *arg);
    void *arg;
    /* Does a transfer on this one pause? Then what arrives is still its answer. May be NULL. */
    bool (*is_paused)(void *arg, curl_socket_t fd);
    struct http_socket **by_fd;
    size_t n_fds;
    size_t n_handles; /* made, and not yet closed by the loop */
    uint64_t n_openings;
    bool public_only; /* no socket leads to an address of somebody's own network */
};

/* How the sockets of one request came about. */
struct http_opening {
    struct http_sockets *sockets;
    uint64_t id;                     /* of the request; never 0 */
    bool is_open;                    /* one was made */
    int error;                       /* why the last one could not be made, or 0 */
    char refused[HTTP_ADDRESS_SIZE]; /* an address that public_only does not allow, or "" */
};

void http_sockets_init(struct http_sockets *sockets, uv_loop_t *loop,
    void (*ready)(void *arg, curl_socket_t fd, int flags), void (*closed)(void *arg), void *arg);
/* Make a multi handle and an easy handle use them; `opening` lives as long as the latter. */
void http_sockets_serve_multi(struct http_sockets *sockets, CURLM *multi);
void http_sockets_serve_easy(
    struct http_sockets *sockets, CURL *easy, struct http_opening *opening);
/* Before each request. */
void http_opening_reset(struct http_opening *opening);
/* The connection from this port, made for the request, may speak when nothing was asked. */
void http_opening_may_talk(const struct http_opening *opening, long port);
/* From which port of this machine it leads; -1: nobody knows. */
long http_socket_port(curl_socket_t fd);
/* Closes the handles that are left, after the multi handle is gone. `closed` is called at the
 * latest by the loop, at once if there are none. */
void http_sockets_close(struct http_sockets *sockets);

#endif
