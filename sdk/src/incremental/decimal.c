#include "decimal.h"

#include <string.h>

enum {
    MOST_DIGITS = 30, /* more than any value has that is in range; ten to that fits */
    FAR_EXPONENT = 10000,
    TEXT_SIZE = 48,
};

/* Digits times a power of ten; the digits end in no zero. */
struct digits {
    wide value;
    int n;
    int exponent;
    bool is_long; /* they are more than count here */
};

static bool is_digit(const char *at, const char *end)
{
    return at < end && *at >= '0' && *at <= '9';
}

/* Zeros wait in the exponent until a digit follows that is none. */
static void add_digit(struct digits *digits, char c)
{
    if (c == '0') {
        digits->exponent += digits->exponent < FAR_EXPONENT;
        return;
    }
    for (; digits->exponent > 0 && digits->n <= MOST_DIGITS; digits->exponent--) {
        digits->value *= 10;
        digits->n += digits->value != 0;
    }
    digits->exponent = 0;
    if (digits->n >= MOST_DIGITS) {
        digits->is_long = true;
        return;
    }
    digits->value = digits->value * 10 + (c - '0');
    digits->n++;
}

static const char *read_exponent(const char *at, const char *end, int *ret_exponent)
{
    bool negative;
    int exponent = 0;

    at++;
    negative = at < end && *at == '-';
    at += at < end && (*at == '-' || *at == '+');
    if (!is_digit(at, end))
        return NULL;
    for (; is_digit(at, end); at++)
        exponent = exponent < FAR_EXPONENT ? exponent * 10 + (*at - '0') : exponent;
    *ret_exponent = negative ? -exponent : exponent;
    return at;
}

static const char *read_digits(const char *at, const char *end, struct digits *digits)
{
    while (is_digit(at, end))
        add_digit(digits, *at++);
    return at;
}

static bool scale_up(struct digits *digits, int power)
{
    if (digits->value == 0)
        return true;
    if (power < 0 || digits->n + power > MOST_DIGITS)
        return false;
    for (; power > 0; power--)
        digits->value *= 10;
    return true;
}

bool decimal_read(struct weir_str s, unsigned scale, wide *ret_value, unsigned *ret_digits)
{
    const char *end = s.ptr + s.len;
    bool negative = s.len > 0 && s.ptr[0] == '-';
    const char *begin = s.ptr + negative;
    const char *point;
    const char *at;
    struct digits digits = {0};
    int fraction = 0;
    int exponent = 0;

    point = at = read_digits(begin, end, &digits);
    if (at == begin)
        return false;
    if (at < end && *at == '.') {
        at = read_digits(at + 1, end, &digits);
        if (at == point + 1 || at - point > FAR_EXPONENT)
            return false;
        fraction = (int)(at - point) - 1;
    }
    if (at < end && (*at == 'e' || *at == 'E'))
        at = read_exponent(at, end, &exponent);
    if (at != end || digits.is_long)
        return false;
    if (!scale_up(&digits, digits.exponent - fraction + exponent + (int)scale))
        return false;
    *ret_value = negative ? -digits.value : digits.value;
    fraction -= exponent;
    *ret_digits = fraction > 0 ? (unsigned)fraction : 0;
    return true;
}

/* Backwards, from the last digit. */
static char *write_backwards(char *at, wide value, unsigned n)
{
    while (value > 0 || n > 0) {
        *--at = (char)('0' + (int)(value % 10));
        value /= 10;
        n -= n > 0;
    }
    return at;
}

struct weir_str decimal_write(struct weir_arena *arena, wide value, unsigned scale, unsigned digits)
{
    char text[TEXT_SIZE];
    char *end = text + sizeof(text);
    char *at = end;
    bool negative;
    wide unit = 1;

    if (digits > scale)
        digits = scale;
    for (unsigned i = 0; i < digits; i++)
        unit *= 10;
    for (; scale > digits; scale--)
        value = wide_floor(value, 10);
    negative = value < 0;
    if (negative)
        value = -value;
    if (digits > 0) {
        at = write_backwards(at, value % unit, digits);
        *--at = '.';
    }
    at = write_backwards(at, value / unit, 1);
    if (negative)
        *--at = '-';
    return weir_copy(arena, (struct weir_str){at, (size_t)(end - at)});
}
