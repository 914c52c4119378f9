#include "base64.h"

#include <stdint.h>
#include <string.h>

char *http_base64(struct weir_arena *arena, const char *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t n = strlen(text);
    char *out = weir_alloc(arena, (n + 2) / 3 * 4 + 1);
    char *o = out;

    for (size_t i = 0; i < n; i += 3) {
        size_t have = n - i < 3 ? n - i : 3;
        uint32_t three = (uint32_t)(unsigned char)text[i] << 16;

        if (have > 1)
            three |= (uint32_t)(unsigned char)text[i + 1] << 8;
        if (have > 2)
            three |= (unsigned char)text[i + 2];
        *o++ = digits[three >> 18];
        *o++ = digits[three >> 12 & 63];
        *o++ = have > 1 ? digits[three >> 6 & 63] : '=';
        *o++ = have > 2 ? digits[three & 63] : '=';
    }
    *o = '\0';
    return out;
}
