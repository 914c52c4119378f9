/* Days and times of ISO 8601, and the digits of numbers, as plugins read them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
        {"1970-01-01T00:00:01.25+01:00", {.seconds = -3599,
                                             .nanos = 250000000,
                                             .offset = 3600,
                                             .has_time = true,
                                             .has_offset = true}},
        {"1970-01-01 00:00:01,5", {.seconds = 1, .nanos = 500000000, .has_time = true}},
        {"1970-01-01t00:00:01 -0030",
            {.seconds = 1801, .offset = -1800, .has_time = true, .has_offset = true}},
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
        "0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "10000-01-01", "1970-01-01T",
        "1970-01-01T10:00:00Zx", "1970-01-01T10:00:00.", "1970-01-01T10:00:00 "};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct weir_moment moment;

        if (weir_moment_parse(weir_str(texts[i]), &moment))
            fail_msg("%s is taken", texts[i]);
    }
}

/* --- beside a plain reading ------------------------------------------------------------------- */

/* The number of the two digits there, or -1. */
static int two_digits(const char *at)
{
    return at[0] < '0' || at[0] > '9' || at[1] < '0' || at[1] > '9'
               ? -1
               : (at[0] - '0') * 10 + (at[1] - '0');
}

static bool leaps(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Of the year, since 1970-01-01; counted year by year. */
static int64_t first_day(int year)
{
    static int64_t days[10000];

    if (!days[0])
        days[0] = -719528;
    for (int y = 1; y <= year && !days[9999]; y++)
        days[y] = days[y - 1] + 365 + leaps(y - 1);
    return days[year];
}

static bool may_be(char expected, char c)
{
    return c == expected || (expected == 'T' && (c == 't' || c == ' ')) ||
           (expected == 'Z' && c == 'z');
}

/* 2024-05-01T10:00:00Z and nothing else; false where it is none. */
static bool read_plainly(const char *text, int64_t *ret_seconds)
{
    static const char form[] = "....-..-..T..:..:..Z";
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const int year = two_digits(text) * 100 + two_digits(text + 2);
    const int month = two_digits(text + 5);
    const int day = two_digits(text + 8);
    const int hour = two_digits(text + 11);
    const int minute = two_digits(text + 14);
    const int second = two_digits(text + 17);
    int64_t days;

    for (size_t i = 0; i < sizeof(form) - 1; i++)
        if (form[i] == '.' ? text[i] < '0' || text[i] > '9' : !may_be(form[i], text[i]))
            return false;
    if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 60 ||
        day > lengths[month - 1] + (month == 2 && leaps(year)))
        return false;
    days = first_day(year) + day - 1;
    for (int m = 1; m < month; m++)
        days += lengths[m - 1] + (m == 2 && leaps(year));
    *ret_seconds = days * 86400 + (int64_t)hour * 3600 + (int64_t)minute * 60 + second;
    return *ret_seconds <= 253402300799;
}

/* In memory of its own size, so that a byte read behind it is seen. */
static void compare(const char text[20])
{
    struct weir_moment moment = {.seconds = 0};
    int64_t seconds = 0;
    char *copy = malloc(20);
    bool good;

    assert_non_null(copy);
    memcpy(copy, text, 20);
    good = weir_moment_parse((struct weir_str){copy, 20}, &moment);
    free(copy);
    if (good != read_plainly(text, &seconds) || (good && moment.seconds != seconds))
        fail_msg("%.20s: %d, %lld", text, good, (long long)moment.seconds);
    if (!good)
        return;
    assert_true(moment.has_time && moment.has_offset && moment.offset == 0 && moment.nanos == 0);
    assert_int_equal(moment.is_leap, two_digits(text + 17) == 60);
}

static void test_each_byte(void **state)
{
    static const char *const texts[] = {"2024-02-29T23:59:59Z", "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z", "1900-02-28T19:09:60Z"};
    char text[21];

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        for (size_t at = 0; at < 20; at++)
            for (int byte = 0; byte < 256; byte++) {
                memcpy(text, texts[i], sizeof(text));
                text[at] = (char)byte;
                compare(text);
            }
}

static void test_each_day(void **state)
{
    char text[32];

    (void)state;
    for (unsigned year = 0; year <= 9999; year += year % 400 < 5 || year % 100 < 5 ? 1 : 7)
        for (unsigned month = 0; month <= 13; month++)
            for (unsigned day = 0; day <= 32; day++) {
                (void)snprintf(text, sizeof(text), "%04u-%02u-%02uT%02u:%02u:%02uZ", year, month,
                    day, (year + day) % 25, (month * 5 + day) % 61, (year + month) % 62);
                compare(text);
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
        cmocka_unit_test(test_each_byte),
        cmocka_unit_test(test_each_day),
        cmocka_unit_test(test_days),
        cmocka_unit_test(test_digits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
