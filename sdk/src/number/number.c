#include "number.h"

#include <math.h>

#include "double.h"

enum {
    /* So many digits always fit in 64 bits without a sign. */
    FITTING_DIGITS = 19,
    /* Any decimal of so many digits survives the way to a double and back ... */
    SAFE_DIGITS = 15,
    /* ... well inside of the range of normal doubles. */
    SAFE_EXPONENT = 280,
    /* No double needs more to be told from its neighbours. */
    MOST_DIGITS = 17,
    /* Beyond any double, small enough to reckon with. */
    FAR_EXPONENT = 1000000,
    /* Powers of ten that a double holds exactly, and integers too. */
    EXACT_POWER = 22,
};

static const uint64_t EXACT_INTEGERS = (uint64_t)1 << 53;

/* The parts of a number: from begin to fraction integer digits, then the fraction with its
 * point, then the exponent with its letter. */
struct parts {
    const char *begin;
    const char *fraction;
    const char *exponent;
    const char *end;
    bool negative;
};

/* A value as digits times a power of ten; no zero at either end of the digits. */
struct decimal {
    uint64_t digits; /* the first FITTING_DIGITS of them */
    int n_digits;
    int64_t exponent;
    bool cut; /* there were more */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *skip_digits(const char *at, const char *end)
{
    while (at < end && is_digit(*at))
        at++;
    return at;
}

static bool split(struct weir_str s, struct parts *ret_parts)
{
    const char *end = s.ptr + s.len;
    const char *at = s.ptr;
    struct parts parts = {.end = end};

    parts.negative = at < end && *at == '-';
    at += parts.negative;
    parts.begin = at;
    at = skip_digits(at, end);
    if (at == parts.begin || (*parts.begin == '0' && at - parts.begin > 1))
        return false;
    parts.fraction = at;
    if (at < end && *at == '.') {
        at = skip_digits(at + 1, end);
        if (at == parts.fraction + 1)
            return false;
    }
    parts.exponent = at;
    if (at < end && (*at == 'e' || *at == 'E')) {
        const char *digits;

        at++;
        at += at < end && (*at == '+' || *at == '-');
        digits = at;
        at = skip_digits(at, end);
        if (at == digits)
            return false;
    }
    *ret_parts = parts;
    return at == end;
}

bool number_is_valid(struct weir_str s)
{
    struct parts parts;

    return split(s, &parts);
}

static int64_t read_exponent(const struct parts *parts)
{
    const char *at = parts->exponent;
    int64_t exponent = 0;
    bool negative;

    if (at == parts->end)
        return 0;
    at++;
    negative = *at == '-';
    at += *at == '-' || *at == '+';
    for (; at < parts->end && exponent < FAR_EXPONENT; at++)
        exponent = exponent * 10 + (*at - '0');
    return negative ? -exponent : exponent;
}

static void add_digits(struct decimal *decimal, const char *at, const char *end)
{
    for (; at < end; at++) {
        if (decimal->n_digits == FITTING_DIGITS) {
            decimal->cut = decimal->cut || *at != '0';
            decimal->exponent++;
        } else if (decimal->n_digits > 0 || *at != '0') {
            decimal->digits = decimal->digits * 10 + (uint64_t)(*at - '0');
            decimal->n_digits++;
        }
    }
}

static struct decimal to_decimal(const struct parts *parts)
{
    struct decimal decimal = {0};

    add_digits(&decimal, parts->begin, parts->fraction);
    if (parts->fraction < parts->exponent) {
        add_digits(&decimal, parts->fraction + 1, parts->exponent);
        decimal.exponent -= parts->exponent - parts->fraction - 1;
    }
    decimal.exponent += read_exponent(parts);
    while (decimal.n_digits > 0 && decimal.digits % 10 == 0) {
        decimal.digits /= 10;
        decimal.n_digits--;
        decimal.exponent++;
    }
    return decimal;
}

/* By one exact operation where digits and power are exact; else the long way. */
static double to_double(struct weir_str s, bool negative, const struct decimal *decimal)
{
    static const double powers[EXACT_POWER + 1] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9,
        1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    double real = (double)decimal->digits;

    if (decimal->digits == 0)
        return negative ? -0.0 : 0.0;
    if (decimal->cut || decimal->digits > EXACT_INTEGERS || decimal->exponent > EXACT_POWER ||
        decimal->exponent < -EXACT_POWER)
        return double_parse(s.ptr, s.len);
    if (decimal->exponent < 0)
        real /= powers[-decimal->exponent];
    else
        real *= powers[decimal->exponent];
    return negative ? -real : real;
}

/* Whether the fewest digits for this double are the source's. */
static bool keeps_digits(double real, const struct decimal *source)
{
    char text[DOUBLE_TEXT_SIZE];
    struct parts parts;
    struct decimal shortest;

    if (source->n_digits == 0)
        return true;
    if (source->cut || source->n_digits > MOST_DIGITS || !isfinite(real))
        return false;
    if (source->n_digits <= SAFE_DIGITS && source->exponent < SAFE_EXPONENT &&
        source->exponent > -SAFE_EXPONENT)
        return true;
    if (!split((struct weir_str){text, double_format(real, text)}, &parts))
        return false;
    shortest = to_decimal(&parts);
    return shortest.digits == source->digits && shortest.exponent == source->exponent;
}

static bool parse_integer(struct weir_str s, const struct parts *parts, struct weir_value *ret)
{
    uint64_t magnitude = 0;
    uint64_t most = (uint64_t)INT64_MAX + parts->negative;

    if (parts->fraction - parts->begin <= FITTING_DIGITS) {
        for (const char *at = parts->begin; at < parts->fraction; at++)
            magnitude = magnitude * 10 + (uint64_t)(*at - '0');
        if (magnitude <= most) {
            /* Negated without a sign first, as the least number has no positive twin. */
            *ret = weir_int((int64_t)(parts->negative ? 0 - magnitude : magnitude));
            return true;
        }
    }
    *ret = weir_text(WEIR_DECIMAL, s);
    return true;
}

bool number_parse(struct weir_str s, struct weir_value *ret_value)
{
    struct parts parts;
    struct decimal decimal;
    double real;

    if (!split(s, &parts))
        return false;
    if (parts.fraction == parts.end)
        return parse_integer(s, &parts, ret_value);
    decimal = to_decimal(&parts);
    real = to_double(s, parts.negative, &decimal);
    *ret_value = keeps_digits(real, &decimal) ? weir_float(real) : weir_text(WEIR_DECIMAL, s);
    return true;
}
