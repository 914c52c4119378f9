/* What a column takes, and why it does not. What the server says of it: integration/postgres_types.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "types/type.h"

/* NULL if the value is taken; else why not. */
static const char *refusal(const char *words, struct weir_value value)
{
    struct weir_arena *arena = weir_arena_new();
    const char *why = NULL;
    struct type type;

    if (!type_from_words(words, arena, &type))
        fail_msg("%s is not known", words);
    if (type_takes_value(&type, &value, &why))
        why = NULL;
    else
        assert_non_null(why);
    weir_arena_free(arena);
    return why;
}

static struct weir_value text(const char *text)
{
    return weir_text(WEIR_TEXT, weir_str(text));
}

static struct weir_value json(const char *text)
{
    return weir_text(WEIR_JSON, weir_str(text));
}

static struct weir_value bytes(void)
{
    return weir_text(WEIR_BYTES, weir_str("b"));
}

static struct weir_value with_nul(enum weir_kind kind)
{
    return weir_text(kind, (struct weir_str){"a\0b", 3});
}

static struct weir_value timestamp(int64_t micros)
{
    return (struct weir_value){.kind = WEIR_TIMESTAMP, .integer = micros};
}

static struct weir_value date(int64_t days)
{
    return (struct weir_value){.kind = WEIR_DATE, .integer = days};
}

static void test_reasons(void **state)
{
    (void)state;
    assert_string_equal(refusal("int", weir_int(1LL << 40)), "is out of the range of integer");
    assert_string_equal(refusal("smallint", weir_int(40000)), "is out of the range of smallint");
    assert_string_equal(refusal("bigint", weir_float(1e19)), "is out of the range of bigint");
    assert_string_equal(refusal("bigint", weir_float(0.5)), "is no whole number");
    assert_string_equal(
        refusal("bigint", weir_float((double)INFINITY)), "is out of the range of bigint");
    assert_string_equal(refusal("bigint", text("x")), "is no number");
    assert_string_equal(refusal("bigint", weir_bool(true)), "is no number");
    assert_string_equal(refusal("bool", weir_int(2)), "is neither a bool nor 0 or 1");
    assert_string_equal(refusal("bool", text("1")), "is neither a bool nor 0 or 1");
    assert_string_equal(refusal("bool", weir_float(1)), "is neither a bool nor 0 or 1");
    assert_null(refusal("bool", weir_int(1)));
    assert_null(refusal("bool", weir_int(0)));
    assert_null(refusal("bool[]", json("[true, 1, null, 0]")));
    assert_string_equal(
        refusal("text", with_nul(WEIR_TEXT)), "holds a NUL byte, which PostgreSQL cannot store");
    assert_string_equal(
        refusal("inet", with_nul(WEIR_TEXT)), "holds a NUL byte, which PostgreSQL cannot store");
    assert_string_equal(
        refusal("jsonb", with_nul(WEIR_TEXT)), "holds a NUL byte, which jsonb cannot store");
    assert_null(refusal("json", with_nul(WEIR_TEXT)));
    assert_string_equal(refusal("timestamptz", text("2024-05-01T10:00:60Z")),
        "is a leap second, which PostgreSQL cannot store");
    assert_string_equal(refusal("timestamptz", text("2024-05-01T10:00:00.0000001Z")),
        "has more than six digits of a second");
    assert_string_equal(refusal("time", text("24:00:00")), "is no time (as 10:00:00)");
    assert_string_equal(
        refusal("text[]", json("[[]]")), "is an array with arrays or objects in it");
    assert_string_equal(refusal("int[]", json("[\"a\"]")), "is no number");
    assert_string_equal(refusal("text[]", text("{a}")), "is no JSON array");
}

static void test_kinds_of_values(void **state)
{
    (void)state;
    assert_non_null(refusal("bytea", text("a")));
    assert_null(refusal("bytea", bytes()));
    assert_null(refusal("text", bytes()));
    assert_non_null(refusal("varchar(9)", bytes()));
    assert_non_null(refusal("jsonb", bytes()));
    assert_non_null(refusal("inet", bytes()));
    assert_non_null(refusal("date", weir_int(5)));
    assert_non_null(refusal("uuid", weir_int(5)));
    assert_non_null(refusal("time", timestamp(0)));
    assert_non_null(refusal("date", timestamp(0)));
    assert_null(refusal("timestamp", date(0)));
    assert_non_null(refusal("time", date(0)));
    assert_non_null(refusal("numeric", weir_bool(false)));
    assert_non_null(refusal("numeric(3,1)", weir_float((double)INFINITY)));
    assert_null(refusal("numeric(3,1)", weir_float((double)NAN)));
    assert_non_null(refusal("jsonb", weir_float((double)NAN)));
    assert_null(refusal("varchar(2)", weir_int(12)));
    assert_non_null(refusal("varchar(2)", weir_int(123)));
    assert_non_null(refusal("varchar(2)", weir_bool(true)));
}

