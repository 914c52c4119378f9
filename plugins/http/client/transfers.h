/* Lists of transfers: those in flight, those to be told, and those to be used again. */
#ifndef WEIR_HTTP_TRANSFERS_H
#define WEIR_HTTP_TRANSFERS_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

struct http_request;
struct http_transfer;

struct http_transfers {
    struct http_transfer *first, *last; /* the latest linked is the first */
    size_t n;
};

void http_transfers_link(struct http_transfers *list, struct http_transfer *transfer);
/* From the list that it is in. */
void http_transfers_unlink(struct http_transfer *transfer);
void http_transfers_free(struct http_transfers *list);

/* One that was used for the like before, no longer in the list; NULL: none of the latest was. */
struct http_transfer *http_transfers_take(
    struct http_transfers *idle, const struct http_request *request);
/* Ready for the next request; the oldest go when there are more than `most`. */
void http_transfers_keep(struct http_transfers *idle, struct http_transfer *transfer, size_t most);

/* Does a transfer of the list pause on this socket? */
bool http_transfers_pause_on(const struct http_transfers *list, curl_socket_t fd);

#endif
