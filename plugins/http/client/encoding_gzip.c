/* gzip, by zlib: members, each with the check of its bytes, may stand behind each other. */
#include "encoding.h"

#include <limits.h>
#include <stdlib.h>
#include <weir/arena.h>
#include <zlib.h>

enum {
    GZIP_ONLY = 16, /* for inflateInit2, besides the size of the window */
    FIRST_BYTE = 0x1f,
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

static bool begin(void **state)
{
    z_stream *z = *state;

    if (z)
        return inflateReset(z) == Z_OK;
    z = weir_calloc(1, sizeof(*z));
    *z = (z_stream){.zalloc = allocate, .zfree = release};
    if (inflateInit2(z, MAX_WBITS + GZIP_ONLY) != Z_OK) {
        free(z);
        return false;
    }
    *state = z;
    return true;
}

static uInt at_most(size_t n)
{
    return n < INT_MAX ? (uInt)n : INT_MAX;
}

static enum http_unpacked run(void *state, struct http_pieces *pieces, const char **ret_why)
{
    z_stream *z = state;
    uInt n_in = at_most(pieces->n_in), n_out = at_most(pieces->n_out);
    int rc;

    z->next_in = (z_const Bytef *)pieces->in;
    z->avail_in = n_in;
    z->next_out = pieces->out;
    z->avail_out = n_out;
    rc = inflate(z, Z_NO_FLUSH);
    pieces->in += n_in - z->avail_in;
    pieces->n_in -= n_in - z->avail_in;
    pieces->out += n_out - z->avail_out;
    pieces->n_out -= n_out - z->avail_out;
    if (rc == Z_STREAM_END)
        return HTTP_UNPACKED_END;
    if (rc == Z_OK || rc == Z_BUF_ERROR)
        return HTTP_UNPACKED_MORE;
    *ret_why = z->msg ? z->msg : zError(rc);
    return HTTP_UNPACKED_DAMAGED;
}

static void end(void *state)
{
    (void)inflateEnd(state);
    free(state);
}

static bool goes_on(unsigned char first)
{
    return first == FIRST_BYTE;
}

const struct http_encoding http_encoding_gzip = {
    .name = "gzip",
    .alias = "x-gzip",
    .begin = begin,
    .run = run,
    .free = end,
    .goes_on = goes_on,
};
