#include "receive.h"

#include "failure.h"
#include "version.h"

#include <string.h>
#include <weir/arena.h>

enum {
    RESERVE_MAX = 8 * 1024 * 1024, /* the most that a mere promise of a length allocates */
    TWO_MAX_BODY = 1024 * 1024,    /* what may come by HTTP/2 */
};

/* Returning less than was given makes libcurl end the transfer and the connection. */
static size_t stop(size_t n)
{
    return n ? 0 : 1;
}

static void fill_head(struct http_transfer *transfer)
{
    struct http_response *response = &transfer->response;
    const struct http_head *head = &transfer->head;
    bool is_success = head->status >= 200 && head->status <= 299;

    response->status = head->status;
    response->head = head;
    response->content_type = http_head_find(head, "Content-Type");
    if (!response->content_type)
        response->content_type = "";
    response->link = head->links.len ? head->links.ptr : NULL;
    response->retry_after = is_success ? NULL : http_head_find(head, "Retry-After");
    response->location = is_success ? NULL : http_head_find(head, "Location");
    response->elapsed_us = uv_hrtime() / 1000 - transfer->started_us;
}

/* Gives to the taker what was unpacked. */
static enum weir_status drain(void *arg, struct weir_buf *out, struct weir_error *ret_error)
{
    struct http_transfer *transfer = arg;
    enum weir_status status =
        transfer->taker->take(transfer->arg, (struct weir_str){out->ptr, out->len}, ret_error);

    weir_buf_reset(out);
    return status;
}

static enum weir_status begin_taker(struct http_transfer *transfer)
{
    if (!transfer->taker || transfer->head.framing.is_encoding_bad)
        return WEIR_OK;
    fill_head(transfer);
    return transfer->taker->begin(
        transfer->arg, &transfer->response, &transfer->is_taken, &transfer->response.error);
}

static enum weir_status begin_body(struct http_transfer *transfer)
{
    struct http_response *response = &transfer->response;
    struct http_framing *framing = &transfer->head.framing;

    if (begin_taker(transfer) != WEIR_OK ||
        http_framing_begin(framing, transfer->head.status, transfer->head.minor,
            transfer->is_taken ? UINT64_MAX : response->body.limit, &response->error) != WEIR_OK)
        return WEIR_FAIL;
    transfer->is_opaque = framing->is_encoding_bad;
    if (framing->encoding)
        http_unpack_begin(&transfer->unpack, framing->encoding);
    transfer->unpack.drain =
        transfer->is_taken ? (struct http_drain){drain, transfer} : (struct http_drain){0};
    if (!framing->encoding && !transfer->is_taken && framing->length &&
        framing->length <= RESERVE_MAX && !framing->has_surplus && !transfer->is_opaque &&
        !weir_buf_reserve(&response->body, (size_t)framing->length))
        return WEIR_FAIL;
    return WEIR_OK;
}

/* What is shared by many requests may speak when none of them has been answered for long. */
static void note_version(struct http_transfer *transfer)
{
    long port = 0;

    if (!transfer->head.is_two || !transfer->opening.is_open)
        return;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_LOCAL_PORT, &port);
    http_opening_may_talk(&transfer->opening, port);
}

/*
 * By HTTP/2 and without a length. The client library takes such an answer for whole, too, if
 * its connection came to an end in the middle of it.
 */
static bool may_be_cut(const struct http_transfer *transfer)
{
    const struct http_head *head = &transfer->head;

    return head->is_two && head->framing.end == HTTP_END_OF_STREAM && head->status >= 200 &&
           head->status <= 299;
}

/* A stream cannot give way to others on the loop as a connection of its own can. */
static bool is_large_for_two(const struct http_transfer *transfer, uint64_t size)
{
    return transfer->head.is_two && size > TWO_MAX_BODY;
}

static size_t on_header(char *line, size_t size, size_t n, void *arg)
{
    struct http_transfer *transfer = arg;
    struct http_head *head = &transfer->head;
    bool was_whole = head->place == HTTP_HEAD_WHOLE;
    bool is_first = head->place == HTTP_HEAD_STATUS_LINE;

    (void)size;
    if (is_first && transfer->two)
        head->may_be_two = http_version_is_two(transfer->easy);
    if (http_head_add(head, (struct weir_str){line, n}, &transfer->response.error) != WEIR_OK)
        return stop(n);
    if (is_first)
        note_version(transfer);
    if (was_whole || head->place != HTTP_HEAD_WHOLE)
        return n;
    if (begin_body(transfer) != WEIR_OK)
        return stop(n);
    transfer->falls_back =
        is_large_for_two(transfer, head->framing.length) ||
        (may_be_cut(transfer) && (head->framing.may_be_lines || transfer->hides_cuts));
    if (transfer->falls_back)
        return stop(n);
    /* Nobody knows where such a body ends, so the connection ends here. */
    transfer->has_enough = head->framing.has_surplus;
    return transfer->has_enough ? stop(n) : n;
}

/* What the encoding holds besides the body: as much of its window as it has filled. */
static size_t window_size(const struct http_transfer *transfer)
{
    const struct http_encoding *encoding = transfer->head.framing.encoding;
    uint64_t filled = transfer->unpack.out;

    return !encoding ? 0 : filled < encoding->window ? (size_t)filled : encoding->window;
}

/* Asks for more than is needed now, so that it need not ask for each piece. */
static bool has_room(struct http_transfer *transfer, size_t n)
{
    const struct http_framing *framing = &transfer->head.framing;
    size_t needed = transfer->response.body.len + n + window_size(transfer);
    size_t wanted = needed > 2 * transfer->granted ? needed : 2 * transfer->granted;

    if (transfer->is_taken)
        return transfer->taker->room(transfer->arg, n + window_size(transfer));
    if (!transfer->room || needed <= transfer->granted)
        return true;
    if (framing->end == HTTP_END_LENGTH && !framing->encoding && framing->length >= needed)
        wanted = (size_t)framing->length;
    if (!transfer->room(transfer->arg, wanted))
        return false;
    transfer->granted = wanted;
    return true;
}

