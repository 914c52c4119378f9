/* Packed bodies: all of one or an error, whatever the pieces it comes in, and no bombs. */
#include "client/unpack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <brotli/encode.h>
#include <cmocka.h>
#include <zlib.h>
#include <zstd.h>

enum { LIMIT = 1 << 20 };

struct text {
    char *ptr;
    size_t len;
    const struct http_encoding *encoding;
};

static const struct http_encoding *const all[] = {
    &http_encoding_gzip, &http_encoding_brotli, &http_encoding_zstd};
enum { N_ALL = sizeof(all) / sizeof(*all) };

static size_t pack_gzip(const void *bytes, size_t n, char *out, size_t room)
{
    z_stream z = {.next_in = (z_const Bytef *)bytes, .avail_in = (uInt)n};

    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_out = (Bytef *)out;
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return room - z.avail_out;
}

static size_t pack_brotli(const void *bytes, size_t n, char *out, size_t room)
{
    assert_int_equal(
        BrotliEncoderCompress(5, 22, BROTLI_MODE_TEXT, n, bytes, &room, (uint8_t *)out),
        BROTLI_TRUE);
    return room;
}

/* With a check of its bytes, as gzip has it. */
static size_t pack_zstd(const void *bytes, size_t n, char *out, size_t room)
{
    ZSTD_CCtx *zstd = ZSTD_createCCtx();
    size_t size;

    assert_non_null(zstd);
    ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1);
    size = ZSTD_compress2(zstd, out, room, bytes, n);
    assert_false(ZSTD_isError(size));
    ZSTD_freeCCtx(zstd);
    return size;
}

/* Appends a stream that holds n bytes. */
static void pack(struct text *packed, const void *bytes, size_t n)
{
    size_t room = n + n / 8 + 1024;
    char *at;

    packed->ptr = realloc(packed->ptr, packed->len + room + 16);
    assert_non_null(packed->ptr);
    at = packed->ptr + packed->len;
    packed->len += packed->encoding == &http_encoding_gzip     ? pack_gzip(bytes, n, at, room)
                   : packed->encoding == &http_encoding_brotli ? pack_brotli(bytes, n, at, room)
                                                               : pack_zstd(bytes, n, at, room);
}

/* In pieces of the given size; the first failure ends it. */
static enum weir_status unpack(struct http_unpack *unpacker, const struct text *packed,
    size_t piece, struct weir_buf *out, struct weir_error *error)
{
    *error = (struct weir_error){0};
    http_unpack_begin(unpacker, packed->encoding);
    weir_buf_reset(out);
    for (size_t at = 0; at < packed->len; at += piece) {
        size_t n = packed->len - at < piece ? packed->len - at : piece;

        if (http_unpack_add(unpacker, packed->ptr + at, n, out, error) != WEIR_OK)
            return WEIR_FAIL;
    }
    return http_unpack_end(unpacker, error);
}

static char *sample(size_t n)
{
    char *bytes = malloc(n);

    assert_non_null(bytes);
    for (size_t i = 0; i < n; i++)
        bytes[i] = (char)('a' + (i * i / 7) % 26);
    return bytes;
}

static void becomes(const struct text *packed, const char *bytes, size_t n)
{
    static const size_t pieces[] = {1, 2, 3, 7, 100, 4096, 1 << 20};
    struct http_unpack unpacker = {0};
    struct weir_error error;
    struct weir_buf out;

    weir_buf_init(&out, LIMIT, 64);
    for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
        assert_int_equal(unpack(&unpacker, packed, pieces[i], &out, &error), WEIR_OK);
        assert_int_equal(out.len, n);
        assert_memory_equal(out.ptr, bytes, n);
        assert_int_equal(out.ptr[n], 0);
    }
    http_unpack_done(&unpacker);
    weir_buf_done(&out);
}

static void fails(const struct text *packed, size_t limit, const char *code, const char *text)
{
    static const size_t pieces[] = {1, 5, 1 << 20};
    struct http_unpack unpacker = {0};
    struct weir_error error;
    struct weir_buf out;

    weir_buf_init(&out, limit, 64);
    for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
        assert_int_equal(unpack(&unpacker, packed, pieces[i], &out, &error), WEIR_FAIL);
        assert_string_equal(error.code, code);
        assert_non_null(strstr(error.text, text));
        assert_true(out.len <= limit);
    }
    http_unpack_done(&unpacker);
    weir_buf_done(&out);
}

