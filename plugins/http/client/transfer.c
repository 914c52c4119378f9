#include "transfer.h"

#include "easy.h"
#include "failure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weir/arena.h>
#include <weir/json.h>

enum {
    URL_MAX = 64 * 1024,
    RESERVE_MAX = 8 * 1024 * 1024, /* the most that a mere promise of a length allocates */
    HOST_SIZE = 300,
};

void http_transfer_link(struct http_transfers *list, struct http_transfer *transfer)
{
    transfer->list = list;
    transfer->prev = NULL;
    transfer->next = list->first;
    if (list->first)
        list->first->prev = transfer;
    else
        list->last = transfer;
    list->first = transfer;
    list->n++;
}

void http_transfer_unlink(struct http_transfer *transfer)
{
    struct http_transfers *list = transfer->list;

    if (transfer->prev)
        transfer->prev->next = transfer->next;
    else
        list->first = transfer->next;
    if (transfer->next)
        transfer->next->prev = transfer->prev;
    else
        list->last = transfer->prev;
    transfer->list = NULL;
    list->n--;
}

/* "https://user@host:port" of a URL, without a look at what it means. */
static size_t origin_length(const char *url)
{
    const char *host = strstr(url, "://");

    host = host ? host + 3 : url;
    return (size_t)(host - url) + strcspn(host, "/?#");
}

/* Host and port without login, for messages. */
static void host_of(const struct http_transfer *transfer, char out[HOST_SIZE])
{
    const char *host = strstr(transfer->origin, "://");
    const char *at;

    host = host ? host + 3 : transfer->origin;
    at = strrchr(host, '@');
    (void)snprintf(out, HOST_SIZE, "%s", at ? at + 1 : host);
}

