/*
 * A line to a PostgreSQL server that breaks where a test says: a thread that listens
 * on a socket of its own and passes bytes on, one connection at a time.
 */
#ifndef POSTGRES_LINE_H
#define POSTGRES_LINE_H

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum line_cut {
    LINE_WHOLE = 0,
    LINE_CUT_BEFORE_COMMIT, /* the server never sees it */
    LINE_CUT_AFTER_COMMIT,  /* it is done, and nobody hears of it */
    LINE_CUT_IN_ANSWER,     /* after so many bytes from the server */
};

struct line {
    char folder[64]; /* that its socket is in */
    struct sockaddr_un here, server;
    int listener;
    pthread_t thread;
    atomic_int cut;     /* the next one; once it has happened, none */
    atomic_long n_left; /* bytes, for LINE_CUT_IN_ANSWER */
    atomic_int n_cuts;
    atomic_bool ends;
};

static inline bool line_send(int to, const char *bytes, ssize_t n)
{
    while (n > 0) {
        ssize_t sent = send(to, bytes, (size_t)n, MSG_NOSIGNAL);

        if (sent <= 0)
            return false;
        bytes += sent;
        n -= sent;
    }
    return true;
}

static inline bool line_did_cut(struct line *line)
{
    atomic_store(&line->cut, LINE_WHOLE);
    atomic_fetch_add(&line->n_cuts, 1);
    return false;
}

/* False: this connection is over. */
static inline bool line_pass(struct line *line, int from, int to, bool is_client, bool *committing)
{
    static _Thread_local char bytes[16384];
    ssize_t n = recv(from, bytes, sizeof(bytes), 0);
    int cut = atomic_load(&line->cut);

    if (n <= 0)
        return false;
    /* With the NUL behind it, so that READ COMMITTED is not taken for it. */
    if (is_client && memmem(bytes, (size_t)n, "COMMIT", 7)) {
        if (cut == LINE_CUT_BEFORE_COMMIT)
            return line_did_cut(line);
        *committing = cut == LINE_CUT_AFTER_COMMIT;
    } else if (!is_client && *committing) {
        return line_did_cut(line);
    } else if (!is_client && cut == LINE_CUT_IN_ANSWER) {
        long left = atomic_fetch_sub(&line->n_left, n);

        if (left <= n) {
            (void)line_send(to, bytes, left);
            return line_did_cut(line);
        }
    }
    return line_send(to, bytes, n);
}

static inline void line_serve(struct line *line, int client)
{
    int server = socket(AF_UNIX, SOCK_STREAM, 0);
    struct pollfd polled[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
    bool committing = false;
    bool open = connect(server, (const struct sockaddr *)&line->server, sizeof(line->server)) == 0;

    while (open && !atomic_load(&line->ends)) {
        if (poll(polled, 2, 100) <= 0)
            continue;
        if (polled[0].revents)
            open = line_pass(line, client, server, true, &committing);
        if (open && polled[1].revents)
            open = line_pass(line, server, client, false, &committing);
    }
    (void)close(server);
    (void)close(client);
}

static inline void *line_life(void *arg)
{
    struct line *line = arg;

    while (!atomic_load(&line->ends)) {
        struct pollfd polled = {line->listener, POLLIN, 0};

        if (poll(&polled, 1, 100) > 0)
            line_serve(line, accept(line->listener, NULL, NULL));
    }
    return NULL;
}

/* To the server whose socket is in that folder. */
static inline bool line_begin(struct line *line, const char *folder, const char *port)
{
    memset(line, 0, sizeof(*line));
    (void)snprintf(line->folder, sizeof(line->folder), "/tmp/weir-line-XXXXXX");
    if (!mkdtemp(line->folder))
        return false;
    line->here.sun_family = line->server.sun_family = AF_UNIX;
    (void)snprintf(
        line->here.sun_path, sizeof(line->here.sun_path), "%s/.s.PGSQL.%s", line->folder, port);
    (void)snprintf(
        line->server.sun_path, sizeof(line->server.sun_path), "%s/.s.PGSQL.%s", folder, port);
    line->listener = socket(AF_UNIX, SOCK_STREAM, 0);
    return bind(line->listener, (const struct sockaddr *)&line->here, sizeof(line->here)) == 0 &&
           listen(line->listener, 8) == 0 &&
           pthread_create(&line->thread, NULL, line_life, line) == 0;
}

static inline void line_cut(struct line *line, enum line_cut cut, long n_bytes)
{
    atomic_store(&line->n_left, n_bytes);
    atomic_store(&line->cut, cut);
}

static inline void line_end(struct line *line)
{
    atomic_store(&line->ends, true);
    (void)pthread_join(line->thread, NULL);
    (void)close(line->listener);
    (void)unlink(line->here.sun_path);
    (void)rmdir(line->folder);
}

#endif
