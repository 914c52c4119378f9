#include "socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <weir/arena.h>

enum {
    JUNK_SIZE = 4096,
    JUNK_READS = 16,
};

struct http_socket {
    uv_poll_t poll;
    struct http_sockets *sockets;
    curl_socket_t fd;
    int wanted;       /* what libcurl waits for; 0 between requests */
    int active;       /* what the handle watches for */
    uint64_t opening; /* of which request; 0: of none */
    bool is_ours;     /* opened here; else libcurl's own, such as the resolver's */
    bool may_talk;    /* also when nothing was asked */
    bool has_handle;
};

static struct http_socket *find(const struct http_sockets *sockets, curl_socket_t fd)
{
    return (size_t)fd < sockets->n_fds ? sockets->by_fd[fd] : NULL;
}

static void on_closed(uv_handle_t *handle)
{
    struct http_socket *socket = handle->data;
    struct http_sockets *sockets = socket->sockets;

    free(socket);
    if (--sockets->n_handles == 0 && sockets->closed && !sockets->by_fd)
        sockets->closed(sockets->arg);
}

/* Its number may be used again at once, so the memory waits for the loop alone. */
static void forget(struct http_socket *socket)
{
    socket->sockets->by_fd[socket->fd] = NULL;
    if (socket->has_handle)
        uv_close((uv_handle_t *)&socket->poll, on_closed);
    else
        free(socket);
}

static struct http_socket *add(struct http_sockets *sockets, curl_socket_t fd, bool is_ours)
{
    struct http_socket *socket = weir_calloc(1, sizeof(*socket));

    if ((size_t)fd >= sockets->n_fds) {
        size_t n = (size_t)fd + 64;

        sockets->by_fd = weir_realloc(sockets->by_fd, n * sizeof(struct http_socket *));
        memset(sockets->by_fd + sockets->n_fds, 0,
            (n - sockets->n_fds) * sizeof(struct http_socket *));
        sockets->n_fds = n;
    }
    if (sockets->by_fd[fd])
        forget(sockets->by_fd[fd]);
    socket->sockets = sockets;
    socket->fd = fd;
    socket->is_ours = is_ours;
    sockets->by_fd[fd] = socket;
    return socket;
}

static void stop(struct http_socket *socket)
{
    uv_poll_stop(&socket->poll);
    socket->active = 0;
}

/*
 * What arrives between two requests answers neither. It is thrown away and the
 * socket shut down, so that libcurl finds the connection dead; closing it is
 * libcurl's.
 */
static void spoil(struct http_socket *socket)
{
    char junk[JUNK_SIZE];

    for (int i = 0; i < JUNK_READS; i++)
        if (recv(socket->fd, junk, sizeof(junk), MSG_DONTWAIT) <= 0)
            break;
    (void)shutdown(socket->fd, SHUT_RDWR);
    stop(socket);
}

/*
 * Bytes on a socket that libcurl does not wait for. It does not wait either for
 * one whose transfer pauses, and where that came to pass at once it has not even
 * said that it uses the socket again.
 */
static void on_surprise(struct http_socket *socket)
{
    const struct http_sockets *sockets = socket->sockets;

    if (socket->may_talk || (sockets->is_paused && sockets->is_paused(sockets->arg, socket->fd)))
        stop(socket);
    else
        spoil(socket);
}

static void on_poll(uv_poll_t *poll, int status, int events);

static bool start(struct http_socket *socket)
{
    if (socket->active != socket->wanted) {
        if (uv_poll_start(&socket->poll, socket->wanted, on_poll) != 0)
            return false;
        socket->active = socket->wanted;
    }
    uv_ref((uv_handle_t *)&socket->poll);
    return true;
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct http_socket *socket = poll->data;
    struct http_sockets *sockets = socket->sockets;
    curl_socket_t fd = socket->fd;
    int flags = 0;

    /* An error of the socket: libuv has stopped the handle. There may be bytes before it. */
    if (status < 0)
        socket->active = 0;
    if (!socket->wanted) {
        on_surprise(socket);
        return;
    }
    if (status < 0)
        flags |= CURL_CSELECT_ERR | CURL_CSELECT_IN;
    if (events & UV_READABLE)
        flags |= CURL_CSELECT_IN;
    if (events & UV_WRITABLE)
        flags |= CURL_CSELECT_OUT;
    sockets->ready(sockets->arg, fd, flags);
    /* Memory of a closed one is the loop's until its next round, so it can still be compared. */
    if (status < 0 && sockets->by_fd && find(sockets, fd) == socket && socket->wanted)
        (void)start(socket);
}

