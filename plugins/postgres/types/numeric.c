#include "numeric.h"

#include "known.h"
#include "numbers.h"
#include "put.h"

#include <math.h>

enum {
    WHOLE_MAX = 131072, /* digits before the point */
    SCALE_MAX = 16383,  /* and behind it */
    GROUP_DIGITS = 4,   /* the binary form counts in ten thousands */
    GROUPS_MAX = 3000,  /* that the server takes in binary form */
    GROUPS_OF_INT = 5,  /* that 64 bits need */
    EXPONENT_MAX = 1000000,
    HEADER_SIZE = 8,
};

/* --- reading ---------------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static struct weir_str take_digits(struct weir_str s, size_t *at)
{
    size_t begin = *at;

    while (*at < s.len && is_digit(s.ptr[*at]))
        ++*at;
    return (struct weir_str){s.ptr + begin, *at - begin};
}

/* "e-12", or nothing. */
static bool take_exponent(struct weir_str s, size_t *at, int64_t *ret_exponent)
{
    struct weir_str digits;
    bool negative;

    *ret_exponent = 0;
    if (*at == s.len || (s.ptr[*at] != 'e' && s.ptr[*at] != 'E'))
        return true;
    ++*at;
    negative = *at < s.len && s.ptr[*at] == '-';
    if (*at < s.len && (s.ptr[*at] == '-' || s.ptr[*at] == '+'))
        ++*at;
    digits = take_digits(s, at);
    for (size_t i = 0; i < digits.len && *ret_exponent < EXPONENT_MAX; i++)
        *ret_exponent = *ret_exponent * 10 + (digits.ptr[i] - '0');
    if (negative)
        *ret_exponent = -*ret_exponent;
    return digits.len > 0;
}

static char digit_at(const struct numeric *numeric, int64_t i)
{
    size_t at = (size_t)i;

    return at < numeric->whole.len ? numeric->whole.ptr[at]
                                   : numeric->fraction.ptr[at - numeric->whole.len];
}

static int64_t count_digits(const struct numeric *numeric)
{
    return (int64_t)(numeric->whole.len + numeric->fraction.len);
}

static void find_borders(struct numeric *numeric)
{
    int64_t n = count_digits(numeric);

    numeric->first = 0;
    while (numeric->first < n && digit_at(numeric, numeric->first) == '0')
        numeric->first++;
    numeric->last = n - 1;
    while (numeric->last >= numeric->first && digit_at(numeric, numeric->last) == '0')
        numeric->last--;
}

bool numeric_parse(struct weir_str s, struct numeric *ret_numeric)
{
    size_t at = s.len && s.ptr[0] == '-' ? 1 : 0;
    int64_t exponent;

    ret_numeric->point = ret_numeric->first = 0;
    ret_numeric->last = -1;
    ret_numeric->sign = at ? NUMERIC_NEGATIVE : NUMERIC_POSITIVE;
    ret_numeric->whole = take_digits(s, &at);
    ret_numeric->fraction = (struct weir_str){s.ptr + at, 0};
    if (ret_numeric->whole.len == 0 ||
        (ret_numeric->whole.len > 1 && ret_numeric->whole.ptr[0] == '0'))
        return false;
    if (at < s.len && s.ptr[at] == '.') {
        at++;
        ret_numeric->fraction = take_digits(s, &at);
        if (ret_numeric->fraction.len == 0)
            return false;
    }
    if (!take_exponent(s, &at, &exponent))
        return false;
    ret_numeric->point = (int64_t)ret_numeric->whole.len + exponent;
    find_borders(ret_numeric);
    return at == s.len;
}

/* --- limits ----------------------------------------------------------------------------- */

static bool refuse(const char **ret_why, const char *why)
{
    *ret_why = why;
    return false;
}

static bool is_zero(const struct numeric *numeric)
{
    return numeric->last < numeric->first;
}

/* Digits behind the point, zeros at the end included. */
static int64_t scale_of(const struct numeric *numeric)
{
    int64_t scale = count_digits(numeric) - numeric->point;

    return scale > 0 ? scale : 0;
}

/* The ten thousands that the digit i belongs to; 0 are those right before the point. */
static int64_t group_of(const struct numeric *numeric, int64_t i)
{
    int64_t power = numeric->point - 1 - i;

    return power >= 0 ? power / GROUP_DIGITS : -((-power + GROUP_DIGITS - 1) / GROUP_DIGITS);
}

static int64_t count_groups(const struct numeric *numeric)
{
    if (is_zero(numeric))
        return 0;
    return group_of(numeric, numeric->first) - group_of(numeric, numeric->last) + 1;
}

/* Of numeric(10,2): 10 digits in all, 2 of them behind the point; there may be fewer than none. */
static bool fits_modifier(const struct numeric *numeric, int32_t modifier, const char **ret_why)
{
    int precision = (modifier - MODIFIER_HEADER) >> 16 & 0xffff;
    int scale = (((modifier - MODIFIER_HEADER) & 0x7ff) ^ 1024) - 1024;

    if (numeric->sign == NUMERIC_INFINITY || numeric->sign == NUMERIC_MINUS_INFINITY)
        return refuse(ret_why, "is infinite, which a column with a number of digits cannot hold");
    if (numeric->sign == NUMERIC_NAN || is_zero(numeric))
        return true;
    if (numeric->last + 1 - numeric->point > scale)
        return refuse(ret_why, "has more digits behind the point than the column keeps");
    if (numeric->point - numeric->first > precision - scale)
        return refuse(ret_why, "has more digits before the point than the column holds");
    return true;
}

