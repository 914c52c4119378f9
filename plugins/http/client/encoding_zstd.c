/* zstd: frames, which may stand behind each other, with or without a check of their bytes. */
#include "encoding.h"

#include <zstd.h>

enum {
    WINDOW_LOG = 23, /* the largest window that a web server may use (RFC 9659) */
    FIRST_BYTE = 0x28,
    FIRST_BYTE_SKIPPED = 0x50, /* of frames that hold nothing: its upper four bits */
};

static bool begin(void **state)
{
    if (!*state)
        *state = ZSTD_createDStream();
    return *state && !ZSTD_isError(ZSTD_DCtx_reset(*state, ZSTD_reset_session_only)) &&
           !ZSTD_isError(ZSTD_DCtx_setParameter(*state, ZSTD_d_windowLogMax, WINDOW_LOG));
}

static enum http_unpacked run(void *state, struct http_pieces *pieces, const char **ret_why)
{
    ZSTD_inBuffer in = {pieces->in, pieces->n_in, 0};
    ZSTD_outBuffer out = {pieces->out, pieces->n_out, 0};
    size_t rc = ZSTD_decompressStream(state, &out, &in);

    pieces->in += in.pos;
    pieces->n_in -= in.pos;
    pieces->out += out.pos;
    pieces->n_out -= out.pos;
    if (rc == 0)
        return HTTP_UNPACKED_END;
    if (!ZSTD_isError(rc))
        return HTTP_UNPACKED_MORE;
    *ret_why = ZSTD_getErrorName(rc);
    return HTTP_UNPACKED_DAMAGED;
}

static void end(void *state)
{
    (void)ZSTD_freeDStream(state);
}

static bool goes_on(unsigned char first)
{
    return first == FIRST_BYTE || (first & 0xf0) == FIRST_BYTE_SKIPPED;
}

const struct http_encoding http_encoding_zstd = {
    .name = "zstd",
    .begin = begin,
    .run = run,
    .free = end,
    .goes_on = goes_on,
    .window = (size_t)1 << WINDOW_LOG,
};