static char *copy_text(const char *text, size_t length)
{
    char *copy = weir_malloc(length + 1);

    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

/* Returning less than was given makes libcurl end the transfer and the connection. */
static size_t stop(size_t n)
{
    return n ? 0 : 1;
}

static enum weir_status begin_body(struct http_transfer *transfer)
{
    struct http_response *response = &transfer->response;
    struct http_framing *framing = &transfer->head.framing;

    if (http_framing_begin(framing, transfer->head.status, transfer->head.minor,
            response->body.limit, &response->error) != WEIR_OK)
        return WEIR_FAIL;
    transfer->is_opaque = framing->is_encoding_bad;
    if (framing->is_gzip)
        http_inflate_begin(&transfer->inflate);
    else if (framing->length && framing->length <= RESERVE_MAX && !framing->has_surplus &&
             !transfer->is_opaque && !weir_buf_reserve(&response->body, (size_t)framing->length))
        return WEIR_FAIL;
    return WEIR_OK;
}

static size_t on_header(char *line, size_t size, size_t n, void *arg)
{
    struct http_transfer *transfer = arg;
    struct http_head *head = &transfer->head;
    bool was_whole = head->place == HTTP_HEAD_WHOLE;

    (void)size;
    if (http_head_add(head, (struct weir_str){line, n}, &transfer->response.error) != WEIR_OK)
        return stop(n);
    if (was_whole || head->place != HTTP_HEAD_WHOLE)
        return n;
    if (begin_body(transfer) != WEIR_OK)
        return stop(n);
    /* Nobody knows where such a body ends, so the connection ends here. */
    transfer->has_enough = head->framing.has_surplus;
    return transfer->has_enough ? stop(n) : n;
}

/* Asks for more than is needed now, so that it need not ask for each piece. */
static bool has_room(struct http_transfer *transfer, size_t n)
{
    const struct http_framing *framing = &transfer->head.framing;
    size_t needed = transfer->response.body.len + n;
    size_t wanted = needed > 2 * transfer->granted ? needed : 2 * transfer->granted;

    if (!transfer->room || needed <= transfer->granted)
        return true;
    if (framing->end == HTTP_END_LENGTH && !framing->is_gzip && framing->length >= needed)
        wanted = (size_t)framing->length;
    if (!transfer->room(transfer->arg, wanted))
        return false;
    transfer->granted = wanted;
    return true;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *arg)
{
    struct http_transfer *transfer = arg;
    struct http_response *response = &transfer->response;

    (void)size;
    if (!transfer->is_opaque && !has_room(transfer, n)) {
        transfer->is_paused = true;
        return CURL_WRITEFUNC_PAUSE;
    }
    response->wire_bytes += n;
    if (transfer->is_opaque)
        return n;
    if (transfer->head.framing.is_gzip)
        return http_inflate_add(&transfer->inflate, bytes, n, &response->body, &response->error) ==
                       WEIR_OK
                   ? n
                   : stop(n);
    if (weir_buf_add(&response->body, bytes, n))
        return n;
    weir_error_set(&response->error, WEIR_FAULT_DATA, "E-LIMIT-BODY",
        "the answer's body has more than %zu bytes, more than max_response_size allows",
        response->body.limit);
    return stop(n);
}

static void set_callbacks(struct http_transfer *transfer)
{
    curl_easy_setopt(transfer->easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(transfer->easy, CURLOPT_ERRORBUFFER, transfer->detail);
    curl_easy_setopt(transfer->easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(transfer->easy, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(transfer->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(transfer->easy, CURLOPT_WRITEDATA, transfer);
}

static char **copy_headers(const char *const *headers)
{
    char **copy;
    size_t n = 0;

    while (headers && headers[n])
        n++;
    if (n == 0)
        return NULL;
    copy = weir_calloc(n + 1, sizeof(char *));
    for (size_t i = 0; i < n; i++)
        copy[i] = copy_text(headers[i], strlen(headers[i]));
    return copy;
}

struct http_transfer *http_transfer_new(const struct http_client_config *config,
    struct http_sockets *sockets, const struct http_request *request)
{
    struct http_transfer *transfer = weir_calloc(1, sizeof(*transfer));
    CURL *easy = curl_easy_init();

    transfer->easy = easy;
    transfer->sockets = sockets;
    transfer->origin = copy_text(request->url, origin_length(request->url));
    transfer->method = copy_text(request->method, strlen(request->method));
    transfer->has_body = request->body.ptr != NULL;
    http_head_init(&transfer->head);
    weir_buf_init(&transfer->response.body,
        config->max_body < SIZE_MAX ? (size_t)config->max_body : SIZE_MAX, WEIR_JSON_PADDING);
    transfer->headers = copy_headers(request->headers);
    transfer->setup = http_easy_set_up(easy, config, request, &transfer->header_list);
    if (transfer->setup == CURLE_OK) {
        set_callbacks(transfer);
        http_sockets_serve_easy(sockets, easy);
    }
    return transfer;
}

void http_transfer_free(struct http_transfer *transfer)
{
    curl_easy_cleanup(transfer->easy);
    curl_slist_free_all(transfer->header_list);
    for (char **line = transfer->headers; line && *line; line++)
        free(*line);
    free(transfer->headers);
    free(transfer->origin);
    free(transfer->method);
    free(transfer->body);
    http_inflate_done(&transfer->inflate);
    http_head_done(&transfer->head);
    weir_buf_done(&transfer->response.body);
    free(transfer);
}

static bool has_headers(const struct http_transfer *transfer, const char *const *headers)
{
    size_t i = 0;

    for (; headers && headers[i]; i++)
        if (!transfer->headers || !transfer->headers[i] ||
            strcmp(transfer->headers[i], headers[i]) != 0)
            return false;
    return !transfer->headers || !transfer->headers[i];
}

bool http_transfer_fits(const struct http_transfer *transfer, const struct http_request *request)
{
    size_t n = strlen(transfer->origin);

    return strncmp(transfer->origin, request->url, n) == 0 && origin_length(request->url) == n &&
           strcmp(transfer->method, request->method) == 0 &&
           transfer->has_body == (request->body.ptr != NULL) &&
           has_headers(transfer, request->headers);
}

static CURLcode set_request(struct http_transfer *transfer, const struct http_request *request)
{
    CURLcode rc = curl_easy_setopt(transfer->easy, CURLOPT_URL, request->url);

    if (!transfer->has_body)
        return rc;
    free(transfer->body);
    transfer->body = copy_text(request->body.ptr, request->body.len);
    if (rc == CURLE_OK)
        rc = curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDS, transfer->body);
    if (rc == CURLE_OK)
        rc = curl_easy_setopt(
            transfer->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len);
    return rc;
}

bool http_transfer_begin(struct http_transfer *transfer, const struct http_request *request)
{
    struct http_response *response = &transfer->response;

    transfer->started_us = uv_hrtime() / 1000;
    http_head_reset(&transfer->head);
    response->status = 0;
    response->retryable = false;
    response->wire_bytes = 0;
    transfer->has_enough = transfer->is_opaque = false;
    transfer->room = request->room;
    transfer->hides_cuts = request->hides_cuts;
    transfer->granted = 0;
    transfer->is_paused = false;
    transfer->clock_ms = 0;
    if (strlen(request->url) > URL_MAX) {
        weir_error_set(&response->error, WEIR_FAULT_SOURCE, "E-URL",
            "the address has more than %d bytes", URL_MAX);
        return false;
    }
    if (transfer->setup == CURLE_OK)
        transfer->setup = set_request(transfer, request);
    if (transfer->setup == CURLE_OK)
        return true;
    weir_error_set(&response->error, WEIR_FAULT_MEMORY, "E-MEMORY",
        "the request could not be set up: %s", curl_easy_strerror(transfer->setup));
    return false;
}

/* libcurl is content; is the answer whole? */
static enum weir_status check_whole(struct http_transfer *transfer, struct weir_error *ret_error)
{
    struct http_response *response = &transfer->response;
    struct http_head *head = &transfer->head;
    struct weir_str body = {response->body.ptr, response->body.len};

    if (head->place != HTTP_HEAD_WHOLE)
        return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-HTTP-TRUNCATED",
            "the connection ended in the middle of the answer's headers");
    head->framing.may_be_lines |= transfer->hides_cuts;
    if (http_framing_end(&head->framing, head->status, response->wire_bytes, body, ret_error) !=
        WEIR_OK)
        return WEIR_FAIL;
    return head->framing.is_gzip ? http_inflate_end(&transfer->inflate, ret_error) : WEIR_OK;
}

static void tell_failure(
    struct http_transfer *transfer, const struct http_client_config *config, CURLcode code)
{
    struct http_response *response = &transfer->response;
    char host[HOST_SIZE];
    const struct http_failure failure = {
        .code = code,
        .easy = transfer->easy,
        .host = host,
        .detail = transfer->detail,
        .head = &transfer->head,
        .received = response->wire_bytes,
        .connect_timeout_ms = config->connect_timeout_ms,
        .open_errno = transfer->sockets->open_errno,
    };

    host_of(transfer, host);
    http_failure_tell(&failure, &response->error, &response->retryable);
}

static void fill_texts(struct http_transfer *transfer)
{
    struct http_response *response = &transfer->response;
    struct http_head *head = &transfer->head;

    response->status = head->status;
    response->content_type = http_head_text(head, head->content_type);
    if (!response->content_type)
        response->content_type = "";
    response->retry_after = http_head_text(head, head->retry_after);
    response->location = http_head_text(head, head->location);
    response->link = head->links.len ? head->links.ptr : NULL;
    response->elapsed_us = uv_hrtime() / 1000 - transfer->started_us;
}

void http_transfer_end(
    struct http_transfer *transfer, const struct http_client_config *config, CURLcode code)
{
    struct http_response *response = &transfer->response;

    if (!weir_error_is_set(&response->error) && !transfer->has_enough) {
        if (code != CURLE_OK)
            tell_failure(transfer, config, code);
        else
            response->retryable = check_whole(transfer, &response->error) != WEIR_OK;
    }
    if (weir_error_is_set(&response->error))
        weir_buf_done(&response->body);
    fill_texts(transfer);
}

void http_transfer_empty(struct http_transfer *transfer)
{
    weir_buf_done(&transfer->response.body);
    free(transfer->body);
    transfer->body = NULL;
}

/* All that has moved, both ways. libcurl counts what it sends only where it is asked. */
static uint64_t moved(const struct http_transfer *transfer)
{
    curl_off_t sent = 0;

    if (transfer->has_body)
        (void)curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
    return transfer->head.bytes + transfer->response.wire_bytes + (uint64_t)sent;
}

static void restart_clock(struct http_transfer *transfer, uint64_t now_ms, uint64_t bytes)
{
    transfer->clock_ms = now_ms ? now_ms : 1;
    transfer->clock_bytes = bytes;
    transfer->clock_saw_head = transfer->head.place == HTTP_HEAD_WHOLE;
}

static void tell_stall(
    struct http_transfer *transfer, const struct http_client_config *config, uint64_t bytes)
{
    double s = (double)config->stall_timeout_ms / 1000;
    uint64_t lately = bytes - transfer->clock_bytes;
    char host[HOST_SIZE];

    host_of(transfer, host);
    if (lately)
        weir_error_set(&transfer->response.error, WEIR_FAULT_SOURCE, "E-HTTP-STALL",
            "%s moved only %llu bytes in %.1f s (timeout.stall)", host, (unsigned long long)lately,
            s);
    else
        weir_error_set(&transfer->response.error, WEIR_FAULT_SOURCE, "E-HTTP-STALL",
            "%s was silent for %.1f s (timeout.stall), after %llu bytes of its answer", host, s,
            (unsigned long long)bytes);
    transfer->response.retryable = true;
}

bool http_transfer_is_stalled(
    struct http_transfer *transfer, const struct http_client_config *config, uint64_t now_ms)
{
    uint64_t least = config->stall_timeout_ms * HTTP_STALL_SPEED / 1000 + 1;
    uint64_t bytes = moved(transfer);
    curl_off_t connected_us = 0;

    if (transfer->is_paused)
        return false;
    if (!transfer->clock_ms) {
        (void)curl_easy_getinfo(transfer->easy, CURLINFO_PRETRANSFER_TIME_T, &connected_us);
        if (connected_us > 0)
            restart_clock(transfer, now_ms, bytes);
        return false;
    }
    if (bytes - transfer->clock_bytes >= least ||
        (transfer->head.place == HTTP_HEAD_WHOLE) != transfer->clock_saw_head) {
        restart_clock(transfer, now_ms, bytes);
        return false;
    }
    if (now_ms - transfer->clock_ms < config->stall_timeout_ms)
        return false;
    tell_stall(transfer, config, bytes);
    return true;
}
