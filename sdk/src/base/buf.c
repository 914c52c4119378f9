#include <weir/buf.h>

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weir/arena.h>

enum { FIRST_CAPACITY = 256 };

void weir_buf_init(struct weir_buf *buf, size_t limit, size_t padding)
{
    /* The NUL stands in the padding. */
    *buf = (struct weir_buf){.limit = limit, .padding = padding ? padding : 1};
}

void weir_buf_done(struct weir_buf *buf)
{
    free(buf->ptr);
    weir_buf_init(buf, buf->limit, buf->padding);
}

void weir_buf_reset(struct weir_buf *buf)
{
    buf->len = 0;
    if (buf->ptr)
        buf->ptr[0] = '\0';
}

/*
 * Twice what there is, so that many small appends copy little, but hardly beyond the limit. What
 * is asked for first may be all there will be.
 */
static size_t next_capacity(const struct weir_buf *buf, size_t needed)
{
    size_t capacity = buf->capacity;
    size_t most = buf->limit > SIZE_MAX - buf->padding ? SIZE_MAX : buf->limit + buf->padding;

    if (capacity == 0)
        capacity = needed > FIRST_CAPACITY ? needed : FIRST_CAPACITY;
    while (capacity < needed)
        capacity = capacity > SIZE_MAX / 2 ? needed : capacity * 2;
    return capacity < most ? capacity : most;
}

bool weir_buf_reserve(struct weir_buf *buf, size_t more)
{
    size_t needed;

    if (buf->len > buf->limit || more > buf->limit - buf->len)
        return false;
    if (__builtin_add_overflow(buf->len + more, buf->padding, &needed))
        return false;
    if (needed <= buf->capacity)
        return true;
    buf->capacity = next_capacity(buf, needed);
    buf->ptr = weir_realloc(buf->ptr, buf->capacity);
    buf->ptr[buf->len] = '\0';
    return true;
}

bool weir_buf_add(struct weir_buf *buf, const void *bytes, size_t n)
{
    if (!weir_buf_reserve(buf, n))
        return false;
    if (n)
        memcpy(buf->ptr + buf->len, bytes, n);
    buf->len += n;
    buf->ptr[buf->len] = '\0';
    return true;
}

bool weir_buf_add_text(struct weir_buf *buf, const char *text)
{
    return weir_buf_add(buf, text, strlen(text));
}

bool weir_buf_printf(struct weir_buf *buf, const char *format, ...)
{
    va_list args;
    int length;

    va_start(args, format);
    length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0 || !weir_buf_reserve(buf, (size_t)length))
        return false;
    va_start(args, format);
    (void)vsnprintf(buf->ptr + buf->len, (size_t)length + 1, format, args);
    va_end(args);
    buf->len += (size_t)length;
    return true;
}

char *weir_buf_take(struct weir_buf *buf, size_t *ret_capacity)
{
    char *memory = buf->ptr;

    *ret_capacity = buf->capacity;
    weir_buf_init(buf, buf->limit, buf->padding);
    return memory;
}
