/*
 * Decompression of gzip, with every check that its format allows.
 *
 * The client library's own takes a stream that is cut for a whole one and gives
 * a thousandfold bomb to whoever asked; this one does neither. Several members
 * behind each other are one text, as the format says; anything else behind a
 * member is an error.
 */
#ifndef WEIR_HTTP_INFLATE_H
#define WEIR_HTTP_INFLATE_H

#include <stdint.h>
#include <weir/buf.h>
#include <weir/status.h>
#include <zlib.h>

enum {
    /* Beyond so many bytes, more than so many for each compressed one is no data: repetitive
     * JSON comes to 50. */
    HTTP_INFLATE_RATIO_FROM = 8 * 1024 * 1024,
    HTTP_INFLATE_RATIO_MAX = 256,
};

struct http_inflate {
    z_stream stream;
    bool is_ready;  /* the stream has its memory */
    bool is_inside; /* a member has begun and not ended */
    uint64_t in, out;
};

/* A zeroed one needs no _done before its first use. */
void http_inflate_begin(struct http_inflate *inflate);
void http_inflate_done(struct http_inflate *inflate);

/* Appends what n bytes become. E-HTTP-PROTOCOL: damaged; E-LIMIT-BODY: beyond the buffer's
 * limit, or out of all proportion. */
enum weir_status http_inflate_add(struct http_inflate *inflate, const void *bytes, size_t n,
    struct weir_buf *out, struct weir_error *ret_error) WEIR_MUST_CHECK;
/* E-HTTP-TRUNCATED where the stream is not at its end. No byte at all is an empty text. */
enum weir_status http_inflate_end(
    const struct http_inflate *inflate, struct weir_error *ret_error) WEIR_MUST_CHECK;

#endif
