/* Marks: values of a cursor, their keys, and whatever a source writes that is none. */
#include "incremental_checks.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <time.h>

static struct weir_value text(const char *s)
{
    return weir_text(WEIR_TEXT, weir_str(s));
}

static struct weir_mark read_value(
    struct fixture *f, const struct weir_incremental *of, struct weir_value value)
{
    struct weir_error error = {0};
    struct weir_mark mark;

    if (weir_mark_read(of, &value, f->arena, &mark, &error) != WEIR_OK)
        fail_msg("%s", error.text);
    assert_int_equal(mark.text.ptr[mark.text.len], '\0');
    assert_int_equal(mark.key.ptr[mark.key.len], '\0');
    for (size_t i = 0; i < mark.key.len; i++)
        assert_in_range(mark.key.ptr[i], '0', 'f');
    return mark;
}

static struct weir_mark read_text(
    struct fixture *f, const struct weir_incremental *of, const char *s)
{
    return read_value(f, of, text(s));
}

static void check_equal(
    struct fixture *f, const struct weir_incremental *of, const char *a, const char *b)
{
    struct weir_mark left = read_text(f, of, a);
    struct weir_mark right = read_text(f, of, b);

    assert_string_equal(left.text.ptr, a);
    assert_string_equal(left.key.ptr, right.key.ptr);
    assert_int_equal(weir_mark_compare(&left, &right), 0);
    assert_int_equal(weir_point_compare(&left.point, &right.point), 0);
}

static int sign(int order)
{
    return (order > 0) - (order < 0);
}

static void check_order(const struct weir_mark *a, const struct weir_mark *b, int order)
{
    assert_int_equal(sign(weir_mark_compare(a, b)), order);
    assert_int_equal(sign(weir_mark_compare(b, a)), -order);
    assert_int_equal(sign(strcmp(a->key.ptr, b->key.ptr)), order);
    assert_int_equal(sign(weir_point_compare(&a->point, &b->point)), order);
}

/* Each of them lies before the next. */
static void check_ascending(
    struct fixture *f, const struct weir_incremental *of, const char *const *texts)
{
    for (; texts[1]; texts++) {
        struct weir_mark a = read_text(f, of, texts[0]);
        struct weir_mark b = read_text(f, of, texts[1]);

        check_order(&a, &b, -1);
    }
}

static void check_bad_value(
    struct fixture *f, const struct weir_incremental *of, struct weir_value value, const char *says)
{
    struct weir_error error = {0};
    struct weir_mark mark;

    assert_int_equal(weir_mark_read(of, &value, f->arena, &mark, &error), WEIR_FAIL);
    assert_string_equal(error.code, "E-CURSOR");
    assert_int_equal(error.fault, WEIR_FAULT_DATA);
    assert_string_equal(error.text, says);
}

static void check_bad_texts(struct fixture *f, const struct weir_incremental *of,
    const char *const *texts, const char *what)
{
    for (; *texts; texts++)
        check_bad_value(
            f, of, text(*texts), weir_printf(f->arena, "'%s' (text) is not %s", *texts, what));
}

