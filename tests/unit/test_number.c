/* Numbers of JSON keep every digit: seen through the reader, since number.c is inside of libweir. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "json_bodies.h"

static struct decoded decode_number(const char *number)
{
    char text[2000];
    int length = snprintf(text, sizeof(text), "[{\"n\":%s}]", number);

    return decode((struct weir_str){text, (size_t)length}, NULL);
}

static void assert_integer(const char *number, int64_t expected)
{
    struct decoded d = decode_number(number);

    assert_int_equal(d.status, WEIR_OK);
    assert_int_equal(cell(d.batch, 0, "n")->kind, WEIR_INT);
    assert_true(cell(d.batch, 0, "n")->integer == expected);
    weir_batch_free(d.batch);
}

static void assert_float(const char *number, double expected)
{
    struct decoded d = decode_number(number);

    assert_int_equal(d.status, WEIR_OK);
    assert_int_equal(cell(d.batch, 0, "n")->kind, WEIR_FLOAT);
    assert_memory_equal(&cell(d.batch, 0, "n")->real, &expected, sizeof(expected));
    weir_batch_free(d.batch);
}

static void assert_decimal(const char *number)
{
    struct decoded d = decode_number(number);

    assert_int_equal(d.status, WEIR_OK);
    assert_int_equal(cell(d.batch, 0, "n")->kind, WEIR_DECIMAL);
    assert_true(weir_str_is(weir_value_str(cell(d.batch, 0, "n")), number));
    weir_batch_free(d.batch);
}

static void integers_of_64_bits_are_integers(void **state)
{
    (void)state;
    assert_integer("0", 0);
    assert_integer("-0", 0);
    assert_integer("7", 7);
    assert_integer("-1234567890123456789", INT64_C(-1234567890123456789));
    assert_integer("9223372036854775807", INT64_MAX);
    assert_integer("-9223372036854775808", INT64_MIN);
}

static void longer_integers_are_decimals(void **state)
{
    (void)state;
    assert_decimal("9223372036854775808");
    assert_decimal("-9223372036854775809");
    assert_decimal("18446744073709551615");
    assert_decimal("18446744073709551616");
    assert_decimal("99999999999999999999");
    assert_decimal("100000000000000000000");
    assert_decimal("123456789012345678901234567890123456789012345678901234567890");
}

static void fractions_that_a_double_keeps_are_floats(void **state)
{
    (void)state;
    assert_float("0.1", 0.1);
    assert_float("-97.3330", -97.333);
    assert_float("1.0", 1.0);
    assert_float("-0.0", -0.0);
    assert_float("0e999", 0.0);
    assert_float("1e3", 1000);
    assert_float("1E+3", 1000);
    assert_float("12.5e-1", 1.25);
    assert_float("1e22", 1e22);
    assert_float("1e23", 1e23);
    assert_float("123456789012345e30", 123456789012345e30);
    assert_float("0.000001", 1e-6);
    assert_float("1.7976931348623157e308", 1.7976931348623157e308);
    assert_float("2.2250738585072014e-308", 2.2250738585072014e-308);
    assert_float("5e-324", 5e-324);
    assert_float("0.30000000000000004", 0.1 + 0.2);
}

static void digits_that_a_double_would_lose_are_decimals(void **state)
{
    (void)state;
    assert_decimal("0.1000000000000000055");
    assert_decimal("0.10000000000000001");
    assert_decimal("0.30000000000000002");
    assert_decimal("3.14159265358979323846");
    assert_decimal("9007199254740993.5");
    assert_decimal("9007199254740993.0");
    assert_decimal("1e400");
    assert_decimal("-1e400");
    assert_decimal("1e-400");
    assert_decimal("4.9e-324");
    assert_decimal("1e999999999999999999999999");
    assert_decimal("1e-999999999999999999999999");
    assert_decimal("1.00000000000000000000000000000000000001");
    assert_decimal("123456789012345678901234567890.5");
}

/* The digits of a text without signs, points, exponents and zeros at the ends, and where the
 * point is: two numbers are equal if both are. */
