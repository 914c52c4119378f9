/* Fields of both kinds of COPY, byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "types/type.h"

/* Initializers of a value, and of bytes that may hold a NUL. */
#define NUMBER(k, n)                                                                               \
    {                                                                                              \
        .kind = (k), .integer = (n)                                                                \
    }
#define SPELLED(k, s)                                                                              \
    {                                                                                              \
        .kind = (k), .length = sizeof(s) - 1, .text = (s)                                          \
    }
#define FIELD(s)                                                                                   \
    {                                                                                              \
        s, sizeof(s) - 1                                                                           \
    }

struct encoded {
    const char *type;
    struct weir_value value;
    struct weir_str binary;
    const char *text;
};

static const struct encoded cases[] = {
    {"bool", {.kind = WEIR_NULL}, FIELD("\xff\xff\xff\xff"), "\\N"},
    {"bool", {.kind = WEIR_BOOL, .boolean = true}, FIELD("\0\0\0\1\1"), "true"},
    {"bool", {.kind = WEIR_BOOL}, FIELD("\0\0\0\1\0"), "false"},
    {"bool", NUMBER(WEIR_INT, 1), FIELD("\0\0\0\1\1"), "1"},
    {"bool", NUMBER(WEIR_INT, 0), FIELD("\0\0\0\1\0"), "0"},
    {"smallint", NUMBER(WEIR_INT, -2), FIELD("\0\0\0\2\xff\xfe"), "-2"},
    {"int", NUMBER(WEIR_INT, 258), FIELD("\0\0\0\4\0\0\1\2"), "258"},
    {"bigint", NUMBER(WEIR_INT, INT64_MIN), FIELD("\0\0\0\x8\x80\0\0\0\0\0\0\0"),
        "-9223372036854775808"},
    {"real", {.kind = WEIR_FLOAT, .real = 1.5}, FIELD("\0\0\0\4\x3f\xc0\0\0"), "1.5"},
    {"float8", {.kind = WEIR_FLOAT, .real = -2.0}, FIELD("\0\0\0\x8\xc0\0\0\0\0\0\0\0"), "-2"},
    {"bigint", {.kind = WEIR_FLOAT, .real = 2.0}, FIELD("\0\0\0\x8\0\0\0\0\0\0\0\2"), "2"},
    {"int", SPELLED(WEIR_TEXT, "7"), FIELD("\0\0\0\4\0\0\0\7"), "7"},
    {"float8", NUMBER(WEIR_INT, 2), FIELD("\0\0\0\x8\x40\0\0\0\0\0\0\0"), "2"},
    {"numeric", NUMBER(WEIR_INT, 0), FIELD("\0\0\0\x8\0\0\0\0\0\0\0\0"), "0"},
    {"numeric", NUMBER(WEIR_INT, -20001), FIELD("\0\0\0\xc\0\2\0\1\x40\0\0\0\0\2\0\1"), "-20001"},
    {"numeric", NUMBER(WEIR_INT, 10000), FIELD("\0\0\0\xa\0\1\0\1\0\0\0\0\0\1"), "10000"},
    {"numeric", SPELLED(WEIR_DECIMAL, "1.50"), FIELD("\0\0\0\xc\0\2\0\0\0\0\0\2\0\1\x13\x88"),
        "1.50"},
    {"numeric", SPELLED(WEIR_DECIMAL, "0.00010"), FIELD("\0\0\0\xa\0\1\xff\xff\0\0\0\5\0\1"),
        "0.00010"},
    {"text", SPELLED(WEIR_TEXT, ""), FIELD("\0\0\0\0"), ""},
    {"text", SPELLED(WEIR_TEXT, "a\\b\tc\n"), FIELD("\0\0\0\6a\\b\tc\n"), "a\\\\b\\tc\\n"},
    {"text", NUMBER(WEIR_INT, 12),
        FIELD("\0\0\0\2"
              "12"),
        "12"},
    {"text", {.kind = WEIR_BOOL, .boolean = true}, FIELD("\0\0\0\4true"), "true"},
    {"text", SPELLED(WEIR_JSON, "[]"), FIELD("\0\0\0\2[]"), "[]"},
    {"bytea", SPELLED(WEIR_BYTES, "\0\\"), FIELD("\0\0\0\2\0\\"), "\\\\x005c"},
    {"date", NUMBER(WEIR_DATE, 10958), FIELD("\0\0\0\4\0\0\0\1"), "2000-01-02"},
    {"timestamptz", NUMBER(WEIR_TIMESTAMP, 946684800000001), FIELD("\0\0\0\x8\0\0\0\0\0\0\0\1"),
        "2000-01-01 00:00:00.000001+00"},
    {"timestamp", SPELLED(WEIR_TEXT, "2000-01-01T00:00:00"), FIELD("\0\0\0\x8\0\0\0\0\0\0\0\0"),
        "2000-01-01 00:00:00"},
    {"time", SPELLED(WEIR_TEXT, "00:00:00.000258"), FIELD("\0\0\0\x8\0\0\0\0\0\0\1\2"),
        "00:00:00.000258"},
    {"uuid", SPELLED(WEIR_TEXT, "{000102030405060708090A0B0C0D0E0F}"),
        FIELD("\0\0\0\x10\0\1\2\3\4\5\6\7\x8\x9\xa\xb\xc\xd\xe\xf"),
        "00010203-0405-0607-0809-0a0b0c0d0e0f"},
    {"json", SPELLED(WEIR_JSON, "[\"\\n\"]"), FIELD("\0\0\0\6[\"\\n\"]"), "[\"\\\\n\"]"},
    {"json", {.kind = WEIR_BOOL}, FIELD("\0\0\0\5false"), "false"},
    {"jsonb", SPELLED(WEIR_JSON, "{}"), FIELD("\0\0\0\3\1{}"), "{}"},
    {"jsonb", SPELLED(WEIR_TEXT, "a\"b"), FIELD("\0\0\0\7\1\"a\\\"b\""), "\"a\\\\\"b\""},
    {"int[]", SPELLED(WEIR_JSON, "[]"), FIELD("\0\0\0\xc\0\0\0\0\0\0\0\0\0\0\0\x17"), "{}"},
    {"int[]", SPELLED(WEIR_JSON, "[5, null]"),
        FIELD("\0\0\0\x20\0\0\0\1\0\0\0\1\0\0\0\x17\0\0\0\2\0\0\0\1\0\0\0\4\0\0\0\5"
              "\xff\xff\xff\xff"),
        "{\"5\",NULL}"},
    {"text[]", SPELLED(WEIR_JSON, "[\"\\\\\\\"\"]"),
        FIELD("\0\0\0\x1a\0\0\0\1\0\0\0\0\0\0\0\x19\0\0\0\1\0\0\0\1\0\0\0\2\\\""),
        "{\"\\\\\\\\\\\\\"\"}"},
};