static void gives_what_was_packed(void **state)
{
    char *bytes = sample(100000);

    (void)state;
    for (int i = 0; i < N_ALL; i++) {
        struct text packed = {.encoding = all[i]};

        pack(&packed, bytes, 100000);
        becomes(&packed, bytes, 100000);
        free(packed.ptr);
    }
    free(bytes);
}

static void joins_streams(void **state)
{
    char *bytes = sample(30000);

    (void)state;
    for (int i = 0; i < N_ALL; i++) {
        struct text packed = {.encoding = all[i]};

        pack(&packed, bytes, 10000);
        pack(&packed, bytes, 0);
        pack(&packed, bytes + 10000, 20000);
        if (all[i] == &http_encoding_brotli)
            fails(&packed, LIMIT, "E-HTTP-PROTOCOL", "behind its end");
        else
            becomes(&packed, bytes, 30000);
        free(packed.ptr);
    }
    free(bytes);
}

/* Every place to cut it at but its two ends. */
static void notices_every_cut(void **state)
{
    struct http_unpack unpacker = {0};
    struct weir_error error;
    struct weir_buf out;

    (void)state;
    weir_buf_init(&out, LIMIT, 64);
    for (int i = 0; i < N_ALL; i++) {
        struct text packed = {.encoding = all[i]};
        size_t whole;

        pack(&packed, "[{\"id\":1},{\"id\":2}]", 19);
        whole = packed.len;
        for (packed.len = 1; packed.len < whole; packed.len++) {
            assert_int_equal(unpack(&unpacker, &packed, 16, &out, &error), WEIR_FAIL);
            assert_string_equal(error.code, "E-HTTP-TRUNCATED");
            assert_non_null(strstr(error.text, all[i]->name));
        }
        packed.len = 0;
        assert_int_equal(unpack(&unpacker, &packed, 16, &out, &error), WEIR_OK);
        free(packed.ptr);
    }
    http_unpack_done(&unpacker);
    weir_buf_done(&out);
}

/* Any bit of the check sum; brotli has none, and the length that gzip has besides. */
static void notices_damage(void **state)
{
    (void)state;
    for (int i = 0; i < N_ALL; i++) {
        size_t n = all[i] == &http_encoding_gzip ? 8 : all[i] == &http_encoding_zstd ? 4 : 0;
        struct text packed = {.encoding = all[i]};

        pack(&packed, "[{\"id\":1},{\"id\":2}]", 19);
        for (size_t back = 1; back <= n; back++) {
            packed.ptr[packed.len - back] ^= 4;
            fails(&packed, LIMIT, "E-HTTP-PROTOCOL", all[i]->name);
            packed.ptr[packed.len - back] ^= 4;
        }
        /* The magic number of two; brotli's first byte, made an invalid size of the window. */
        packed.ptr[i == 1 ? 0 : 1] = 0x11;
        fails(&packed, LIMIT, "E-HTTP-PROTOCOL", all[i]->name);
        free(packed.ptr);
    }
}

static void refuses_what_is_behind(void **state)
{
    static const char *const trailing[] = {
        "and more", "\n", "\x1fxxxxxxxxx", "\x28xxxxxxxxx", "\x0b\x02\x80zzz\x03"};

    (void)state;
    for (int i = 0; i < N_ALL; i++)
        for (size_t k = 0; k < sizeof(trailing) / sizeof(*trailing); k++) {
            struct text packed = {.encoding = all[i]};

            pack(&packed, "[1]", 3);
            memcpy(packed.ptr + packed.len, trailing[k], strlen(trailing[k]));
            packed.len += strlen(trailing[k]);
            fails(&packed, LIMIT, "E-HTTP-PROTOCOL", all[i]->name);
            free(packed.ptr);
        }
}

static void refuses_plain_text(void **state)
{
    char text[] = "[{\"id\":1}]";

    (void)state;
    for (int i = 0; i < N_ALL; i++)
        fails(
            &(struct text){text, sizeof(text) - 1, all[i]}, LIMIT, "E-HTTP-PROTOCOL", all[i]->name);
}

