/*
 * What a server says of its own limit: how much is left, and when its count begins
 * anew.
 */
#ifndef WEIR_HTTP_LEFT_H
#define WEIR_HTTP_LEFT_H

#include <stdbool.h>
#include <stdint.h>

struct http_left {
    bool has_left, has_reset;
    uint64_t left;
    uint64_t reset_ms; /* from now */
};

/*
 * From the values of the headers that say what is left and when that ends; either may be NULL. A
 * number each, or the fields of the IETF draft in one: "limit=100, remaining=50, reset=30" or
 * "default";r=50;t=30. A reset is told apart by its size: seconds from now, or seconds or
 * milliseconds since 1970, which now_ms counts. What is not understood is not there.
 */
void http_left_read(
    struct http_left *told, const char *remaining, const char *reset, int64_t now_ms);

#endif
