#include "numbers.h"

#include <weir/number.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WHOLE_DIGITS_MAX = 310 }; /* before the point of the largest double, with its sign */

static bool refuse(const char **ret_why, const char *why)
{
    *ret_why = why;
    return false;
}

/* Numbers stay as they are, and those that are digits as yet are read. */
static bool read_number(
    const struct weir_value *value, struct weir_value *ret_number, const char **ret_why)
{
    switch ((enum weir_kind)value->kind) {
    case WEIR_INT:
    case WEIR_FLOAT:
        *ret_number = *value;
        return true;
    case WEIR_DECIMAL:
        if (weir_number_parse(weir_value_str(value), ret_number))
            return true;
        *ret_number = *value;
        return true;
    case WEIR_TEXT:
        return weir_number_parse(weir_value_str(value), ret_number) ||
               refuse(ret_why, "is no number");
    default:
        return refuse(ret_why, "is no number");
    }
}

/* "6.0007e+18": a large double stands for its fewest digits with zeros behind them. */
static bool int_from_digits(double real, int64_t *ret_int)
{
    char text[WEIR_NUMBER_SIZE];
    bool negative = real < 0;
    bool behind_point = false;
    int64_t integer = 0;
    long zeros;
    const char *at;

    (void)weir_double_format(fabs(real), text);
    for (at = text; *at && *at != 'e'; at++)
        if (*at != '.' && __builtin_mul_overflow(integer, 10, &integer))
            return false;
        else if (*at != '.')
            integer += *at - '0';
    behind_point = strchr(text, '.') != NULL;
    zeros = strtol(*at ? at + 1 : "0", NULL, 10) - (behind_point ? at - text - 2 : 0);
    for (; zeros > 0; zeros--)
        if (__builtin_mul_overflow(integer, 10, &integer))
            return false;
    *ret_int = negative ? -integer : integer;
    return zeros == 0;
}

static bool int_from_float(double real, int64_t *ret_int)
{
    if (!isfinite(real) || real != trunc(real))
        return false;
    if (fabs(real) > (double)EXACT_MAX)
        return int_from_digits(real, ret_int);
    *ret_int = (int64_t)real;
    return true;
}

static bool is_in_range(enum type_kind kind, int64_t integer)
{
    if (kind == TYPE_INT2)
        return integer == (int16_t)integer;
    return kind != TYPE_INT4 || integer == (int32_t)integer;
}

static const char *out_of_range(enum type_kind kind)
{
    if (kind == TYPE_INT2)
        return "is out of the range of smallint";
    return kind == TYPE_INT4 ? "is out of the range of integer" : "is out of the range of bigint";
}

bool int_from_value(
    const struct type *type, const struct weir_value *value, int64_t *ret_int, const char **ret_why)
{
    struct weir_value number;

    if (value->kind == WEIR_INT)
        number = *value;
    else if (!read_number(value, &number, ret_why))
        return false;
    if (number.kind == WEIR_INT)
        *ret_int = number.integer;
    else if (number.kind == WEIR_FLOAT && number.real != trunc(number.real))
        return refuse(ret_why, "is no whole number");
    else if (number.kind != WEIR_FLOAT || !int_from_float(number.real, ret_int))
        return refuse(ret_why, out_of_range(type->kind));
    return is_in_range(type->kind, *ret_int) || refuse(ret_why, out_of_range(type->kind));
}

/* What a decimal may be beside digits, and how sources spell it. */
static bool read_special(struct weir_str s, double *ret_real)
{
    if (weir_str_is(s, "NaN") || weir_str_is(s, "nan"))
        *ret_real = (double)NAN;
    else if (weir_str_is(s, "Infinity") || weir_str_is(s, "inf"))
        *ret_real = (double)INFINITY;
    else if (weir_str_is(s, "-Infinity") || weir_str_is(s, "-inf"))
        *ret_real = -(double)INFINITY;
    else
        return false;
    return true;
}

static bool double_from_int(int64_t integer, double *ret_real)
{
    int64_t back;

    *ret_real = (double)integer;
    return int_from_float(*ret_real, &back) && back == integer;
}

/* A whole number beyond 64 bits is a decimal, though a double may have its digits: 2e19. */
static bool double_from_whole(struct weir_str s, double *ret_real)
{
    char text[WHOLE_DIGITS_MAX + 4];
    struct weir_value number;

    if (s.len > WHOLE_DIGITS_MAX)
        return false;
    memcpy(text, s.ptr, s.len);
    memcpy(text + s.len, "e0", 2);
    if (!weir_number_parse((struct weir_str){text, s.len + 2}, &number) ||
        number.kind != WEIR_FLOAT)
        return false;
    *ret_real = number.real;
    return true;
}

/* Has the nearest float of four bytes the same digits? */
static bool fits_float4(double real)
{
    char text[WEIR_NUMBER_SIZE];
    struct weir_value digits;
    float narrow;

    if (!isfinite(real))
        return true;
    if (fabs(real) > 3.5e38)
        return false;
    narrow = (float)real;
    if ((double)narrow == real)
        return isfinite(narrow);
    if (!weir_number_parse((struct weir_str){text, weir_float_format(narrow, text)}, &digits))
        return false;
    return real == (digits.kind == WEIR_INT ? (double)digits.integer : digits.real);
}

/* Among ints there is only one zero. */
static bool is_minus_zero(const struct weir_value *value)
{
    return value->kind != WEIR_INT && weir_str_is(weir_value_str(value), "-0");
}

bool float_from_value(
    const struct type *type, const struct weir_value *value, double *ret_real, const char **ret_why)
{
    struct weir_value number;

    if (!read_number(value, &number, ret_why))
        return false;
    if (number.kind == WEIR_FLOAT)
        *ret_real = number.real;
    else if (is_minus_zero(value))
        *ret_real = -0.0;
    else if (number.kind == WEIR_INT && !double_from_int(number.integer, ret_real))
        return refuse(ret_why, "has more digits than a double holds");
    else if (number.kind == WEIR_DECIMAL && !read_special(weir_value_str(&number), ret_real) &&
             !double_from_whole(weir_value_str(&number), ret_real))
        return refuse(ret_why, "has more digits than a double holds, or is out of its range");
    return type->kind != TYPE_FLOAT4 || fits_float4(*ret_real) ||
           refuse(ret_why, "has more digits than real holds, or is out of its range");
}

size_t int_format(int64_t integer, char out[INT_TEXT_SIZE])
{
    char digits[INT_TEXT_SIZE];
    char *at = digits + sizeof(digits);
    uint64_t rest = integer < 0 ? 0 - (uint64_t)integer : (uint64_t)integer;
    size_t n;

    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (integer < 0)
        *--at = '-';
    n = (size_t)(digits + sizeof(digits) - at);
    memcpy(out, at, n);
    return n;
}