static bool make_handle(struct http_socket *socket)
{
    struct http_sockets *sockets = socket->sockets;

    if (uv_poll_init_socket(sockets->loop, &socket->poll, socket->fd) != 0)
        return false;
    socket->poll.data = socket;
    socket->has_handle = true;
    sockets->n_handles++;
    return true;
}

/* libcurl is done with it for now: the answer was read, or failed, or is to wait. */
static void rest(struct http_socket *socket)
{
    int pending = 0;

    socket->wanted = 0;
    if (!socket->is_ours) {
        forget(socket);
        return;
    }
    if (!socket->has_handle)
        return;
    uv_unref((uv_handle_t *)&socket->poll);
    if (socket->active & UV_WRITABLE)
        stop(socket);
    if (ioctl(socket->fd, FIONREAD, &pending) == 0 && pending > 0)
        on_surprise(socket);
}

/* CURLMOPT_SOCKETFUNCTION. */
static int watch(CURL *easy, curl_socket_t fd, int what, void *arg, void *socketp)
{
    struct http_sockets *sockets = arg;
    struct http_socket *socket = find(sockets, fd);

    (void)easy;
    (void)socketp;
    if (what == CURL_POLL_REMOVE) {
        if (socket)
            rest(socket);
        return 0;
    }
    if (!socket)
        socket = add(sockets, fd, false);
    if (!socket->has_handle && !make_handle(socket))
        return -1;
    socket->wanted =
        (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
    return start(socket) ? 0 : -1;
}

/*
 * CURLOPT_OPENSOCKETFUNCTION. Here names are addresses already, and this very one
 * is what gets connected: whatever a name said before, or says next, changes nothing.
 */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct http_opening *opening = arg;
    int fd;

    (void)purpose;
    if (opening->sockets->public_only && !http_address_is_public(&address->addr)) {
        http_address_text(&address->addr, opening->refused);
        return CURL_SOCKET_BAD;
    }
    fd = socket(
        address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address->protocol);
    opening->error = fd < 0 ? errno : 0;
    if (fd < 0)
        return CURL_SOCKET_BAD;
    opening->is_open = true;
    add(opening->sockets, fd, true)->opening = opening->id;
    return fd;
}

/* CURLOPT_CLOSESOCKETFUNCTION. */
static int close_socket(void *arg, curl_socket_t fd)
{
    struct http_sockets *sockets = arg;
    struct http_socket *socket = find(sockets, fd);

    if (socket)
        forget(socket);
    return close(fd);
}

void http_sockets_init(struct http_sockets *sockets, uv_loop_t *loop,
    void (*ready)(void *arg, curl_socket_t fd, int flags), void (*closed)(void *arg), void *arg)
{
    *sockets = (struct http_sockets){.loop = loop, .ready = ready, .closed = closed, .arg = arg};
}

void http_sockets_serve_multi(struct http_sockets *sockets, CURLM *multi)
{
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watch);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, sockets);
}

void http_opening_reset(struct http_opening *opening)
{
    *opening =
        (struct http_opening){.sockets = opening->sockets, .id = ++opening->sockets->n_openings};
}

long http_socket_port(curl_socket_t fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address = {0};
    socklen_t size = sizeof(address);

    if (getsockname(fd, &address.any, &size) != 0)
        return -1;
    return ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
}

/* Of several that were tried only one is connected. */
void http_opening_may_talk(const struct http_opening *opening, long port)
{
    const struct http_sockets *sockets = opening->sockets;

    for (size_t fd = 0; fd < sockets->n_fds; fd++) {
        struct http_socket *socket = sockets->by_fd[fd];

        if (socket && socket->opening == opening->id && http_socket_port(socket->fd) == port)
            socket->may_talk = true;
    }
}

void http_sockets_serve_easy(struct http_sockets *sockets, CURL *easy, struct http_opening *opening)
{
    opening->sockets = sockets;
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, opening);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, sockets);
}

void http_sockets_close(struct http_sockets *sockets)
{
    for (size_t fd = 0; fd < sockets->n_fds; fd++)
        if (sockets->by_fd[fd])
            forget(sockets->by_fd[fd]);
    free(sockets->by_fd);
    sockets->by_fd = NULL;
    sockets->n_fds = 0;
    if (sockets->n_handles == 0)
        sockets->closed(sockets->arg);
}