static void datetimes(void **state)
{
    static const char *const order[] = {"0000-01-01", "1969-12-31T23:59:59.999999999Z",
        "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000000001Z", "2024-02-28T23:59:59Z",
        "2024-02-29T00:00:00Z", "2024-02-29T23:59:59.9Z", "2024-02-29T23:59:59.99Z", "2024-03-01",
        "2024-03-01T01:00+00:30", "9999-12-31T23:59:59.999999999Z", NULL};
    static const char *const bad[] = {"", "yesterday", "2024", "2024-05", "2024-5-1", "2024-13-01",
        "2024-00-10", "2024-02-30", "2023-02-29", "1900-02-29", "2024-01-00", "2024-01-32",
        "2024-01-01T", "2024-01-01T10", "2024-01-01T24:00:00Z", "2024-01-01T10:60:00Z",
        "2024-01-01T10:00:61Z", "2024-01-01T10:00:00.Z", "2024-01-01T10:00:00.1234567891Z",
        "2024-01-01T10:00:00+24:00", "2024-01-01T10:00:00+01:60", "2024-01-01T10:00:00+1",
        "2024-01-01T10:00:00+01:", "2024-01-01T10:00:00Zx", "2024-01-01T10:00:00 ",
        " 2024-01-01T10:00:00Z", "12024-01-01", "0000-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00", "1700000000", NULL};
    struct fixture *f = *state;
    const struct weir_incremental *of = options(f, "");

    check_equal(f, of, "2024-05-01T10:00:00Z", "2024-05-01T10:00:00Z");
    check_equal(f, of, "2024-05-01 10:00:00", "2024-05-01T10:00:00Z");
    check_equal(f, of, "2024-05-01t10:00z", "2024-05-01T10:00:00Z");
    check_equal(f, of, "2024-05-01T12:00:00+02:00", "2024-05-01T10:00:00Z");
    check_equal(f, of, "2024-05-01T00:30:00-0930", "2024-05-01T10:00:00Z");
    check_equal(f, of, "2024-05-01T23:45:00.000+1345", "2024-05-01T10:00:00Z");
    check_equal(f, of, "2024-05-01 12:00:00 +02", "2024-05-01T10:00:00Z");
    check_equal(f, of, "2024-05-01T10:00:00,5Z", "2024-05-01T10:00:00.500000000000Z");
    check_equal(f, of, "2024-05-01", "2024-05-01T00:00:00Z");
    check_equal(f, of, "2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z");
    assert_string_equal(read_text(f, of, "1970-01-01T00:00:01Z").key.ptr, "1000000000001000000000");
    assert_string_equal(read_text(f, of, "1969-12-31T23:59:59Z").key.ptr, "0999999999999000000000");
    check_ascending(f, of, order);
    check_bad_texts(f, of, bad, "a time in ISO 8601, such as 2024-05-01T10:00:00Z");
    check_bad_value(f, of, weir_int(1700000000),
        "'1700000000' (int) is not a time in ISO 8601, such as 2024-05-01T10:00:00Z; for numbers "
        "set 'cursor_type' to integer, epoch or epoch_ms");
    check_bad_value(f, of, weir_bool(true),
        "'true' (bool) is not a time in ISO 8601, such as 2024-05-01T10:00:00Z");
}

static void dates(void **state)
{
    static const char *const order[] = {
        "0000-01-01", "1969-12-31", "1970-01-01", "2024-02-29", "2024-03-01", "9999-12-31", NULL};
    static const char *const bad[] = {"2023-02-29", "01.05.2024", "20240501", "", NULL};
    struct fixture *f = *state;
    const struct weir_incremental *of = options(f, "'cursor_type': 'date'");

    check_ascending(f, of, order);
    check_bad_texts(f, of, bad, "a date, such as 2024-05-01");
    check_bad_value(f, of, text("2024-05-01T00:00:00Z"),
        "'2024-05-01T00:00:00Z' (text) is not a date, such as 2024-05-01; for times set "
        "'cursor_type: datetime'");
    of = options(f, "'cursor_type': 'date', 'cursor_format': '%d.%m.%y'");
    check_equal(f, of, "1.5.24", "01.05.24");
}

static void formats(void **state)
{
    static const struct {
        const char *format, *text, *iso;
    } good[] = {
        {"%d/%m/%Y %H:%M:%S", "01/05/2024 10:20:30", "2024-05-01T10:20:30Z"},
        {"%Y-%m-%dT%H:%M:%S.%f%z", "2024-05-01T10:20:30.1234+0130", "2024-05-01T08:50:30.1234Z"},
        {"%Y%m%d%H%M%S", "20240501102030", "2024-05-01T10:20:30Z"},
        {"%FT%T%z", "2024-05-01T10:20:30Z", "2024-05-01T10:20:30Z"},
        {"%a, %e %b %Y %R", "Wed,  1 May 2024 10:20", "2024-05-01T10:20:00Z"},
        {"%A %B %d %Y %I:%M %p", "wednesday may 01 2024 12:05 am", "2024-05-01T00:05:00Z"},
        {"%D %I%p", "05/01/24 12PM", "2024-05-01T12:00:00Z"},
        {"100%% %y-%m-%d", "100% 70-01-02", "1970-01-02T00:00:00Z"},
        {"/Date(%s.%f)/", "/Date(1714558830.25)/", "2024-05-01T10:20:30.25Z"},
        {"%s", "-1", "1969-12-31T23:59:59Z"},
    };
    static const struct {
        const char *format, *text;
    } bad[] = {
        {"%d/%m/%Y", "01/05/2024 "},
        {"%d/%m/%Y", "01/05/24"},
        {"%d/%m/%Y", "31/04/2024"},
        {"%Y-%m-%d %H", "2024-05-01 25"},
        {"%Y-%m-%d %I %p", "2024-05-01 13 PM"},
        {"%Y-%m-%d %I %p", "2024-05-01 0 PM"},
        {"%b %d %Y", "Mai 01 2024"},
        {"%F.%f", "2024-05-01."},
        {"%F%z", "2024-05-01 +0100"},
        {"%s", "999999999999"},
        {"%s", "1234567890123"},
        {"%s", "-"},
    };
    struct fixture *f = *state;
    const struct weir_incremental *iso = options(f, "");

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct weir_mark mark =
            read_text(f, options(f, weir_printf(f->arena, "'cursor_format': '%s'", good[i].format)),
                good[i].text);

        assert_string_equal(mark.key.ptr, read_text(f, iso, good[i].iso).key.ptr);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        check_bad_value(f,
            options(f, weir_printf(f->arena, "'cursor_format': '%s'", bad[i].format)),
            text(bad[i].text),
            weir_printf(f->arena, "'%s' (text) is not a time of the form '%s'", bad[i].text,
                bad[i].format));
}

