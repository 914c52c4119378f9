#include "inflate.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <weir/arena.h>

enum {
    GZIP_ONLY = 16, /* for inflateInit2, besides the size of the window */
    FIRST_ROOM = 4096,
    MOST_ROOM = 1024 * 1024,
    LIKELY_RATIO = 5,
};

static voidpf allocate(voidpf arg, uInt items, uInt size)
{
    (void)arg;
    return weir_calloc(items, size);
}

static void release(voidpf arg, voidpf memory)
{
    (void)arg;
    free(memory);
}

void http_inflate_begin(struct http_inflate *unzip)
{
    unzip->in = unzip->out = 0;
    unzip->is_inside = false;
}

void http_inflate_done(struct http_inflate *unzip)
{
    if (unzip->is_ready)
        (void)inflateEnd(&unzip->stream);
    *unzip = (struct http_inflate){0};
}

static enum weir_status damaged(struct weir_error *ret_error, const char *why)
{
    return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-HTTP-PROTOCOL",
        "the answer's gzip data is damaged: %s", why);
}

static enum weir_status begin_member(struct http_inflate *unzip, struct weir_error *ret_error)
{
    int rc;

    if (unzip->is_ready) {
        rc = inflateReset(&unzip->stream);
    } else {
        unzip->stream = (z_stream){.zalloc = allocate, .zfree = release};
        rc = inflateInit2(&unzip->stream, MAX_WBITS + GZIP_ONLY);
        unzip->is_ready = rc == Z_OK;
    }
    unzip->is_inside = true;
    return rc == Z_OK ? WEIR_OK : damaged(ret_error, zError(rc));
}

static enum weir_status too_large(const struct weir_buf *out, struct weir_error *ret_error)
{
    return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-LIMIT-BODY",
        "the answer's body has more than %zu bytes when decompressed, more than max_response_size "
        "allows",
        out->limit);
}

/*
 * One call of inflate, into the buffer or, when that is full, into a single byte
 * that must stay empty.
 */
static enum weir_status step(
    struct http_inflate *unzip, struct weir_buf *out, int *ret_rc, struct weir_error *ret_error)
{
    z_stream *z = &unzip->stream;
    size_t left = out->limit - out->len;
    size_t room = (size_t)z->avail_in * LIKELY_RATIO;
    char spare;

    room = room < FIRST_ROOM ? FIRST_ROOM : room > MOST_ROOM ? MOST_ROOM : room;
    if (room > left)
        room = left;
    if (room && !weir_buf_reserve(out, room))
        return too_large(out, ret_error);
    /* All that was allocated may be used, but for the padding. */
    if (room && out->capacity - out->len - out->padding > room)
        room = out->capacity - out->len - out->padding;
    if (room > left)
        room = left;
    if (room > UINT_MAX)
        room = UINT_MAX;
    z->next_out = (Bytef *)(room ? out->ptr + out->len : &spare);
    z->avail_out = room ? (uInt)room : 1;
    room = z->avail_out;
    *ret_rc = inflate(z, Z_NO_FLUSH);
    room -= z->avail_out;
    if (room && z->next_out == (Bytef *)&spare + 1)
        return too_large(out, ret_error);
    out->len += room;
    unzip->out += room;
    if (out->ptr)
        out->ptr[out->len] = '\0';
    return WEIR_OK;
}

static enum weir_status check_ratio(const struct http_inflate *unzip, struct weir_error *ret_error)
{
    if (unzip->out < HTTP_INFLATE_RATIO_FROM || unzip->out / HTTP_INFLATE_RATIO_MAX < unzip->in)
        return WEIR_OK;
    return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-LIMIT-BODY",
        "%llu bytes of gzip became more than %llu: that is no data but a bomb",
        (unsigned long long)unzip->in, (unsigned long long)unzip->out);
}

/* Until all input is used or the member ends. */
static enum weir_status run_member(
    struct http_inflate *unzip, struct weir_buf *out, struct weir_error *ret_error)
{
    z_stream *z = &unzip->stream;
    int rc = Z_OK;

    do {
        if (step(unzip, out, &rc, ret_error) != WEIR_OK)
            return WEIR_FAIL;
        if (rc == Z_STREAM_END) {
            unzip->is_inside = false;
            return WEIR_OK;
        }
        if (rc != Z_OK && rc != Z_BUF_ERROR)
            return damaged(ret_error, z->msg ? z->msg : zError(rc));
        if (check_ratio(unzip, ret_error) != WEIR_OK)
            return WEIR_FAIL;
    } while (z->avail_in > 0 || z->avail_out == 0);
    return WEIR_OK;
}

enum weir_status http_inflate_add(struct http_inflate *unzip, const void *bytes, size_t n,
    struct weir_buf *out, struct weir_error *ret_error)
{
    const unsigned char *at = bytes;
    const unsigned char *end = at + n;

    unzip->in += n;
    while (at < end) {
        if (!unzip->is_inside) {
            if (unzip->in > (uint64_t)(end - at) && *at != 0x1f)
                return damaged(ret_error, "something else stands behind its end");
            if (begin_member(unzip, ret_error) != WEIR_OK)
                return WEIR_FAIL;
        }
        unzip->stream.next_in = (z_const Bytef *)at;
        unzip->stream.avail_in = (uInt)(end - at < INT_MAX ? end - at : INT_MAX);
        if (run_member(unzip, out, ret_error) != WEIR_OK)
            return WEIR_FAIL;
        at = unzip->stream.next_in;
    }
    return WEIR_OK;
}

enum weir_status http_inflate_end(const struct http_inflate *unzip, struct weir_error *ret_error)
{
    if (!unzip->is_inside)
        return WEIR_OK;
    return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-HTTP-TRUNCATED",
        "the answer's gzip data ends in the middle, after %llu bytes",
        (unsigned long long)unzip->in);
}
