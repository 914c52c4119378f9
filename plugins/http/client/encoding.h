/*
 * How the body of an answer may be packed: the values of Content-Encoding.
 *
 * An encoding is a row of functions around the stream of a library. None of them
 * knows a limit: unpack.h holds what comes out to them.
 */
#ifndef WEIR_HTTP_ENCODING_H
#define WEIR_HTTP_ENCODING_H

#include <stdbool.h>
#include <weir/str.h>

/* What is left of the input, and of the room for the output. */
struct http_pieces {
    const unsigned char *in;
    size_t n_in;
    unsigned char *out;
    size_t n_out;
};

enum http_unpacked {
    HTTP_UNPACKED_MORE, /* all input is used, or the room is */
    HTTP_UNPACKED_END,  /* the stream is at its end; what is left stands behind it */
    HTTP_UNPACKED_DAMAGED,
};

struct http_encoding {
    const char *name;
    const char *alias; /* what it is called besides; or NULL */
    /* Makes a state for a stream, or as new the one that is there. False: memory is short. */
    bool (*begin)(void **state);
    enum http_unpacked (*run)(void *state, struct http_pieces *pieces, const char **ret_why);
    void (*free)(void *state);
    /* May another stream begin with this byte, right behind one? NULL: none may. */
    bool (*goes_on)(unsigned char first);
    /* The most memory that its state takes, once so much was unpacked. A small one, 0, is kept
     * for the next answer. */
    size_t window;
};

extern const struct http_encoding http_encoding_gzip;
extern const struct http_encoding http_encoding_brotli;
extern const struct http_encoding http_encoding_zstd;

/* What Accept-Encoding says. */
#define HTTP_ENCODINGS_ACCEPTED "gzip, br, zstd"

/* NULL: none that was asked for. */
const struct http_encoding *http_encoding_find(struct weir_str name);

#endif
