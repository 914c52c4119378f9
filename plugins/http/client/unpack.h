/*
 * A packed body, unpacked with every check that its format allows.
 *
 * The client library's own takes a stream that is cut for a whole one and gives
 * a thousandfold bomb to whoever asked; this one does neither. Several streams
 * behind each other are one text where the format says so; anything else behind
 * one is an error.
 */
#ifndef WEIR_HTTP_UNPACK_H
#define WEIR_HTTP_UNPACK_H

#include "encoding.h"

#include <stdint.h>
#include <weir/buf.h>
#include <weir/status.h>

enum {
    /* Beyond so many bytes, more than so many for each compressed one is no data: repetitive
     * JSON comes to 50. */
    HTTP_UNPACK_RATIO_FROM = 8 * 1024 * 1024,
    HTTP_UNPACK_RATIO_MAX = 256,
    /* The same of those that come at once, where nothing else bounds the text. */
    HTTP_UNPACK_MOST_AT_ONCE = 32 * 1024 * 1024,
};

/* What takes the text as it comes, and empties the buffer. */
struct http_drain {
    enum weir_status (*empty)(void *arg, struct weir_buf *out, struct weir_error *ret_error);
    void *arg;
};

struct http_unpack {
    const struct http_encoding *encoding;
    void *state;    /* the encoding's; NULL: none yet */
    bool is_inside; /* a stream has begun and not ended */
    uint64_t in, out;
    struct http_drain drain; /* zeroed: all of it is kept in the buffer */
    uint64_t out_before;     /* the bytes that are being unpacked */
};

/* A zeroed one needs no _done before its first use. */
void http_unpack_begin(struct http_unpack *unpack, const struct http_encoding *encoding);
/* Frees what is too large to be kept for the next answer. */
void http_unpack_rest(struct http_unpack *unpack);
void http_unpack_done(struct http_unpack *unpack);

/* Appends what n bytes become. E-HTTP-PROTOCOL: damaged; E-LIMIT-BODY: beyond the buffer's
 * limit, or out of all proportion. */
enum weir_status http_unpack_add(struct http_unpack *unpack, const void *bytes, size_t n,
    struct weir_buf *out, struct weir_error *ret_error) WEIR_MUST_CHECK;
/* E-HTTP-TRUNCATED where the stream is not at its end. No byte at all is an empty text. */
enum weir_status http_unpack_end(
    const struct http_unpack *unpack, struct weir_error *ret_error) WEIR_MUST_CHECK;

#endif
