#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include <weir/batch.h>

#define US_PER_DAY INT64_C(86400000000)

static void kinds_have_names(void **state)
{
    (void)state;
    assert_string_equal(weir_kind_name(WEIR_NULL), "null");
    assert_string_equal(weir_kind_name(WEIR_DECIMAL), "decimal");
    assert_string_equal(weir_kind_name(WEIR_JSON), "json");
    assert_string_equal(weir_kind_name(WEIR_N_KINDS), "unknown");
    for (int kind = 0; kind < WEIR_N_KINDS; kind++)
        assert_string_not_equal(weir_kind_name((enum weir_kind)kind), "unknown");
}

static void constructors_set_all(void **state)
{
    struct weir_value text = weir_text(WEIR_JSON, (struct weir_str){"[1]rest", 3});

    (void)state;
    assert_int_equal(sizeof(struct weir_value), 16);
    assert_int_equal(weir_bool(true).kind, WEIR_BOOL);
    assert_true(weir_bool(true).boolean);
    assert_int_equal(weir_int(INT64_MIN).integer, INT64_MIN);
    assert_true(weir_float(0.1).real == 0.1);
    assert_int_equal(text.kind, WEIR_JSON);
    assert_true(weir_str_is(weir_value_str(&text), "[1]"));
    assert_int_equal(weir_int(1).length, 0);
}

static void assert_formats(struct weir_value value, const char *plain, const char *json)
{
    struct weir_arena *arena = weir_arena_new();
    struct weir_str text = weir_value_format(&value, arena, false);

    assert_string_equal(text.ptr, plain);
    assert_int_equal(text.len, strlen(plain));
    text = weir_value_format(&value, arena, true);
    assert_string_equal(text.ptr, json);
    assert_int_equal(text.len, strlen(json));
    weir_arena_free(arena);
}

static void values_are_formatted(void **state)
{
    (void)state;
    assert_formats(weir_null(), "", "null");
    assert_formats(weir_bool(true), "true", "true");
    assert_formats(weir_bool(false), "false", "false");
    assert_formats(weir_int(INT64_MIN), "-9223372036854775808", "-9223372036854775808");
    assert_formats(weir_text(WEIR_DECIMAL, weir_str("1.10")), "1.10", "1.10");
    assert_formats(weir_text(WEIR_TEXT, weir_str("a\"b\\\n\x01é")), "a\"b\\\n\x01é",
        "\"a\\\"b\\\\\\n\\u0001é\"");
    assert_formats(
        weir_text(WEIR_BYTES, (struct weir_str){"\0\xff\x10", 3}), "00ff10", "\"00ff10\"");
    assert_formats(weir_text(WEIR_JSON, weir_str("{\"a\": 1}")), "{\"a\": 1}", "{\"a\": 1}");
}

static void floats_keep_their_digits(void **state)
{
    (void)state;
    assert_formats(weir_float(0.1), "0.1", "0.1");
    assert_formats(weir_float(97.333), "97.333", "97.333");
    assert_formats(weir_float(0.1 + 0.2), "0.30000000000000004", "0.30000000000000004");
    assert_formats(weir_float(1e300), "1e+300", "1e+300");
    assert_formats(weir_float(385593921664060000.0), "3.8559392166406e+17", "3.8559392166406e+17");
    assert_formats(weir_float(-0.0), "-0", "-0");
    assert_formats(weir_float(-2.2250738585072014e-308), "-2.2250738585072014e-308",
        "-2.2250738585072014e-308");
    assert_formats(weir_float(5e-324), "5e-324", "5e-324");
    assert_formats(weir_float((double)INFINITY), "inf", "\"inf\"");
    assert_formats(weir_float((double)-INFINITY), "-inf", "\"-inf\"");
}

static struct weir_value date(int64_t days)
{
    return (struct weir_value){.kind = WEIR_DATE, .integer = days};
}

static struct weir_value timestamp(int64_t us)
{
    return (struct weir_value){.kind = WEIR_TIMESTAMP, .integer = us};
}

static void times_are_in_the_calendar(void **state)
{
    (void)state;
    assert_formats(date(0), "1970-01-01", "\"1970-01-01\"");
    assert_formats(date(-1), "1969-12-31", "\"1969-12-31\"");
    assert_formats(date(11016), "2000-02-29", "\"2000-02-29\"");
    assert_formats(date(11017), "2000-03-01", "\"2000-03-01\"");
    assert_formats(date(-25509), "1900-02-28", "\"1900-02-28\"");
    assert_formats(date(-25508), "1900-03-01", "\"1900-03-01\"");
    assert_formats(date(-719162), "0001-01-01", "\"0001-01-01\"");
    assert_formats(date(2932896), "9999-12-31", "\"9999-12-31\"");
    assert_formats(date(INT64_MAX), "1970-01-01 and 9223372036854775807 days",
        "\"1970-01-01 and 9223372036854775807 days\"");
    assert_formats(timestamp(0), "1970-01-01T00:00:00Z", "\"1970-01-01T00:00:00Z\"");
    assert_formats(timestamp(-1), "1969-12-31T23:59:59.999999Z", "\"1969-12-31T23:59:59.999999Z\"");
    assert_formats(timestamp(11016 * US_PER_DAY + INT64_C(3723000042)),
        "2000-02-29T01:02:03.000042Z", "\"2000-02-29T01:02:03.000042Z\"");
    assert_formats(
        timestamp(INT64_MAX), "294247-01-10T04:00:54.775807Z", "\"294247-01-10T04:00:54.775807Z\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_have_names),
        cmocka_unit_test(constructors_set_all),
        cmocka_unit_test(values_are_formatted),
        cmocka_unit_test(floats_keep_their_digits),
        cmocka_unit_test(times_are_in_the_calendar),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
