#include "stall.h"

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
    char host[HTTP_HOST_SIZE];

    http_transfer_host(transfer, host);
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

/*
 * By HTTP/2 a request may wait for a connection that another one makes, and libcurl sets it no
 * limit meanwhile. Where it makes one itself, libcurl's own limit comes first and knows more.
 */
static bool waits_too_long(
    struct http_transfer *transfer, const struct http_client_config *config, uint64_t now_ms)
{
    uint64_t most = config->connect_timeout_ms + config->connect_timeout_ms / 4;
    char host[HTTP_HOST_SIZE];

    if (!transfer->two || now_ms <= transfer->started_us / 1000 + most)
        return false;
    http_transfer_host(transfer, host);
    weir_error_set(&transfer->response.error, WEIR_FAULT_SOURCE, "E-HTTP-CONNECT",
        "%s had no connection to share within %.1f s (timeout.connect)", host,
        (double)config->connect_timeout_ms / 1000);
    transfer->response.retryable = true;
    return true;
}

bool http_stall_is_over(
    struct http_transfer *transfer, const struct http_client_config *config, uint64_t now_ms)
{
    uint64_t least = config->stall_timeout_ms * HTTP_STALL_SPEED / 1000 + 1;
    uint64_t bytes = moved(transfer);
    curl_off_t connected_us = 0;

    if (transfer->is_paused || transfer->yields)
        return false;
    if (!transfer->clock_ms) {
        (void)curl_easy_getinfo(transfer->easy, CURLINFO_PRETRANSFER_TIME_T, &connected_us);
        if (connected_us > 0)
            restart_clock(transfer, now_ms, bytes);
        return connected_us == 0 && waits_too_long(transfer, config, now_ms);
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
