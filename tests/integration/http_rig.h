/*
 * The HTTP client on a loop of its own, with servers to talk to: the misbehaving
 * one, and one that says exactly the bytes it is told.
 */
#ifndef HTTP_RIG_H
#define HTTP_RIG_H

#include <client/client.h>

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <weir/arena.h>
#include <weir/json.h>

/* The misbehaving server */

struct rig_server {
    pid_t pid;
    int input; /* it ends when this is closed */
    char url[64];
};

static inline void rig_server_start(struct rig_server *server)
{
    int in[2], out[2];
    FILE *said;

    assert_int_equal(pipe(in), 0);
    assert_int_equal(pipe(out), 0);
    server->pid = fork();
    assert_true(server->pid >= 0);
    if (server->pid == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        close(in[1]);
        close(out[0]);
        execl("/usr/bin/python3", "python3", "-B", TEST_SERVERS_DIR "/misbehave", "--until-eof",
            (char *)NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    server->input = in[1];
    said = fdopen(out[0], "r");
    assert_non_null(said);
    assert_int_equal(fscanf(said, "listening on %63s other %*s", server->url), 1);
    fclose(said);
}

static inline void rig_server_stop(struct rig_server *server)
{
    close(server->input);
    kill(server->pid, SIGTERM);
    waitpid(server->pid, NULL, 0);
}

/* The server that says what it is told */

enum { RIG_STEPS = 6 };

/* What one connection gets once its request has come. */
struct rig_step {
    const char *bytes; /* NULL ends the list */
    size_t n;          /* 0: a text */
    int pause_ms;      /* before it */
    bool on_request;   /* waits for another request first */
};

struct rig_says {
    struct rig_step steps[RIG_STEPS];
    bool resets; /* ends with a TCP reset, else in order */
    bool stays;  /* does not end until the client does */
};

struct rig_echo {
    int listener;
    pthread_t thread;
    char url[64];
    const struct rig_says *says; /* of each connection, in order; the last for all others */
    size_t n_says;
    unsigned n_connections;
    int end[2];
};

/* Reads up to the end of a request's head. False when the client is gone. */
static inline bool rig_read_request(int fd)
{
    char bytes[8192];
    size_t n = 0;

    while (n < sizeof(bytes) - 1) {
        ssize_t got = recv(fd, bytes + n, sizeof(bytes) - 1 - n, 0);

        if (got <= 0)
            return false;
        n += (size_t)got;
        bytes[n] = '\0';
        if (strstr(bytes, "\r\n\r\n"))
            return true;
    }
    return false;
}

static inline void rig_say(int fd, const struct rig_says *says)
{
    char byte;

    for (const struct rig_step *step = says->steps; step < says->steps + RIG_STEPS && step->bytes;
         step++) {
        if ((step == says->steps || step->on_request) && !rig_read_request(fd))
            break;
        if (step->pause_ms)
            poll(NULL, 0, step->pause_ms);
        if (send(fd, step->bytes, step->n, MSG_NOSIGNAL) < 0)
            break;
    }
    while (says->stays && recv(fd, &byte, 1, 0) > 0)
        ;
    if (says->resets) {
        /* What was sent must be there before the reset, or it is lost. */
        poll(NULL, 0, 100);
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0}, sizeof(struct linger));
    }
    close(fd);
}

/* A connection's own copy of what it says: the thread may end after the test that began it. */
struct rig_talk {
    int fd;
    struct rig_says says;
    char *copies[RIG_STEPS];
};

static inline struct rig_talk *rig_talk_new(const struct rig_says *says)
{
    struct rig_talk *talk = weir_calloc(1, sizeof(*talk));

    talk->says = *says;
    for (size_t i = 0; i < RIG_STEPS && says->steps[i].bytes; i++) {
        struct rig_step *step = &talk->says.steps[i];

        step->n = step->n ? step->n : strlen(step->bytes);
        talk->copies[i] = memcpy(weir_malloc(step->n), step->bytes, step->n);
        step->bytes = talk->copies[i];
    }
    return talk;
}

