/*
 * The HTTP client of the extractor: requests in flight on the loop's thread.
 *
 * One client is one libcurl multi handle on the engine's loop: one pool of
 * connections with keep-alive, one cache of resolved names. A transfer is one
 * attempt at one request: it ends exactly once, by its callback. Whether to try
 * again, and when, is retry.h's; what to ask for is the source's.
 *
 * Statuses are not judged here, only whether the answer is whole and can be
 * believed. Errors name the host and what happened, but not the URL: whoever
 * prints them knows it. A kept connection may turn out dead just when a request
 * is sent, and libcurl then sends it again by itself: no method may be used whose
 * request must not reach a server twice.
 */
#ifndef WEIR_HTTP_CLIENT_H
#define WEIR_HTTP_CLIENT_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>
#include <weir/buf.h>
#include <weir/status.h>

struct http_client;
struct http_head;
struct http_transfer;

struct http_response;

/* What takes bodies as they come, so that none is held; arg is that of the send. */
struct http_taker {
    /* The head is here. *ret_takes: the body goes to `take`; else it is kept as any other. */
    enum weir_status (*begin)(void *arg, const struct http_response *response, bool *ret_takes,
        struct weir_error *ret_error);
    /* Some of it, decoded. */
    enum weir_status (*take)(void *arg, struct weir_str bytes, struct weir_error *ret_error);
    /* Asked where only the connection ended: does what came prove that it is whole? */
    bool (*is_whole)(void *arg);
    /* As `room` of the request, but for `more` bytes. */
    bool (*room)(void *arg, size_t more);
};

struct http_client_config {
    uint64_t connect_timeout_ms; /* name, connection and TLS */
    uint64_t stall_timeout_ms;   /* the longest time without a byte, sent or received; fewer than
                                    16 a second count as none, or a server could drip for ever */
    uint64_t max_body;           /* bytes of an answer's body, after decoding */
    size_t max_connections;      /* kept open in the pool */
    const char *user_agent;
    const char *proxy;        /* an address, see proxy.h, or "env"; NULL: none */
    const char *proxy_host;   /* of such an address, for messages; or NULL */
    bool public_only;         /* connect to no address of somebody's own network */
    const char *ca_file;      /* NULL: the system's */
    bool insecure;            /* no check of certificates */
    bool two;                 /* HTTP/2 over TLS where the server has it, see version.h */
    const char *cert_file;    /* who the client is, for servers that ask; NULL: it says nothing */
    const char *key_file;     /* NULL: the key is in cert_file, too */
    const char *key_password; /* NULL: the key has none */
};

struct http_request {
    const char *method; /* "GET", ...; not "HEAD" */
    const char *url;    /* absolute, http or https */
    /* "Name: value", checked for CR and LF before; NULL-terminated, or NULL */
    const char *const *headers;
    struct weir_str body; /* ptr NULL: none */
    bool is_form;         /* the body is names and values, for those who add some */
    bool is_strange;      /* the server is not to learn who asks: no certificate is shown */
    /* The answer is read as what is whole wherever it is cut, such as lines: it cannot prove its own
     * end, whatever its type. */
    bool hides_cuts;
    /* Asked before the answer's body grows to `size` bytes; arg is that of the send. False: the
     * transfer pauses until http_transfer_resume. NULL: it may always. Must not call back.
     * One by HTTP/2 is then begun anew by 1.1, so that sizes are asked for once more. */
    bool (*room)(void *arg, size_t size);
    const struct http_taker *taker; /* NULL: the body is kept, up to max_body */
};

/* What came of it. Lives until the callback returns; the body may be taken from the buffer. */
struct http_response {
    int status;              /* 0 when no answer was had */
    struct weir_error error; /* set when there is no whole, believable answer: refused, reset, */
                             /* stalled, truncated, not HTTP, too large, ... */
    bool retryable;          /* of an error: may another try go better? */
    struct weir_buf body;    /* decoded (gzip), padded by WEIR_JSON_PADDING */
    const struct http_head *head; /* for http_response_header; NULL: it has none */
    const char *content_type;     /* or "" */
    const char *link;             /* all Link headers, joined by commas, or NULL */
    /* As they came, where the status is no success; or NULL */
    const char *retry_after;
    const char *location;
    uint64_t elapsed_us;
    uint64_t wire_bytes; /* body as received */
};

/* The first value of a header, whatever the case of its name; NULL: it did not come. */
const char *http_response_header(const struct http_response *response, const char *name);

/* In `arg` what was given to send. May call http_client_send; must not call http_client_close. */
typedef void (*http_done)(void *arg, struct http_response *response);

struct http_client *http_client_new(
    uv_loop_t *loop, const struct http_client_config *config, struct weir_error *ret_error);
/* Copies what it needs of the request. The callback comes later, never from inside this call. */
struct http_transfer *http_client_send(
    struct http_client *client, const struct http_request *request, http_done done, void *arg);
/* Ends a transfer without a callback. */
void http_transfer_cancel(struct http_transfer *transfer);
/* After `room` said no. */
void http_transfer_resume(struct http_transfer *transfer);
size_t http_client_in_flight(const struct http_client *client);
/* Cancels all, closes every handle; the client frees itself once the loop has closed them. */
void http_client_close(struct http_client *client);

#endif
