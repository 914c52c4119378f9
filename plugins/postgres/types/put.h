/* Bytes into a buffer whose room was made at once. */
#ifndef TYPES_PUT_H
#define TYPES_PUT_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <weir/buf.h>

/* Apart, so that nothing is done for it where there is room. */
__attribute__((noinline, cold, unused)) static char *put_grow(struct weir_buf *out, size_t n)
{
    /* A field that is cut would shift all that are behind it: the limit must not be met. */
    if (!weir_buf_reserve(out, n))
        abort();
    return out->ptr + out->len;
}

/* Where n more bytes may be written; put_end says how far they were. */
static inline char *put_begin(struct weir_buf *out, size_t n)
{
    if (out->capacity - out->len < n + out->padding || !out->ptr)
        return put_grow(out, n);
    return out->ptr + out->len;
}

/* Where room ends. */
static inline const char *put_limit(const struct weir_buf *out)
{
    return out->ptr + out->capacity - out->padding;
}

static inline void put_end(struct weir_buf *out, const char *end)
{
    out->len = (size_t)(end - out->ptr);
    out->ptr[out->len] = '\0';
}

static inline char *put_16(char *at, uint16_t number)
{
    number = __builtin_bswap16(number);
    memcpy(at, &number, sizeof(number));
    return at + sizeof(number);
}

static inline char *put_32(char *at, uint32_t number)
{
    number = __builtin_bswap32(number);
    memcpy(at, &number, sizeof(number));
    return at + sizeof(number);
}

static inline char *put_64(char *at, uint64_t number)
{
    number = __builtin_bswap64(number);
    memcpy(at, &number, sizeof(number));
    return at + sizeof(number);
}

static inline char *put_bytes(char *at, const void *bytes, size_t n)
{
    if (n)
        memcpy(at, bytes, n);
    return at + n;
}

#endif
