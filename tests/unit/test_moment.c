/* Days and times of ISO 8601, and the digits of numbers, as plugins read them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <weir/moment.h>
#include <weir/number.h>

static void test_taken(void **state)
{
    static const struct {
        const char *text;
        struct weir_moment moment;
    } cases[] = {
        {"1970-01-01", {.seconds = 0}},
        {"1970-01-02T00:00", {.seconds = 86400, .has_time = true}},
        {"1969-12-31 23:59:59.5z",
            {.seconds = -1, .nanos = 500000000, .has_time = true, .has_offset = true}},
        {"1970-01-01T02:00:00+02:00", {.offset = 7200, .has_time = true, .has_offset = true}},
        {"1970-01-01T00:00:60Z",
            {.seconds = 60, .has_time = true, .has_offset = true, .is_leap = true}},
        {"0000-01-01", {.seconds = -62167219200}},
        {"9999-12-31T23:59:59", {.seconds = 253402300799, .has_time = true}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct weir_moment moment;

        assert_true(weir_moment_parse(weir_str(cases[i].text), &moment));
        assert_true(moment.seconds == cases[i].moment.seconds);
        assert_int_equal(moment.nanos, cases[i].moment.nanos);
        assert_int_equal(moment.offset, cases[i].moment.offset);
        assert_int_equal(moment.has_time, cases[i].moment.has_time);
        assert_int_equal(moment.has_offset, cases[i].moment.has_offset);
        assert_int_equal(moment.is_leap, cases[i].moment.is_leap);
    }
}

static void test_refused(void **state)
{
    static const char *const texts[] = {"", "1970", "1970-02-29", "1970-13-01", "1970-01-01T24:00",
        "1970-01-01T10", "1970-01-01T10:00:61", "1970-01-01T10:00:00.0000000001", "now",
        "0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "10000-01-01", "1970-01-01T"};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct weir_moment moment;

        if (weir_moment_parse(weir_str(texts[i]), &moment))
            fail_msg("%s is taken", texts[i]);
    }
}

static void test_days(void **state)
{
    struct weir_day day = weir_day_at(11016);

    (void)state;
    assert_int_equal(day.year, 2000);
    assert_int_equal(day.month, 2);
    assert_int_equal(day.day, 29);
}

static void test_digits(void **state)
{
    char text[WEIR_NUMBER_SIZE];

    (void)state;
    assert_int_equal(weir_float_format(0.1F, text), 3);
    assert_string_equal(text, "0.1");
    (void)weir_float_format(16777216.0F, text);
    assert_string_equal(text, "1.6777216e+07");
    (void)weir_double_format(0.1, text);
    assert_string_equal(text, "0.1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_taken),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_days),
        cmocka_unit_test(test_digits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