static void test_fields(void **state)
{
    struct weir_arena *arena = weir_arena_new();
    struct weir_buf out;

    (void)state;
    weir_buf_init(&out, SIZE_MAX, 1);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct encoded *c = &cases[i];
        const char *why;
        struct type type;

        assert_true(type_from_words(c->type, arena, &type));
        assert_true(type_takes_value(&type, &c->value, &why));
        weir_buf_reset(&out);
        type_encode_binary(&out, &type, &c->value);
        if (out.len != c->binary.len || memcmp(out.ptr, c->binary.ptr, out.len) != 0)
            fail_msg("%s, case %zu: %zu bytes differ", c->type, i, out.len);
        weir_buf_reset(&out);
        type_encode_text(&out, &type, &c->value);
        assert_string_equal(out.ptr, c->text);
    }
    weir_buf_done(&out);
    weir_arena_free(arena);
}

/* A row is its fields, one behind the other, wherever the buffer has to grow. */
static void test_row(void **state)
{
    enum { N = sizeof(cases) / sizeof(cases[0]), ROWS = 200 };
    struct weir_arena *arena = weir_arena_new();
    const struct type *types[N];
    const struct weir_value *columns[N];
    struct weir_value *values = weir_new_array(arena, N * ROWS, struct weir_value);
    struct weir_buf fields;
    struct weir_buf row;

    (void)state;
    weir_buf_init(&fields, SIZE_MAX, 1);
    for (size_t i = 0; i < N; i++) {
        struct type *type = weir_new(arena, struct type);

        assert_true(type_from_words(cases[i].type, arena, type));
        types[i] = type;
        columns[i] = &values[i * ROWS];
        for (size_t r = 0; r < ROWS; r++)
            values[i * ROWS + r] = cases[i].value;
        type_encode_binary(&fields, type, &cases[i].value);
    }
    for (size_t start = 0; start < ROWS; start++) {
        weir_buf_init(&row, SIZE_MAX, 1 + start % 3);
        for (size_t i = 0; i < start; i++)
            assert_true(weir_buf_add(&row, "x", 1));
        type_encode_row(&row, types, columns, N, start);
        assert_int_equal(row.len, start + fields.len);
        assert_memory_equal(row.ptr + start, fields.ptr, fields.len);
        assert_int_equal(row.ptr[row.len], '\0');
        type_encode_row(&row, types, columns, N, 0);
        assert_int_equal(row.len, start + 2 * fields.len);
        weir_buf_done(&row);
    }
    type_encode_row(&fields, types, columns, 0, 0);
    weir_buf_done(&fields);
    weir_arena_free(arena);
}

/* Behind what is there, and over the borders of the pieces that long texts are escaped in. */
static void test_long_text(void **state)
{
    enum { N = 100000 };
    const struct type type = {.kind = TYPE_TEXT, .modifier = -1};
    struct weir_value value;
    struct weir_buf out;
    char *text = malloc(N);

    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < N; i++)
        text[i] = i % 3 ? '\\' : 'a';
    value = weir_text(WEIR_TEXT, (struct weir_str){text, N});
    weir_buf_init(&out, SIZE_MAX, 1);
    assert_true(weir_buf_add(&out, "x", 1));
    type_encode_text(&out, &type, &value);
    assert_int_equal(out.len, 1 + N + N / 3 * 2);
    for (size_t i = 0, at = 1; i < N; i++) {
        assert_int_equal(out.ptr[at++], text[i]);
        if (text[i] == '\\')
            assert_int_equal(out.ptr[at++], '\\');
    }
    weir_buf_reset(&out);
    type_encode_binary(&out, &type, &value);
    assert_int_equal(out.len, 4 + N);
    assert_memory_equal(out.ptr + 4, text, N);
    weir_buf_done(&out);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_row),
        cmocka_unit_test(test_long_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