static void integers(void **state)
{
    static const char *const order[] = {"-9223372036854775808", "-9223372036854775807", "-10", "-9",
        "-1", "0", "1", "9", "10", "9223372036854775807", "9223372036854775808",
        "18446744073709551615", NULL};
    static const char *const bad[] = {"", "-", "+1", "1.5", "1e-1", "0x10", "1 ", "a", "1.", ".5",
        "1e", "18446744073709551616", "-9223372036854775809", "1e20", "1e99999999999999999999",
        "100000000000000000000000000000000000000000", NULL};
    struct fixture *f = *state;
    const struct weir_incremental *of = options(f, "'cursor_type': 'integer'");

    check_ascending(f, of, order);
    check_bad_texts(f, of, bad, "a whole number of 64 bits");
    check_equal(f, of, "0007", "7");
    check_equal(f, of, "-0", "0");
    check_equal(f, of, "12.000", "12");
    check_equal(f, of, "1.2e1", "1200e-2");
    check_equal(f, of, "0e999999", "0.0000000000000000000000000000000000000000");
    check_equal(f, of, "1e19", "10000000000000000000");
    assert_string_equal(read_value(f, of, weir_int(-5)).text.ptr, "-5");
    assert_string_equal(read_value(f, of, weir_float(1e3)).text.ptr, "1000");
    assert_string_equal(read_value(f, of, weir_float(1e17)).text.ptr, "100000000000000000");
    assert_string_equal(
        read_value(f, of, weir_text(WEIR_DECIMAL, weir_str("18446744073709551615"))).key.ptr,
        read_text(f, of, "18446744073709551615").key.ptr);
    check_bad_value(f, of, weir_float(1.5), "'1.5' (float) is not a whole number of 64 bits");
    check_bad_value(f, of, weir_float(INFINITY), "'inf' (float) is not a whole number of 64 bits");
}

static void epochs(void **state)
{
    static const char *const order[] = {"-62167219200", "-1.5", "-1.25", "-1", "-0.000000001", "0",
        "0.000000001", "1", "1700000000.123456789", "253402300799.999999999", NULL};
    static const char *const ms_order[] = {"-62167219200000", "-1.5", "-1", "-0.000001", "0",
        "0.000001", "1700000000000", "253402300799999.999999", NULL};
    static const char *const bad[] = {"253402300800", "-62167219200.1", "0.1234567891", "x", NULL};
    struct fixture *f = *state;
    const struct weir_incremental *seconds = options(f, "'cursor_type': 'epoch'");
    const struct weir_incremental *ms = options(f, "'cursor_type': 'epoch_ms'");
    const struct weir_incremental *iso = options(f, "");

    check_ascending(f, seconds, order);
    check_ascending(f, ms, ms_order);
    check_bad_texts(f, seconds, bad + 1,
        "a number of seconds since 1970 with up to 9 digits behind the point, up to the year 9999");
    check_bad_value(f, seconds, weir_int(1700000000000),
        "'1700000000000' (int) is not a number of seconds since 1970 with up to 9 digits behind "
        "the point, up to the year 9999; for milliseconds set 'cursor_type: epoch_ms'");
    assert_string_equal(read_value(f, seconds, weir_int(1714558830)).key.ptr,
        read_text(f, iso, "2024-05-01T10:20:30Z").key.ptr);
    assert_string_equal(read_value(f, seconds, weir_float(1714558830.25)).key.ptr,
        read_text(f, iso, "2024-05-01T10:20:30.25Z").key.ptr);
    assert_string_equal(read_value(f, seconds, weir_float(-0.5)).text.ptr, "-0.5");
    assert_string_equal(read_value(f, ms, weir_int(1714558830250)).key.ptr,
        read_text(f, iso, "2024-05-01T10:20:30.25Z").key.ptr);
    assert_string_equal(read_value(f, ms, weir_float(0.5)).key.ptr,
        read_text(f, iso, "1970-01-01T00:00:00.0005Z").key.ptr);
}