static inline void *rig_talk(void *arg)
{
    struct rig_talk *talk = arg;

    rig_say(talk->fd, &talk->says);
    for (size_t i = 0; i < RIG_STEPS; i++)
        free(talk->copies[i]);
    free(talk);
    return NULL;
}

static inline void *rig_listen(void *arg)
{
    struct rig_echo *echo = arg;

    for (;;) {
        struct pollfd fds[2] = {{echo->listener, POLLIN, 0}, {echo->end[0], POLLIN, 0}};
        struct rig_talk *talk;
        pthread_t thread;
        size_t i;

        poll(fds, 2, -1);
        if (fds[1].revents)
            return NULL;
        i = __atomic_fetch_add(&echo->n_connections, 1, __ATOMIC_SEQ_CST);
        talk = rig_talk_new(&echo->says[i < echo->n_says ? i : echo->n_says - 1]);
        talk->fd = accept(echo->listener, NULL, NULL);
        if (pthread_create(&thread, NULL, rig_talk, talk) != 0)
            abort();
        pthread_detach(thread);
    }
}

/* A listening socket on a port of the kernel's choice; the address as a URL. */
static inline int rig_listener(char url[64])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(fd, 64), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    (void)snprintf(url, 64, "http://127.0.0.1:%d", ntohs(address.sin_port));
    return fd;
}

static inline void rig_echo_start(struct rig_echo *echo, const struct rig_says *says, size_t n)
{
    *echo = (struct rig_echo){.says = says, .n_says = n};
    echo->listener = rig_listener(echo->url);
    assert_int_equal(pipe(echo->end), 0);
    assert_int_equal(pthread_create(&echo->thread, NULL, rig_listen, echo), 0);
}

static inline void rig_echo_stop(struct rig_echo *echo)
{
    assert_int_equal(write(echo->end[1], "x", 1), 1);
    pthread_join(echo->thread, NULL);
    close(echo->end[0]);
    close(echo->end[1]);
    close(echo->listener);
}

/* The client */

struct rig {
    uv_loop_t loop;
    struct http_client *client;
};

/* What a callback was given, kept. */
struct rig_answer {
    bool came;
    int status;
    bool retryable;
    struct weir_error error;
    char *body;
    size_t length;
    char content_type[64];
    char location[256];
    char link[256];
    char retry_after[64];
    uint64_t elapsed_us;
    uint64_t wire_bytes;
};

static inline void rig_start(struct rig *rig, struct http_client_config config)
{
    struct weir_error error = {0};

    config.connect_timeout_ms = config.connect_timeout_ms ? config.connect_timeout_ms : 5000;
    config.stall_timeout_ms = config.stall_timeout_ms ? config.stall_timeout_ms : 5000;
    config.max_body = config.max_body ? config.max_body : 1 << 20;
    config.max_connections = config.max_connections ? config.max_connections : 8;
    config.user_agent = config.user_agent ? config.user_agent : "rig";
    assert_int_equal(uv_loop_init(&rig->loop), 0);
    rig->client = http_client_new(&rig->loop, &config, &error);
    assert_non_null(rig->client);
}

/* Closes the client with whatever it is at, and checks that nothing is left. */
static inline void rig_stop(struct rig *rig)
{
    http_client_close(rig->client);
    uv_run(&rig->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&rig->loop), 0);
}

static inline void rig_keep_text(char *out, size_t size, const char *text)
{
    (void)snprintf(out, size, "%s", text ? text : "(none)");
}

static inline void rig_on_done(void *arg, struct http_response *response)
{
    struct rig_answer *answer = arg;
    size_t capacity;

    assert_false(answer->came);
    answer->came = true;
    answer->status = response->status;
    answer->retryable = response->retryable;
    answer->error = response->error;
    answer->elapsed_us = response->elapsed_us;
    answer->wire_bytes = response->wire_bytes;
    rig_keep_text(answer->content_type, sizeof(answer->content_type), response->content_type);
    rig_keep_text(answer->location, sizeof(answer->location), response->location);
    rig_keep_text(answer->link, sizeof(answer->link), response->link);
    rig_keep_text(answer->retry_after, sizeof(answer->retry_after), response->retry_after);
    answer->length = response->body.len;
    answer->body = weir_buf_take(&response->body, &capacity);
    if (answer->body)
        assert_true(capacity >= answer->length + WEIR_JSON_PADDING);
}

