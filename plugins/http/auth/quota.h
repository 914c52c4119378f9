/* How many requests a token has left, as far as the server tells. Times are the loop's, in ms. */
#ifndef WEIR_HTTP_QUOTA_H
#define WEIR_HTTP_QUOTA_H

#include <stdbool.h>
#include <stdint.h>

struct http_quota {
    int64_t left;      /* INT64_MAX: not known */
    uint64_t reset_ms; /* when the count begins anew; 0: not known */
};

void http_quota_init(struct http_quota *quota);
/* From when on a request may be sent, while `reserve` are left to others: at_ms, or later. */
uint64_t http_quota_until(struct http_quota *quota, int64_t reserve, uint64_t at_ms);
/* A request is sent. */
void http_quota_use(struct http_quota *quota);
/* What an answer says; the texts may be NULL. True: it was turned away since nothing is left. */
bool http_quota_hear(struct http_quota *quota, int status, const char *left, const char *reset,
    const char *retry_after, uint64_t at_ms, int64_t now_s);
/* Seconds from now, or a time in seconds or milliseconds since 1970, told by its size: ms from now.
 * False: none of them. */
bool http_quota_reset(const char *text, int64_t now_s, uint64_t *ret_ms);

#endif
