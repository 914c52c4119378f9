/*
 * What a numeric column of SQLite (NUMERIC, DECIMAL, DATE, BOOLEAN, ... outside
 * of STRICT tables) does to a text: if it looks like a number it is made one,
 * and 007 or 1.50 come out as other texts.
 */
#include "fit.h"

enum {
    INTEGER_DIGITS = 18, /* an int64 holds every number of so many */
    REAL_DIGITS = 15,    /* and a double so many */
};

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t skip_spaces(struct weir_str s, size_t at)
{
    while (at < s.len && is_space(s.ptr[at]))
        at++;
    return at;
}

static size_t skip_digits(struct weir_str s, size_t at)
{
    while (at < s.len && is_digit(s.ptr[at]))
        at++;
    return at;
}

static size_t skip_sign(struct weir_str s, size_t at)
{
    return at < s.len && (s.ptr[at] == '-' || s.ptr[at] == '+') ? at + 1 : at;
}

/* Would SQLite take the text for a number? Blanks, sign, digits with a point, exponent, blanks. */
static bool is_number(struct weir_str s)
{
    size_t begin = skip_sign(s, skip_spaces(s, 0));
    size_t at = skip_digits(s, begin);
    size_t n_digits = at - begin;

    if (at < s.len && s.ptr[at] == '.') {
        size_t point = at + 1;

        at = skip_digits(s, point);
        n_digits += at - point;
    }
    if (n_digits == 0)
        return false;
    if (at < s.len && (s.ptr[at] == 'e' || s.ptr[at] == 'E')) {
        size_t power = skip_sign(s, at + 1);

        at = skip_digits(s, power);
        if (at == power)
            return false;
    }
    return skip_spaces(s, at) == s.len;
}

/* The one way to write a number that leaves nothing to lose: no plus, no idle zeros, few digits. */
static bool is_plain_number(struct weir_str s)
{
    size_t begin = s.len && s.ptr[0] == '-' ? 1 : 0;
    size_t point = skip_digits(s, begin);
    bool is_zero = point - begin == 1 && s.ptr[begin] == '0';
    size_t end;

    if (point == begin || (s.ptr[begin] == '0' && !is_zero))
        return false;
    if (point == s.len)
        return point - begin <= INTEGER_DIGITS && !(is_zero && begin == 1);
    if (s.ptr[point] != '.')
        return false;
    end = skip_digits(s, point + 1);
    return end == s.len && end > point + 1 && s.ptr[end - 1] != '0' &&
           end - begin - 1 <= REAL_DIGITS;
}

bool numeric_keeps(struct weir_str text)
{
    return !is_number(text) || is_plain_number(text);
}
