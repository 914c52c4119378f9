/*
 * Where a chain has been: cursors and links, remembered as hashes.
 *
 * A server that names a page again would be followed in circles for ever, so a
 * place may be taken once. Eight bytes a page; after a million pages the set
 * begins anew, which still catches a circle, one round later.
 */
#ifndef WEIR_HTTP_SEEN_H
#define WEIR_HTTP_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_seen {
    uint64_t *slots; /* 0: free */
    size_t capacity; /* a power of two, or 0 */
    size_t n;
};

uint64_t http_hash(const void *bytes, size_t n); /* never 0 */
/* False when the place is known already. A zeroed set is empty. */
bool http_seen_add(struct http_seen *seen, const char *place);
void http_seen_done(struct http_seen *seen);

#endif
