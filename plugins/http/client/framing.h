/*
 * Where the body of an answer ends, and whether it got there.
 *
 * The client library takes two different lengths, or one beyond all numbers, and
 * reads on; so what the head says of the body is judged here, and what arrived
 * is held against it. Pure functions: bytes in, verdict out.
 */
#ifndef WEIR_HTTP_FRAMING_H
#define WEIR_HTTP_FRAMING_H

#include "encoding.h"

#include <stdint.h>
#include <weir/status.h>

enum http_body_end {
    HTTP_END_NO_BODY,  /* the status has none */
    HTTP_END_LENGTH,   /* after Content-Length bytes */
    HTTP_END_CHUNKED,  /* with the last chunk */
    HTTP_END_OF_STREAM /* with the connection, which proves nothing */
};

/* What the head says of the body. Zeroed, it says nothing. */
struct http_framing {
    unsigned n_lengths;
    unsigned n_codings;   /* Transfer-Encoding headers */
    bool is_length_bad;   /* no whole number below 2^63, or several that differ */
    bool is_coding_bad;   /* anything but chunked, once */
    bool is_encoding_bad; /* a content encoding that was not asked for, or more than one */
    bool may_be_lines;    /* of a type where each line stands for itself */
    const struct http_encoding *encoding; /* NULL: the body is as it is */
    uint64_t length;
    enum http_body_end end; /* known after http_framing_begin */
    bool has_surplus;       /* a body is announced where none may be: the connection is spoilt */
};

void http_framing_add_length(struct http_framing *framing, struct weir_str value);
void http_framing_add_coding(struct http_framing *framing, struct weir_str value);
void http_framing_add_encoding(struct http_framing *framing, struct weir_str value);
void http_framing_add_type(struct http_framing *framing, struct weir_str value);

/*
 * At the end of the head: can it be believed? E-HTTP-PROTOCOL if not, and
 * E-LIMIT-BODY where more than max_body is announced. `minor` is the 1 of HTTP/1.1.
 */
enum weir_status http_framing_begin(struct http_framing *framing, int status, int minor,
    uint64_t max_body, struct weir_error *ret_error) WEIR_MUST_CHECK;

/*
 * At the end of the body: is it all there? `received` counts bytes before
 * decompression; is_json says whether what they became is one whole JSON document
 * (whole.h). The end of a connection proves nothing, so a body without length and chunks is
 * believed only where it proves its own end: it is one whole JSON document, whose beginning alone
 * would be none. Bodies of other statuses than 2xx are no data, and believed.
 */
enum weir_status http_framing_end(const struct http_framing *framing, int status, uint64_t received,
    bool is_json, struct weir_error *ret_error) WEIR_MUST_CHECK;

/* E-HTTP-TRUNCATED: "got 4,210 of 8,421 bytes". An `expected` of 0 is unknown. */
enum weir_status http_truncated(uint64_t received, uint64_t expected, struct weir_error *ret_error);

#endif