static void normalize(const char *text, char digits[64], long *ret_exponent)
{
    long exponent = 0;
    size_t n = 0;
    bool fraction = false;

    for (; *text && *text != 'e' && *text != 'E'; text++) {
        if (*text == '.')
            fraction = true;
        if (*text < '0' || *text > '9')
            continue;
        exponent -= fraction;
        if (n || *text != '0')
            digits[n++] = *text;
    }
    if (*text)
        exponent += strtol(text + 1, NULL, 10);
    while (n && digits[n - 1] == '0') {
        n--;
        exponent++;
    }
    digits[n] = '\0';
    *ret_exponent = n ? exponent : 0;
}

static void assert_keeps(const char *number)
{
    struct decoded d = decode_number(number);
    const struct weir_value *value = cell(d.batch, 0, "n");
    struct weir_str back = weir_value_format(value, d.batch->arena, false);
    char before[64];
    char after[64];
    long exponent_before;
    long exponent_after;

    assert_int_equal(d.status, WEIR_OK);
    normalize(number, before, &exponent_before);
    normalize(back.ptr, after, &exponent_after);
    assert_string_equal(before, after);
    assert_int_equal(exponent_before, exponent_after);
    /* And no decimal where a double would have done. */
    if (value->kind == WEIR_DECIMAL && strpbrk(number, ".eE")) {
        char shortest[64] = "inf";
        double real = strtod(number, NULL);

        for (int precision = 1; precision <= 17 && isfinite(real); precision++) {
            (void)snprintf(shortest, sizeof(shortest), "%.*e", precision - 1, real);
            if (strtod(shortest, NULL) == real)
                break;
        }
        normalize(shortest, after, &exponent_after);
        assert_true(strcmp(before, after) != 0 || exponent_before != exponent_after);
    }
    weir_batch_free(d.batch);
}

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static void random_numbers_keep_their_digits(void **state)
{
    uint64_t seed = 88172645463325252U;
    char number[64];

    (void)state;
    for (int i = 0; i < 20000; i++) {
        uint64_t digits = next_random(&seed) >> next_random(&seed) % 60;
        int exponent = (int)(next_random(&seed) % 660) - 340;
        uint64_t fraction = next_random(&seed) % 1000000;
        double real;

        switch (i % 4) {
        case 0:
            (void)snprintf(number, sizeof(number), "%" PRIu64 "e%d", digits, exponent);
            break;
        case 1:
            (void)snprintf(
                number, sizeof(number), "-%" PRIu64 ".%06" PRIu64, digits % 100000000, fraction);
            break;
        case 2:
            (void)snprintf(number, sizeof(number), "%" PRIu64 ".%" PRIu64, digits, fraction);
            break;
        default:
            memcpy(&real, &digits, sizeof(real));
            (void)snprintf(number, sizeof(number), "%.*e", 14 + (int)(fraction % 4),
                isfinite(real) ? real : 1.5);
            break;
        }
        assert_keeps(number);
    }
}

static void what_is_no_number_is_refused(void **state)
{
    static const char *const bad[] = {"01", "-", "-01", "+1", "1.", ".5", "1e", "1e+", "1.e1",
        "0x10", "1_000", "NaN", "Infinity", "-Infinity", "1,5", "--1", "1-", "0.1.2", "1e5.0", "1a",
        "12e5x", "\xef\xbc\x91", "1 2"};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct decoded d = decode_number(bad[i]);

        assert_int_equal(d.status, WEIR_FAIL);
        assert_string_equal(d.error.code, "E-JSON");
        weir_batch_free(d.batch);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_of_64_bits_are_integers),
        cmocka_unit_test(longer_integers_are_decimals),
        cmocka_unit_test(fractions_that_a_double_keeps_are_floats),
        cmocka_unit_test(digits_that_a_double_would_lose_are_decimals),
        cmocka_unit_test(random_numbers_keep_their_digits),
        cmocka_unit_test(what_is_no_number_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
