#include "transfers.h"

#include "transfer.h"

enum { FITS_TRIED = 16 }; /* idle transfers looked at for one that fits */

void http_transfers_link(struct http_transfers *list, struct http_transfer *transfer)
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

void http_transfers_unlink(struct http_transfer *transfer)
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

/* libcurl tells the socket of a transfer only when it is over, but its port at any time. */
bool http_transfers_pause_on(const struct http_transfers *list, curl_socket_t fd)
{
    long ours = http_socket_port(fd);

    for (const struct http_transfer *t = list->first; t; t = t->next) {
        long port = 0;

        if ((t->is_paused || t->yields) &&
            curl_easy_getinfo(t->easy, CURLINFO_LOCAL_PORT, &port) == CURLE_OK && port == ours)
            return true;
    }
    return false;
}

struct http_transfer *http_transfers_take(
    struct http_transfers *idle, const struct http_request *request)
{
    struct http_transfer *transfer = idle->first;

    for (int i = 0; transfer && i < FITS_TRIED; i++, transfer = transfer->next)
        if (http_transfer_fits(transfer, request)) {
            http_transfers_unlink(transfer);
            return transfer;
        }
    return NULL;
}

void http_transfers_keep(struct http_transfers *idle, struct http_transfer *transfer, size_t most)
{
    http_transfers_link(idle, transfer);
    while (idle->n > most) {
        transfer = idle->last;
        http_transfers_unlink(transfer);
        http_transfer_free(transfer);
    }
}

void http_transfers_free(struct http_transfers *list)
{
    while (list->first) {
        struct http_transfer *transfer = list->first;

        http_transfers_unlink(transfer);
        http_transfer_free(transfer);
    }
}
