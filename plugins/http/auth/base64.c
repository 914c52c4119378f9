#include "base64.h"

#include <openssl/evp.h>

static char *encode(struct weir_arena *arena, struct weir_str bytes)
{
    char *out = weir_alloc(arena, (bytes.len + 2) / 3 * 4 + 1);

    (void)EVP_EncodeBlock((unsigned char *)out, (const unsigned char *)bytes.ptr, (int)bytes.len);
    return out;
}

char *http_base64(struct weir_arena *arena, const char *text)
{
    return encode(arena, weir_str(text));
}

char *http_base64url(struct weir_arena *arena, struct weir_str bytes)
{
    char *out = encode(arena, bytes);

    for (char *c = out; *c; c++)
        *c = (char)(*c == '+' ? '-' : *c == '/' ? '_' : *c == '=' ? '\0' : *c);
    return out;
}
