/*
 * libcurl's sockets as libuv poll handles.
 *
 * Sockets are opened and closed here, so that a handle is always stopped before
 * its descriptor goes away. A handle lives as long as its connection: between two
 * requests it goes on watching, which saves a request several system calls. It is
 * also the only one to see what a server says when nothing was asked; such a
 * connection is shut down, or the next request would be answered with that.
 *
 * libcurl copies the callbacks of the first transfer of a connection and keeps
 * them, so what they point to must outlive every transfer.
 */
#ifndef WEIR_HTTP_SOCKET_H
#define WEIR_HTTP_SOCKET_H

#include <curl/curl.h>
#include <stdbool.h>
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
    int open_errno;   /* why the last socket could not be made; 0 where it could */
};

void http_sockets_init(struct http_sockets *sockets, uv_loop_t *loop,
    void (*ready)(void *arg, curl_socket_t fd, int flags), void (*closed)(void *arg), void *arg);
/* Make a multi handle and an easy handle use them. */
void http_sockets_serve_multi(struct http_sockets *sockets, CURLM *multi);
void http_sockets_serve_easy(struct http_sockets *sockets, CURL *easy);
/* Closes the handles that are left, after the multi handle is gone. `closed` is called at the
 * latest by the loop, at once if there are none. */
void http_sockets_close(struct http_sockets *sockets);

#endif
