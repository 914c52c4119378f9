/* Base64, as headers have it, and as JSON Web Tokens do: for URLs, without signs at the end. */
#ifndef WEIR_HTTP_BASE64_H
#define WEIR_HTTP_BASE64_H

#include <weir/arena.h>

char *http_base64(struct weir_arena *arena, const char *text);
char *http_base64url(struct weir_arena *arena, struct weir_str bytes);

#endif
