/* brotli: one stream, which says nothing of its length and has no check of its bytes. */
#include "encoding.h"

#include <brotli/decode.h>
#include <stdlib.h>
#include <weir/arena.h>

enum { WINDOW = 16 * 1024 * 1024 }; /* the largest that a stream may name */

static void *allocate(void *arg, size_t size)
{
    (void)arg;
    return weir_malloc(size);
}

static void release(void *arg, void *memory)
{
    (void)arg;
    free(memory);
}

static void end(void *state)
{
    BrotliDecoderDestroyInstance(state);
}

/* The library makes none as new that was used. */
static bool begin(void **state)
{
    if (*state)
        end(*state);
    *state = BrotliDecoderCreateInstance(allocate, release, NULL);
    return *state != NULL;
}

static enum http_unpacked run(void *state, struct http_pieces *pieces, const char **ret_why)
{
    switch (BrotliDecoderDecompressStream(
        state, &pieces->n_in, &pieces->in, &pieces->n_out, &pieces->out, NULL)) {
    case BROTLI_DECODER_RESULT_SUCCESS:
        return HTTP_UNPACKED_END;
    case BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT:
    case BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT:
        return HTTP_UNPACKED_MORE;
    case BROTLI_DECODER_RESULT_ERROR:
        break;
    }
    *ret_why = BrotliDecoderErrorString(BrotliDecoderGetErrorCode(state));
    return HTTP_UNPACKED_DAMAGED;
}

const struct http_encoding http_encoding_brotli = {
    .name = "br",
    .begin = begin,
    .run = run,
    .free = end,
    .window = WINDOW,
};