static enum weir_status unpack_body(struct http_transfer *transfer, const char *bytes, size_t n)
{
    struct http_response *response = &transfer->response;

    if (http_unpack_add(&transfer->unpack, bytes, n, &response->body, &response->error) == WEIR_OK)
        return WEIR_OK;
    /* What was taken before it was found to be damaged can be verified by another try. */
    response->retryable =
        transfer->is_taken && strcmp(response->error.code, "E-HTTP-PROTOCOL") == 0;
    return WEIR_FAIL;
}

/* The body, decoded, to whoever takes it or into the buffer. */
static enum weir_status keep(struct http_transfer *transfer, const char *bytes, size_t n)
{
    const struct http_framing *framing = &transfer->head.framing;
    struct http_response *response = &transfer->response;
    struct weir_buf *body = &response->body;
    size_t before = body->len;

    if (framing->encoding) {
        if (unpack_body(transfer, bytes, n) != WEIR_OK)
            return WEIR_FAIL;
    } else if (transfer->is_taken) {
        return transfer->taker->take(transfer->arg, (struct weir_str){bytes, n}, &response->error);
    } else if (!weir_buf_add(body, bytes, n)) {
        return weir_error_set(&response->error, WEIR_FAULT_DATA, "E-LIMIT-BODY",
            "the answer's body has more than %zu bytes, more than max_response_size allows",
            body->limit);
    }
    if (framing->end == HTTP_END_OF_STREAM && body->len > before)
        http_whole_add(&transfer->whole, body->ptr + before, body->len - before);
    return WEIR_OK;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *arg)
{
    struct http_transfer *transfer = arg;
    struct http_response *response = &transfer->response;

    (void)size;
    if (is_large_for_two(transfer, response->wire_bytes + n)) {
        transfer->falls_back = true;
        return stop(n);
    }
    /* The first piece is always taken: it is all of a small answer. */
    if (response->wire_bytes > 0 && !transfer->head.is_two && http_turn_is_over(transfer->turn)) {
        transfer->yields = true;
        transfer->turn->n_yielding++;
        return CURL_WRITEFUNC_PAUSE;
    }
    if (!transfer->is_opaque && !has_room(transfer, n)) {
        transfer->is_paused = true;
        transfer->falls_back = transfer->head.is_two;
        return transfer->falls_back ? stop(n) : CURL_WRITEFUNC_PAUSE;
    }
    response->wire_bytes += n;
    if (transfer->is_opaque)
        return n;
    return keep(transfer, bytes, n) == WEIR_OK ? n : stop(n);
}

void http_receive_serve(struct http_transfer *transfer)
{
    curl_easy_setopt(transfer->easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(transfer->easy, CURLOPT_ERRORBUFFER, transfer->detail);
    curl_easy_setopt(transfer->easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(transfer->easy, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(transfer->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(transfer->easy, CURLOPT_WRITEDATA, transfer);
}

/* Does the body prove its own end? */
static bool is_json(const struct http_transfer *transfer)
{
    return transfer->is_taken ? transfer->taker->is_whole(transfer->arg)
                              : http_whole_is(&transfer->whole);
}

/* libcurl is content; is the answer whole? */
static enum weir_status check_whole(struct http_transfer *transfer, struct weir_error *ret_error)
{
    struct http_response *response = &transfer->response;
    struct http_head *head = &transfer->head;

    if (head->place != HTTP_HEAD_WHOLE)
        return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-HTTP-TRUNCATED",
            "the connection ended in the middle of the answer's headers");
    head->framing.may_be_lines |= transfer->hides_cuts;
    if (http_framing_end(&head->framing, head->status, response->wire_bytes, is_json(transfer),
            ret_error) != WEIR_OK) {
        transfer->falls_back = may_be_cut(transfer);
        return WEIR_FAIL;
    }
    return head->framing.encoding ? http_unpack_end(&transfer->unpack, ret_error) : WEIR_OK;
}

static void tell_failure(
    struct http_transfer *transfer, const struct http_client_config *config, CURLcode code)
{
    struct http_response *response = &transfer->response;
    char host[HTTP_HOST_SIZE];
    const struct http_failure failure = {
        .code = code,
        .easy = transfer->easy,
        .host = host,
        .proxy = config->proxy_host,
        .detail = transfer->detail,
        .head = &transfer->head,
        .received = response->wire_bytes,
        .connect_timeout_ms = config->connect_timeout_ms,
        .opening = &transfer->opening,
    };

    http_transfer_host(transfer, host);
    http_failure_tell(&failure, &response->error, &response->retryable);
}

const char *http_response_header(const struct http_response *response, const char *name)
{
    return response->head ? http_head_find(response->head, name) : NULL;
}

void http_receive_end(
    struct http_transfer *transfer, const struct http_client_config *config, CURLcode code)
{
    struct http_response *response = &transfer->response;

    if (code == CURLE_HTTP2_STREAM && strstr(transfer->detail, "HTTP_1_1_REQUIRED"))
        transfer->falls_back = true;
    if (!weir_error_is_set(&response->error) && !transfer->has_enough && !transfer->falls_back) {
        if (code != CURLE_OK)
            tell_failure(transfer, config, code);
        else
            response->retryable = check_whole(transfer, &response->error) != WEIR_OK;
    }
    if (weir_error_is_set(&response->error))
        weir_buf_done(&response->body);
    fill_head(transfer);
}