static inline struct http_transfer *rig_send(
    struct rig *rig, const char *url, struct rig_answer *answer)
{
    *answer = (struct rig_answer){0};
    return http_client_send(
        rig->client, &(struct http_request){.method = "GET", .url = url}, rig_on_done, answer);
}

static inline void rig_wait(struct rig *rig, struct rig_answer *answer)
{
    while (!answer->came)
        uv_run(&rig->loop, UV_RUN_ONCE);
}

static inline void rig_on_tick(uv_timer_t *timer)
{
    uv_close((uv_handle_t *)timer, NULL);
    uv_stop(timer->loop);
}

/* Lets the loop run for so long. */
static inline void rig_sleep(struct rig *rig, uint64_t ms)
{
    uv_timer_t timer;

    uv_timer_init(&rig->loop, &timer);
    uv_update_time(&rig->loop);
    uv_timer_start(&timer, rig_on_tick, ms, 0);
    uv_run(&rig->loop, UV_RUN_DEFAULT);
    /* Its close callback. */
    uv_run(&rig->loop, UV_RUN_NOWAIT);
}

static inline void rig_get(
    struct rig *rig, const char *base, const char *path, struct rig_answer *answer)
{
    char url[512];

    (void)snprintf(url, sizeof(url), "%s%s", base, path);
    (void)rig_send(rig, url, answer);
    rig_wait(rig, answer);
}

static inline void rig_forget(struct rig_answer *answer)
{
    free(answer->body);
    answer->body = NULL;
}

/* A whole answer of 200 that holds the text. */
static inline void rig_gets(struct rig *rig, const char *base, const char *path, const char *text)
{
    struct rig_answer answer;

    rig_get(rig, base, path, &answer);
    if (weir_error_is_set(&answer.error))
        print_error("%s: %s %s\n", path, answer.error.code, answer.error.text);
    assert_false(weir_error_is_set(&answer.error));
    assert_int_equal(answer.status, 200);
    assert_non_null(answer.body);
    assert_non_null(strstr(answer.body, text));
    rig_forget(&answer);
}

/* No answer, but this code, and a text that has the words. */
static inline void rig_fails(struct rig *rig, const char *base, const char *path, const char *code,
    const char *words, bool retryable)
{
    struct rig_answer answer;

    rig_get(rig, base, path, &answer);
    if (strcmp(answer.error.code, code) != 0 || !strstr(answer.error.text, words))
        print_error("%s: '%s' '%s', expected %s %s\n", path, answer.error.code, answer.error.text,
            code, words);
    assert_string_equal(answer.error.code, code);
    assert_non_null(strstr(answer.error.text, words));
    assert_int_equal(answer.retryable, retryable);
    assert_null(answer.body);
}

/* A counter of the misbehaving server. */
static inline json_int_t rig_counter(const struct rig_server *server, const char *name)
{
    struct rig rig;
    struct rig_answer answer;
    json_t *stats;
    json_int_t value;

    rig_start(&rig, (struct http_client_config){0});
    rig_get(&rig, server->url, "/stats?urls=0", &answer);
    assert_int_equal(answer.status, 200);
    stats = json_loadb(answer.body, answer.length, 0, NULL);
    assert_non_null(stats);
    assert_true(json_is_integer(json_object_get(stats, name)));
    value = json_integer_value(json_object_get(stats, name));
    json_decref(stats);
    rig_forget(&answer);
    rig_stop(&rig);
    return value;
}

static inline void rig_reset_stats(const struct rig_server *server)
{
    struct rig rig;

    rig_start(&rig, (struct http_client_config){0});
    rig_gets(&rig, server->url, "/reset-stats", "true");
    rig_stop(&rig);
}

#endif
