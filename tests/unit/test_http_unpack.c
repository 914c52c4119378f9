/* gzip: all of it or an error, whatever the pieces it comes in, and no bombs. */
#include "client/unpack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

enum { LIMIT = 1 << 20 };

struct text {
    char *ptr;
    size_t len;
};

/* Appends a member that holds n bytes. */
static void pack(struct text *packed, const void *bytes, size_t n)
{
    z_stream z = {.next_in = (z_const Bytef *)bytes, .avail_in = (uInt)n};
    size_t room;

    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    room = deflateBound(&z, n);
    packed->ptr = realloc(packed->ptr, packed->len + room + 16);
    assert_non_null(packed->ptr);
    z.next_out = (Bytef *)packed->ptr + packed->len;
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    packed->len += room - z.avail_out;
    deflateEnd(&z);
}

/* In pieces of the given size; the first failure ends it. */
static enum weir_status unpack(struct http_unpack *unpacker, const struct text *packed,
    size_t piece, struct weir_buf *out, struct weir_error *error)
{
    *error = (struct weir_error){0};
    http_unpack_begin(unpacker, &http_encoding_gzip);
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
    struct text packed = {0};
    char *bytes = sample(100000);

    (void)state;
    pack(&packed, bytes, 100000);
    becomes(&packed, bytes, 100000);
    free(packed.ptr);
    free(bytes);
}

static void joins_members(void **state)
{
    struct text packed = {0};
    char *bytes = sample(30000);

    (void)state;
    pack(&packed, bytes, 10000);
    pack(&packed, bytes, 0);
    pack(&packed, bytes + 10000, 20000);
    becomes(&packed, bytes, 30000);
    free(packed.ptr);
    free(bytes);
}

/* Every place to cut it at but its two ends. */
static void notices_every_cut(void **state)
{
    struct http_unpack unpacker = {0};
    struct text packed = {0};
    struct weir_error error;
    struct weir_buf out;
    size_t whole;

    (void)state;
    pack(&packed, "[{\"id\":1},{\"id\":2}]", 19);
    whole = packed.len;
    weir_buf_init(&out, LIMIT, 64);
    for (packed.len = 1; packed.len < whole; packed.len++) {
        assert_int_equal(unpack(&unpacker, &packed, 16, &out, &error), WEIR_FAIL);
        assert_string_equal(error.code, "E-HTTP-TRUNCATED");
    }
    packed.len = 0;
    assert_int_equal(unpack(&unpacker, &packed, 16, &out, &error), WEIR_OK);
    http_unpack_done(&unpacker);
    weir_buf_done(&out);
    free(packed.ptr);
}

/* Any bit of the check sum, of the length, or of the first bytes. */
static void notices_damage(void **state)
{
    struct text packed = {0};

    (void)state;
    pack(&packed, "[{\"id\":1},{\"id\":2}]", 19);
    for (size_t back = 1; back <= 8; back++) {
        packed.ptr[packed.len - back] ^= 4;
        fails(&packed, LIMIT, "E-HTTP-PROTOCOL", "gzip");
        packed.ptr[packed.len - back] ^= 4;
    }
    packed.ptr[1] ^= 1;
    fails(&packed, LIMIT, "E-HTTP-PROTOCOL", "gzip");
    free(packed.ptr);
}

static void refuses_what_is_behind(void **state)
{
    static const char *const trailing[] = {"and more", "\n", "\x1fxxxxxxxxx"};

    (void)state;
    for (size_t i = 0; i < sizeof(trailing) / sizeof(*trailing); i++) {
        struct text packed = {0};

        pack(&packed, "[1]", 3);
        memcpy(packed.ptr + packed.len, trailing[i], strlen(trailing[i]));
        packed.len += strlen(trailing[i]);
        fails(&packed, LIMIT, "E-HTTP-PROTOCOL", "gzip");
        free(packed.ptr);
    }
}

static void refuses_plain_text(void **state)
{
    char text[] = "[{\"id\":1}]";

    (void)state;
    fails(&(struct text){text, sizeof(text) - 1}, LIMIT, "E-HTTP-PROTOCOL", "gzip");
}

/* The limit is what the buffer may hold, to the byte. */
static void stops_at_the_limit(void **state)
{
    struct text packed = {0};
    char *bytes = sample(5000);
    struct http_unpack unpacker = {0};
    struct weir_error error;
    struct weir_buf out;

    (void)state;
    pack(&packed, bytes, 5000);
    weir_buf_init(&out, 5000, 64);
    assert_int_equal(unpack(&unpacker, &packed, 100, &out, &error), WEIR_OK);
    assert_int_equal(out.len, 5000);
    weir_buf_done(&out);
    fails(&packed, 4999, "E-LIMIT-BODY", "4999");
    fails(&packed, 1, "E-LIMIT-BODY", "max_response_size");
    http_unpack_done(&unpacker);
    free(packed.ptr);
    free(bytes);
}

static void refuses_bombs(void **state)
{
    size_t n = (size_t)64 << 20;
    char *blanks = calloc(1, n);
    struct http_unpack unpacker = {0};
    struct text packed = {0};
    struct weir_error error;
    struct weir_buf out;

    (void)state;
    assert_non_null(blanks);
    pack(&packed, blanks, n);
    weir_buf_init(&out, (size_t)1 << 30, 64);
    assert_int_equal(unpack(&unpacker, &packed, 4096, &out, &error), WEIR_FAIL);
    assert_string_equal(error.code, "E-LIMIT-BODY");
    assert_non_null(strstr(error.text, "bomb"));
    assert_true(out.len < (size_t)16 << 20);
    http_unpack_done(&unpacker);
    weir_buf_done(&out);
    free(packed.ptr);
    free(blanks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_what_was_packed),
        cmocka_unit_test(joins_members),
        cmocka_unit_test(notices_every_cut),
        cmocka_unit_test(notices_damage),
        cmocka_unit_test(refuses_what_is_behind),
        cmocka_unit_test(refuses_plain_text),
        cmocka_unit_test(stops_at_the_limit),
        cmocka_unit_test(refuses_bombs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
