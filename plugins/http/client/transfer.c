#include "transfer.h"

#include "easy.h"
#include "receive.h"
#include "version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weir/arena.h>
#include <weir/json.h>

enum { URL_MAX = 64 * 1024 };

/* "https://user@host:port" of a URL, without a look at what it means. */
static size_t origin_length(const char *url)
{
    const char *host = strstr(url, "://");

    host = host ? host + 3 : url;
    return (size_t)(host - url) + strcspn(host, "/?#");
}

void http_transfer_host(const struct http_transfer *transfer, char out[HTTP_HOST_SIZE])
{
    const char *host = strstr(transfer->origin, "://");
    const char *at;

    host = host ? host + 3 : transfer->origin;
    at = strrchr(host, '@');
    (void)snprintf(out, HTTP_HOST_SIZE, "%s", at ? at + 1 : host);
}

static char *copy_text(const char *text, size_t length)
{
    char *copy = weir_malloc(length + 1);

    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
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
    transfer->origin = copy_text(request->url, origin_length(request->url));
    transfer->method = copy_text(request->method, strlen(request->method));
    transfer->has_body = request->body.ptr != NULL;
    transfer->is_strange = request->is_strange;
    transfer->opening.sockets = sockets;
    http_head_init(&transfer->head);
    weir_buf_init(&transfer->response.body,
        config->max_body < SIZE_MAX ? (size_t)config->max_body : SIZE_MAX, WEIR_JSON_PADDING);
    transfer->headers = copy_headers(request->headers);
    transfer->setup = http_easy_set_up(easy, config, request, &transfer->header_list);
    if (transfer->setup == CURLE_OK) {
        http_receive_serve(transfer);
        http_sockets_serve_easy(sockets, easy, &transfer->opening);
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
    http_unpack_done(&transfer->unpack);
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
           transfer->is_strange == request->is_strange && has_headers(transfer, request->headers);
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

static void reset_answer(struct http_transfer *transfer)
{
    struct http_response *response = &transfer->response;

    http_head_reset(&transfer->head);
    http_opening_reset(&transfer->opening);
    response->status = 0;
    response->retryable = false;
    response->wire_bytes = 0;
    transfer->has_enough = transfer->is_opaque = false;
    transfer->is_paused = transfer->yields = false;
    transfer->falls_back = transfer->has_left = false;
    transfer->clock_ms = 0;
    transfer->whole = (struct http_whole){0};
}

static CURLcode set_version(struct http_transfer *transfer, bool two)
{
    if (transfer->two == two)
        return CURLE_OK;
    transfer->two = two;
    return http_version_set(transfer->easy, two);
}

static bool is_set_up(struct http_transfer *transfer)
{
    if (transfer->setup != CURLE_OK)
        weir_error_set(&transfer->response.error, WEIR_FAULT_MEMORY, "E-MEMORY",
            "the request could not be set up: %s", curl_easy_strerror(transfer->setup));
    return transfer->setup == CURLE_OK;
}

bool http_transfer_begin(
    struct http_transfer *transfer, const struct http_request *request, bool two)
{
    struct http_response *response = &transfer->response;

    transfer->started_us = uv_hrtime() / 1000;
    reset_answer(transfer);
    transfer->room = request->room;
    transfer->taker = request->taker;
    transfer->is_taken = false;
    transfer->hides_cuts = request->hides_cuts;
    transfer->granted = 0;
    if (strlen(request->url) > URL_MAX) {
        weir_error_set(&response->error, WEIR_FAULT_SOURCE, "E-URL",
            "the address has more than %d bytes", URL_MAX);
        return false;
    }
    if (transfer->setup == CURLE_OK)
        transfer->setup = set_request(transfer, request);
    if (transfer->setup == CURLE_OK)
        transfer->setup = set_version(transfer, two);
    return is_set_up(transfer);
}

bool http_transfer_begin_anew(struct http_transfer *transfer)
{
    reset_answer(transfer);
    transfer->response.error = (struct weir_error){0};
    weir_buf_done(&transfer->response.body);
    http_unpack_rest(&transfer->unpack);
    transfer->setup = set_version(transfer, false);
    return is_set_up(transfer);
}

void http_transfer_empty(struct http_transfer *transfer)
{
    weir_buf_done(&transfer->response.body);
    http_unpack_rest(&transfer->unpack);
    free(transfer->body);
    transfer->body = NULL;
}
