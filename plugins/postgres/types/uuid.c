#include "uuid.h"

#include <string.h>

static bool is_before_hyphen(size_t byte)
{
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

/* Without what stands around it. */
static struct weir_str strip(struct weir_str s)
{
    static const char urn[] = "urn:uuid:";
    const size_t n = sizeof(urn) - 1;

    if (s.len > n && memcmp(s.ptr, urn, n) == 0)
        return (struct weir_str){s.ptr + n, s.len - n};
    if (s.len > 2 && s.ptr[0] == '{' && s.ptr[s.len - 1] == '}')
        return (struct weir_str){s.ptr + 1, s.len - 2};
    return s;
}

bool uuid_parse(struct weir_str s, unsigned char ret_uuid[UUID_SIZE])
{
    const char *at;
    bool hyphens;

    s = strip(s);
    hyphens = s.len == UUID_TEXT_SIZE;
    if (!hyphens && s.len != (size_t)2 * UUID_SIZE)
        return false;
    at = s.ptr;
    for (size_t i = 0; i < UUID_SIZE; i++) {
        int high;
        int low;

        if (hyphens && is_before_hyphen(i) && *at++ != '-')
            return false;
        high = weir_hex_digit(*at++);
        low = weir_hex_digit(*at++);
        if (high < 0 || low < 0)
            return false;
        ret_uuid[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

void uuid_format(const unsigned char uuid[UUID_SIZE], char out[UUID_TEXT_SIZE])
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < UUID_SIZE; i++) {
        if (is_before_hyphen(i))
            *out++ = '-';
        *out++ = digits[uuid[i] >> 4];
        *out++ = digits[uuid[i] & 0xf];
    }
}
