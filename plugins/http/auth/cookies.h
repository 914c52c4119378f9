/* Cookies that a login answers with: names and values, without what says where they are good. */
#ifndef WEIR_HTTP_COOKIES_H
#define WEIR_HTTP_COOKIES_H

#include "client/client.h"

#include <weir/arena.h>

/*
 * "a=1; b=2" from all Set-Cookie headers, the last one of a name; NULL: none. A
 * cookie without a value takes one away. `ret_secret` is the longest value. In the arena.
 */
const char *http_cookies(
    const struct http_response *response, struct weir_arena *arena, const char **ret_secret);

#endif