static void texts(void **state)
{
    static const char *const order[] = {
        "", "10", "9", "Z", "a", "a ", "aa", "b", "\x7f", "é", "日本", NULL};
    struct fixture *f = *state;
    const struct weir_incremental *of = options(f, "'cursor_type': 'text'");
    char *longest = weir_alloc(f->arena, 1026);

    check_ascending(f, of, order);
    memset(longest, 'x', 1025);
    longest[1024] = '\0';
    assert_int_equal(read_text(f, of, longest).text.len, 1024);
    longest[1024] = 'x';
    longest[1025] = '\0';
    check_bad_value(f, of, text(longest),
        weir_printf(f->arena, "'%.80s...' (text) is not a text of up to 1024 bytes", longest));
    check_bad_value(f, of, weir_text(WEIR_TEXT, (struct weir_str){"a\0b", 3}),
        "'a' (text) is not a text of up to 1024 bytes");
    check_bad_value(f, of, weir_int(1),
        "'1' (int) is not a text of up to 1024 bytes; for numbers set 'cursor_type' to integer, "
        "epoch or epoch_ms");
}

/* Of extractors that know the type: the text is made, and reads as the same value. */
static void typed_values(void **state)
{
    static const struct {
        const char *options;
        int64_t us;
        const char *text;
    } stamps[] = {
        {"'cursor_type': 'datetime'", 1714558830250000, "2024-05-01T10:20:30.250Z"},
        {"'cursor_type': 'datetime'", 1714558830000001, "2024-05-01T10:20:30.000001Z"},
        {"'cursor_type': 'datetime'", -1, "1969-12-31T23:59:59.999999Z"},
        {"'cursor_type': 'datetime'", 0, "1970-01-01T00:00:00Z"},
        {"'cursor_type': 'epoch'", 1714558830250000, "1714558830.250"},
        {"'cursor_type': 'epoch'", -500000, "-0.500"},
        {"'cursor_type': 'epoch_ms'", 1714558830250001, "1714558830250.001"},
        {"'cursor_type': 'epoch_ms'", 1714558830250000, "1714558830250"},
        {"'cursor_format': '%d.%m.%Y %T.%f'", 1714558830250000, "01.05.2024 10:20:30.250"},
        {"'cursor_format': '%d.%m.%Y %T'", 1714558830000000, "01.05.2024 10:20:30"},
    };
    struct fixture *f = *state;
    struct weir_value value = {.kind = WEIR_DATE};

    for (size_t i = 0; i < sizeof(stamps) / sizeof(stamps[0]); i++) {
        const struct weir_incremental *of = options(f, stamps[i].options);
        struct weir_value stamp = {.kind = WEIR_TIMESTAMP};
        struct weir_mark mark;

        stamp.integer = stamps[i].us;
        mark = read_value(f, of, stamp);
        assert_string_equal(mark.text.ptr, stamps[i].text);
        check_equal(f, of, stamps[i].text, mark.text.ptr);
        assert_string_equal(read_text(f, of, mark.text.ptr).key.ptr, mark.key.ptr);
    }
    value.integer = 19844;
    assert_string_equal(read_value(f, options(f, ""), value).text.ptr, "2024-05-01T00:00:00Z");
    assert_string_equal(
        read_value(f, options(f, "'cursor_type': 'date'"), value).text.ptr, "2024-05-01");
    assert_string_equal(
        read_value(f, options(f, "'cursor_type': 'epoch'"), value).text.ptr, "1714521600");
    value.kind = WEIR_TIMESTAMP;
    value.integer = 1714558830250000;
    check_bad_value(f, options(f, "'cursor_format': '%F %T'"), value,
        "'cursor_format: %F %T' leaves out a part of the value and makes '2024-05-01 10:20:30' of "
        "it; leave the option out, or let it have what is missing (%f for fractions)");
    check_bad_value(f, options(f, "'cursor_type': 'date'"), value,
        "'2024-05-01T10:20:30.250000Z' (timestamp) is not a date, such as 2024-05-01; for times "
        "set 'cursor_type: datetime'");
    value.integer = INT64_MAX;
    check_bad_value(f, options(f, ""), value,
        "'294247-01-10T04:00:54.775807Z' (timestamp) is not a time in ISO 8601, such as "
        "2024-05-01T10:00:00Z");
}

