/* Whole numbers, sizes and durations as people write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <weir/option.h>

static void good_ints(void **state)
{
    static const struct {
        const char *text;
        int64_t value;
    } cases[] = {
        {"0", 0},
        {"-0", 0},
        {"42", 42},
        {"-1", -1},
        {"9223372036854775807", INT64_MAX},
        {"-9223372036854775808", INT64_MIN},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t value = 77;

        assert_true(weir_parse_int(cases[i].text, &value));
        assert_true(value == cases[i].value);
    }
}

static void bad_ints(void **state)
{
    static const char *const cases[] = {"", "-", "+1", " 1", "1 ", "1.0", "1e9", "0x10", "010",
        "eight", "1_000", "--1", "9223372036854775808", "-9223372036854775809",
        "18446744073709551616", "99999999999999999999999999"};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t value;

        if (weir_parse_int(cases[i], &value))
            fail_msg("'%s' was taken as %lld", cases[i], (long long)value);
    }
}

static void good_durations(void **state)
{
    static const struct {
        const char *text;
        uint64_t ms;
    } cases[] = {
        {"500ms", 500},
        {"30s", 30000},
        {"5m", 300000},
        {"2h", 7200000},
        {"7d", 604800000},
        {"0s", 0},
        {"18446744073709551615ms", UINT64_MAX},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t ms = 77;

        assert_true(weir_parse_duration(cases[i].text, &ms));
        assert_true(ms == cases[i].ms);
    }
}

static void bad_durations(void **state)
{
    static const char *const cases[] = {"", "30", "s", "-5s", "5 s", "1.5h", "1h30m", "5S", "5min",
        "05s", "18446744073709551616ms", "18446744073709551615s"};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t ms;

        if (weir_parse_duration(cases[i], &ms))
            fail_msg("'%s' was taken", cases[i]);
    }
}

static void good_sizes(void **state)
{
    static const struct {
        const char *text;
        uint64_t bytes;
    } cases[] = {
        {"0", 0},
        {"512", 512},
        {"512B", 512},
        {"64KiB", 65536},
        {"8MiB", 8388608},
        {"1GiB", 1073741824},
        {"2TiB", UINT64_C(2199023255552)},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t bytes = 77;

        assert_true(weir_parse_size(cases[i].text, &bytes));
        assert_true(bytes == cases[i].bytes);
    }
}

static void bad_sizes(void **state)
{
    static const char *const cases[] = {"", "KiB", "64KB", "64k", "64 KiB", "-1", "1.5MiB", "64kib",
        "16777216TiB", "18446744073709551616"};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t bytes;

        if (weir_parse_size(cases[i], &bytes))
            fail_msg("'%s' was taken", cases[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_ints),
        cmocka_unit_test(bad_ints),
        cmocka_unit_test(good_durations),
        cmocka_unit_test(bad_durations),
        cmocka_unit_test(good_sizes),
        cmocka_unit_test(bad_sizes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
