/*
 * Packed bodies: whatever a server sends, in whatever pieces, comes to the same end within the limit.
 *
 * The first byte picks the encoding, the second the length of the pieces.
 */
#include "client/unpack.h"

#include <stdlib.h>
#include <string.h>
#include <weir/arena.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

enum { LIMIT = 1024 * 1024 };

static void check(bool holds)
{
    if (!holds)
        abort();
}

/* Returns whether it is whole; a failure says why. */
static bool unpack(const struct http_encoding *encoding, const unsigned char *data, size_t size,
    size_t piece, struct weir_buf *out)
{
    struct http_unpack unpack = {0};
    struct weir_error error = {0};
    bool good = true;

    http_unpack_begin(&unpack, encoding);
    for (size_t i = 0; good && i < size; i += piece) {
        size_t n = size - i < piece ? size - i : piece;
        unsigned char *copy = weir_malloc(n);

        memcpy(copy, data + i, n);
        good = http_unpack_add(&unpack, copy, n, out, &error) == WEIR_OK;
        free(copy);
        check(out->len <= LIMIT);
    }
    good = good && http_unpack_end(&unpack, &error) == WEIR_OK;
    check(good != weir_error_is_set(&error));
    http_unpack_done(&unpack);
    return good;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static const struct http_encoding *const encodings[] = {
        &http_encoding_gzip, &http_encoding_brotli, &http_encoding_zstd};
    const struct http_encoding *encoding;
    struct weir_buf whole, parts;
    bool is_whole;

    if (size < 2)
        return 0;
    encoding = encodings[data[0] % 3];
    weir_buf_init(&whole, LIMIT, 0);
    weir_buf_init(&parts, LIMIT, 0);
    is_whole = unpack(encoding, data + 2, size - 2, size, &whole);
    check(unpack(encoding, data + 2, size - 2, 1 + data[1] % 16U, &parts) == is_whole);
    if (is_whole)
        check(whole.len == parts.len && (!whole.len || !memcmp(whole.ptr, parts.ptr, whole.len)));
    weir_buf_done(&whole);
    weir_buf_done(&parts);
    return 0;
}