static void nulls(void **state)
{
    struct fixture *f = *state;
    struct weir_value null = weir_null();
    struct weir_error error = {0};
    struct weir_mark mark;

    assert_int_equal(weir_mark_read(options(f, ""), &null, f->arena, &mark, &error), WEIR_END);
    assert_false(weir_error_is_set(&error));
}

/* Random integers: the keys stand in their order, and the text of a typed one reads as itself. */
static void any_integers_are_in_order(void **state)
{
    struct fixture *f = *state;
    const struct weir_incremental *of = options(f, "'cursor_type': 'integer'");
    uint64_t seed = 1;

    for (int i = 0; i < 3000; i++) {
        int64_t a = (int64_t)next_random(&seed) >> (next_random(&seed) % 64);
        int64_t b = i % 3 ? a + (int64_t)(next_random(&seed) % 3) - 1
                          : (int64_t)next_random(&seed) >> (next_random(&seed) % 64);
        struct weir_mark left = read_value(f, of, weir_int(a));
        struct weir_mark right =
            read_text(f, of, weir_printf(f->arena, "%" PRId64 "%s", b, i % 2 ? "" : ".0"));

        check_order(&left, &right, (a > b) - (a < b));
        assert_string_equal(read_text(f, of, left.text.ptr).key.ptr, left.key.ptr);
    }
}

/* Random moments, written with a random offset and as all types: the same order, the same values. */
static void any_times_are_in_order(void **state)
{
    static const char *const types[] = {"'cursor_type': 'datetime'", "'cursor_type': 'epoch'",
        "'cursor_type': 'epoch_ms'", "'cursor_format': '%d.%m.%Y %I:%M:%S.%f %p %z'"};
    const int64_t range = INT64_C(253402300800) + INT64_C(62167219200);
    struct fixture *f = *state;
    const struct weir_incremental *iso = options(f, "");
    uint64_t seed = 2;

    for (int i = 0; i < 3000; i++) {
        const struct weir_incremental *of = options(f, types[i % 4]);
        struct weir_value a = {.kind = WEIR_TIMESTAMP};
        struct weir_value b = {.kind = WEIR_TIMESTAMP};
        struct weir_mark left, right;

        a.integer = (int64_t)(next_random(&seed) % (uint64_t)range) - INT64_C(62167219200);
        a.integer = a.integer * 1000000 + (int64_t)(next_random(&seed) % 1000000);
        b.integer = i % 3 ? a.integer + (int64_t)(next_random(&seed) % 3) - 1 : a.integer / 2;
        left = read_value(f, of, a);
        right = read_value(f, iso, b);
        check_order(&left, &right, (a.integer > b.integer) - (a.integer < b.integer));
        assert_string_equal(read_text(f, of, left.text.ptr).key.ptr, left.key.ptr);
    }
}

/* The C library's calendar agrees. */
static void days_are_those_of_the_calendar(void **state)
{
    struct fixture *f = *state;
    const struct weir_incremental *of = options(f, "'cursor_type': 'date'");
    uint64_t seed = 3;

    for (int i = 0; i < 2000; i++) {
        struct weir_value value = {.kind = WEIR_DATE};
        char expected[32];
        struct tm tm;
        time_t seconds;

        value.integer = (int64_t)(next_random(&seed) % 3600000) - 700000;
        seconds = (time_t)value.integer * 86400;
        if (value.integer > 2932896)
            continue;
        assert_non_null(gmtime_r(&seconds, &tm));
        snprintf(expected, sizeof(expected), "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1,
            tm.tm_mday);
        assert_string_equal(read_value(f, of, value).text.ptr, expected);
        assert_string_equal(read_text(f, of, expected).key.ptr, read_value(f, of, value).key.ptr);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(datetimes, setup, teardown),
        cmocka_unit_test_setup_teardown(dates, setup, teardown),
        cmocka_unit_test_setup_teardown(formats, setup, teardown),
        cmocka_unit_test_setup_teardown(integers, setup, teardown),
        cmocka_unit_test_setup_teardown(epochs, setup, teardown),
        cmocka_unit_test_setup_teardown(texts, setup, teardown),
        cmocka_unit_test_setup_teardown(typed_values, setup, teardown),
        cmocka_unit_test_setup_teardown(nulls, setup, teardown),
        cmocka_unit_test_setup_teardown(any_integers_are_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(any_times_are_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(days_are_those_of_the_calendar, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