static bool is_special(const struct numeric *numeric)
{
    return numeric->sign != NUMERIC_POSITIVE && numeric->sign != NUMERIC_NEGATIVE;
}

bool numeric_fits(const struct numeric *numeric, int32_t modifier, const char **ret_why)
{
    if (!is_special(numeric)) {
        if (scale_of(numeric) > SCALE_MAX)
            return refuse(ret_why, "has more digits behind the point than numeric can have");
        if (!is_zero(numeric) && numeric->point - numeric->first > WHOLE_MAX)
            return refuse(ret_why, "has more digits before the point than numeric can have");
        if (numeric->point > EXPONENT_MAX / 2)
            return refuse(ret_why, "has a larger exponent than numeric can have");
    }
    return modifier < 0 || fits_modifier(numeric, modifier, ret_why);
}

/* --- values ----------------------------------------------------------------------------- */

/* Returns false for a text that says none of them. */
static bool read_special(struct weir_str s, struct numeric *numeric)
{
    if (weir_str_is(s, "NaN") || weir_str_is(s, "nan"))
        numeric->sign = NUMERIC_NAN;
    else if (weir_str_is(s, "Infinity") || weir_str_is(s, "inf"))
        numeric->sign = NUMERIC_INFINITY;
    else if (weir_str_is(s, "-Infinity") || weir_str_is(s, "-inf"))
        numeric->sign = NUMERIC_MINUS_INFINITY;
    else
        return false;
    return true;
}

/* The digits of an int or a float, in the memory of `numeric`. */
static struct weir_str digits_of(const struct weir_value *value, struct numeric *numeric)
{
    if (value->kind == WEIR_INT)
        return (struct weir_str){numeric->text, int_format(value->integer, numeric->text)};
    if (value->kind == WEIR_FLOAT)
        return (struct weir_str){numeric->text, weir_double_format(value->real, numeric->text)};
    return weir_value_str(value);
}

bool numeric_from_value(const struct type *type, const struct weir_value *value,
    struct numeric *numeric, const char **ret_why)
{
    struct weir_str s;

    if (value->kind != WEIR_INT && value->kind != WEIR_FLOAT && value->kind != WEIR_DECIMAL &&
        value->kind != WEIR_TEXT)
        return refuse(ret_why, "is no number");
    s = digits_of(value, numeric);
    if (!numeric_parse(s, numeric) && (value->kind == WEIR_TEXT || !read_special(s, numeric)))
        return refuse(ret_why, "is no number");
    if (!is_special(numeric) && count_groups(numeric) > GROUPS_MAX)
        return refuse(ret_why, "has more than 12000 digits");
    return numeric_fits(numeric, type->modifier, ret_why);
}

/* --- the binary form -------------------------------------------------------------------- */

static char *put_header(
    char *at, uint32_t n_groups, int64_t weight, enum numeric_sign sign, uint32_t scale)
{
    at = put_32(at, HEADER_SIZE + 2 * n_groups);
    at = put_16(at, (uint16_t)n_groups);
    at = put_16(at, (uint16_t)(int16_t)weight);
    at = put_16(at, (uint16_t)sign);
    return put_16(at, (uint16_t)scale);
}

static char *put_groups(char *at, const struct numeric *numeric, uint32_t n_groups)
{
    int64_t n = count_digits(numeric);
    /* Of the first group, the place of its first digit, which may be before all that there are. */
    int64_t i = numeric->point - (group_of(numeric, numeric->first) + 1) * GROUP_DIGITS;

    for (uint32_t g = 0; g < n_groups; g++) {
        unsigned group = 0;

        for (int k = 0; k < GROUP_DIGITS; k++, i++)
            group = group * 10 + (i >= 0 && i < n ? (unsigned)(digit_at(numeric, i) - '0') : 0);
        at = put_16(at, (uint16_t)group);
    }
    return at;
}

void numeric_encode(struct weir_buf *out, const struct numeric *numeric)
{
    uint32_t n_groups = is_special(numeric) ? 0 : (uint32_t)count_groups(numeric);
    char *at = put_begin(out, 4 + HEADER_SIZE + 2 * (size_t)n_groups);

    if (is_special(numeric)) {
        at = put_header(at, 0, 0, numeric->sign, 0);
    } else if (n_groups == 0) {
        at = put_header(at, 0, 0, NUMERIC_POSITIVE, (uint32_t)scale_of(numeric));
    } else {
        at = put_header(at, n_groups, group_of(numeric, numeric->first), numeric->sign,
            (uint32_t)scale_of(numeric));
        at = put_groups(at, numeric, n_groups);
    }
    put_end(out, at);
}

void numeric_encode_int(struct weir_buf *out, int64_t integer)
{
    uint64_t rest = integer < 0 ? 0 - (uint64_t)integer : (uint64_t)integer;
    uint16_t groups[GROUPS_OF_INT];
    uint32_t n = 0;
    uint32_t zeros = 0;
    char *at = put_begin(out, 4 + HEADER_SIZE + sizeof(groups));

    for (; rest; rest /= 10000)
        groups[n++] = (uint16_t)(rest % 10000);
    while (zeros < n && groups[zeros] == 0)
        zeros++;
    at = put_header(at, n - zeros, n ? (int64_t)n - 1 : 0,
        integer < 0 ? NUMERIC_NEGATIVE : NUMERIC_POSITIVE, 0);
    while (n > zeros)
        at = put_16(at, groups[--n]);
    put_end(out, at);
}
