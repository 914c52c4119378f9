/* Base64, as HTTP headers have it. */
#ifndef WEIR_HTTP_BASE64_H
#define WEIR_HTTP_BASE64_H

#include <weir/arena.h>

char *http_base64(struct weir_arena *arena, const char *text);

#endif