static void test_years(void **state)
{
    static const char *const types[] = {"timestamptz", "timestamp", "text", "jsonb", "inet"};

    (void)state;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        assert_null(refusal(types[i], timestamp(-62135596800000000)));
        assert_non_null(refusal(types[i], timestamp(-62135596800000001)));
        assert_null(refusal(types[i], timestamp(253402300799999999)));
        assert_non_null(refusal(types[i], timestamp(253402300800000000)));
        assert_non_null(refusal(types[i], timestamp(INT64_MIN)));
        assert_null(refusal(types[i], date(-719162)));
        assert_non_null(refusal(types[i], date(-719163)));
        assert_non_null(refusal(types[i], date(INT64_MAX)));
    }
    assert_non_null(refusal("timestamptz", text("0001-01-01T00:00:00+02:00")));
    assert_non_null(refusal("timestamptz", text("9999-12-31T23:59:59-02:00")));
}

/* Depth is the sender's choice; it costs no stack. */
static void test_deep_json(void **state)
{
    char body[2 * 129 + 2];

    (void)state;
    for (size_t depth = 128; depth <= 129; depth++) {
        memset(body, '[', depth);
        body[depth] = '1';
        memset(body + depth + 1, ']', depth);
        body[2 * depth + 1] = '\0';
        if (depth == 128)
            assert_null(refusal("jsonb", json(body)));
        else
            assert_string_equal(refusal("jsonb", json(body)), "is nested too deeply");
    }
}

/* A JSON text that ends anywhere is read to its end and no further. */
static void test_cut_json(void **state)
{
    static const char whole[] =
        "{\"a\": [1.5e-3, \"\\ud83d\\ude00\\\\\", null, true], \"b\": {\"c\": -0.1}}";

    (void)state;
    assert_null(refusal("jsonb", json(whole)));
    for (size_t n = 0; n < sizeof(whole) - 1; n++) {
        char part[sizeof(whole)];

        memcpy(part, whole, n);
        part[n] = '\0';
        assert_string_equal(refusal("jsonb", json(part)), "is no valid JSON");
        assert_non_null(refusal("text[]", json(part)));
    }
}

/* What is said of a kind is said of each value of it. */
static void test_takes_kinds(void **state)
{
    static const char *const types[] = {"bool", "int", "bigint", "real", "float8", "numeric",
        "numeric(3,1)", "text", "varchar(3)", "bytea", "timestamptz", "date", "time", "uuid",
        "json", "jsonb", "int[]", "inet"};
    const struct weir_value values[] = {weir_bool(true), weir_int(INT64_MIN), weir_int(INT64_MAX),
        weir_float((double)NAN), weir_float((double)INFINITY), weir_float(1e300),
        with_nul(WEIR_DECIMAL), with_nul(WEIR_TEXT), with_nul(WEIR_JSON), bytes(),
        timestamp(INT64_MAX), date(INT64_MIN)};
    struct weir_arena *arena = weir_arena_new();

    (void)state;
    for (size_t t = 0; t < sizeof(types) / sizeof(types[0]); t++) {
        struct type type;
        const char *why;

        assert_true(type_from_words(types[t], arena, &type));
        assert_true(type_takes_kinds(&type, 0));
        for (size_t v = 0; v < sizeof(values) / sizeof(values[0]); v++)
            if (type_takes_kinds(&type, 1U << values[v].kind) &&
                !type_takes_value(&type, &values[v], &why))
                fail_msg("%s, %s: %s", types[t], weir_kind_name(values[v].kind), why);
    }
    weir_arena_free(arena);
}

/* The quick look at many values and the thorough one at each say the same. */
static void test_find_refused(void **state)
{
    static const char *const types[] = {"bool", "smallint", "int", "bigint", "float8", "text",
        "varchar(3)", "name", "timestamptz", "jsonb", "inet"};
    const struct weir_value values[] = {weir_null(), weir_int(INT16_MAX), weir_int(INT16_MAX + 1),
        weir_int(INT16_MIN), weir_int(INT32_MIN), weir_int(INT32_MIN - 1LL), weir_float(2),
        text(""), text("abc"), text("abcd"), with_nul(WEIR_TEXT), text("2024-05-01T10:00:00Z"),
        json("[]"), json("["), with_nul(WEIR_JSON), bytes(), weir_bool(true), weir_null()};
    const size_t n = sizeof(values) / sizeof(values[0]);
    struct weir_arena *arena = weir_arena_new();

    (void)state;
    for (size_t t = 0; t < sizeof(types) / sizeof(types[0]); t++) {
        size_t found = SIZE_MAX;
        const char *why;
        struct type type;

        assert_true(type_from_words(types[t], arena, &type));
        for (size_t v = 0; v < n; v++) {
            const char *expected = refusal(types[t], values[v]);

            if (found == SIZE_MAX || found < v)
                found = type_find_refused(&type, values, v, n, &why);
            assert_int_equal(found == v, expected != NULL);
            if (expected)
                assert_string_equal(why, expected);
        }
    }
    weir_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_kinds_of_values),
        cmocka_unit_test(test_years),
        cmocka_unit_test(test_deep_json),
        cmocka_unit_test(test_cut_json),
        cmocka_unit_test(test_takes_kinds),
        cmocka_unit_test(test_find_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