/* The limit is what the buffer may hold, to the byte. */
static void stops_at_the_limit(void **state)
{
    char *bytes = sample(5000);

    (void)state;
    for (int i = 0; i < N_ALL; i++) {
        struct text packed = {.encoding = all[i]};
        struct http_unpack unpacker = {0};
        struct weir_error error;
        struct weir_buf out;

        pack(&packed, bytes, 5000);
        weir_buf_init(&out, 5000, 64);
        assert_int_equal(unpack(&unpacker, &packed, 100, &out, &error), WEIR_OK);
        assert_int_equal(out.len, 5000);
        weir_buf_done(&out);
        fails(&packed, 4999, "E-LIMIT-BODY", "4999");
        fails(&packed, 1, "E-LIMIT-BODY", "max_response_size");
        http_unpack_done(&unpacker);
        free(packed.ptr);
    }
    free(bytes);
}

static void refuses_bombs(void **state)
{
    size_t n = (size_t)64 << 20;
    char *blanks = calloc(1, n);

    (void)state;
    assert_non_null(blanks);
    for (int i = 0; i < N_ALL; i++) {
        struct text packed = {.encoding = all[i]};
        struct http_unpack unpacker = {0};
        struct weir_error error;
        struct weir_buf out;

        pack(&packed, blanks, n);
        weir_buf_init(&out, (size_t)1 << 30, 64);
        assert_int_equal(unpack(&unpacker, &packed, 4096, &out, &error), WEIR_FAIL);
        assert_string_equal(error.code, "E-LIMIT-BODY");
        assert_non_null(strstr(error.text, "bomb"));
        assert_true(out.len < (size_t)16 << 20);
        http_unpack_done(&unpacker);
        weir_buf_done(&out);
        free(packed.ptr);
    }
    free(blanks);
}

/* A window that a server may not use, and that would take 128 MiB here. */
static void refuses_large_windows(void **state)
{
    ZSTD_CCtx *zstd = ZSTD_createCCtx();
    struct text packed = {.encoding = &http_encoding_zstd};
    size_t n = (size_t)9 << 20;
    ZSTD_outBuffer out = {malloc(n), n, 0};
    char *bytes = sample(n);

    (void)state;
    ZSTD_CCtx_setParameter(zstd, ZSTD_c_windowLog, 27);
    while (ZSTD_compressStream2(zstd, &out, &(ZSTD_inBuffer){bytes, n, 0}, ZSTD_e_flush) > 0)
        ;
    packed.ptr = out.dst;
    packed.len = out.pos;
    fails(&packed, (size_t)1 << 30, "E-HTTP-PROTOCOL", "zstd");
    ZSTD_freeCCtx(zstd);
    free(out.dst);
    free(bytes);
}

/* One transfer may get answers of all kinds, and keeps no large state in between. */
static void changes_from_one_to_the_other(void **state)
{
    struct http_unpack unpacker = {0};
    struct weir_error error;
    struct weir_buf out;

    (void)state;
    weir_buf_init(&out, LIMIT, 64);
    for (int i = 0; i < 3 * N_ALL; i++) {
        struct text packed = {.encoding = all[i * 2 % N_ALL]};

        pack(&packed, "[1,2]", 5);
        assert_int_equal(unpack(&unpacker, &packed, 2, &out, &error), WEIR_OK);
        assert_string_equal(out.ptr, "[1,2]");
        http_unpack_rest(&unpacker);
        assert_int_equal(unpacker.state != NULL, packed.encoding->window == 0);
        free(packed.ptr);
    }
    http_unpack_done(&unpacker);
    weir_buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_what_was_packed),
        cmocka_unit_test(joins_streams),
        cmocka_unit_test(notices_every_cut),
        cmocka_unit_test(notices_damage),
        cmocka_unit_test(refuses_what_is_behind),
        cmocka_unit_test(refuses_plain_text),
        cmocka_unit_test(stops_at_the_limit),
        cmocka_unit_test(refuses_bombs),
        cmocka_unit_test(refuses_large_windows),
        cmocka_unit_test(changes_from_one_to_the_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
