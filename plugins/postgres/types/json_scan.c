#include "json_scan.h"

#include <stdint.h>
#include <string.h>

/* The four digits behind \u, or -1. */
static int32_t read_unit(const char *at, const char *end)
{
    int32_t unit = 0;

    if (end - at < 6 || at[0] != '\\' || at[1] != 'u')
        return -1;
    for (int i = 2; i < 6; i++) {
        int digit = weir_hex_digit(at[i]);

        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

static bool is_high(int32_t unit)
{
    return unit >= 0xd800 && unit < 0xdc00;
}

static bool is_low(int32_t unit)
{
    return unit >= 0xdc00 && unit < 0xe000;
}

/* How long the escape at `at` is; 0: it is none. */
static size_t check_escape(const char *at, const char *end, struct json_string *string)
{
    int32_t unit;

    string->has_escape = true;
    if (end - at >= 2 && at[1] != 'u')
        return at[1] && strchr("\"\\/bfnrt", at[1]) ? 2 : 0;
    unit = read_unit(at, end);
    if (unit < 0)
        return 0;
    string->has_nul = string->has_nul || unit == 0;
    if (is_high(unit) && is_low(read_unit(at + 6, end)))
        return 12;
    string->has_half = string->has_half || is_high(unit) || is_low(unit);
    return 6;
}

bool json_take_string(struct json_scan *scan, struct json_string *ret_string)
{
    const char *at = scan->at;

    *ret_string = (struct json_string){.has_escape = false};
    if (at == scan->end || *at != '"')
        return false;
    at++;
    for (;;) {
        size_t n;

        at = json_skip_plain(at, scan->end);
        if (at == scan->end || *at != '\\')
            break;
        n = check_escape(at, scan->end, ret_string);
        if (n == 0)
            return false;
        at += n;
    }
    if (at == scan->end || *at != '"')
        return false;
    ret_string->raw = (struct weir_str){scan->at + 1, (size_t)(at - scan->at - 1)};
    scan->at = at + 1;
    return true;
}

/* Digits, of which there is one at least; NULL where there is none. */
static const char *skip_digits(const char *at, const char *end)
{
    const char *begin = at;

    while (at < end && *at >= '0' && *at <= '9')
        at++;
    return at > begin ? at : NULL;
}

bool json_take_number(struct json_scan *scan, struct weir_str *ret_number)
{
    const char *begin = scan->at;
    const char *end = scan->end;
    const char *digits = begin + (begin < end && *begin == '-');
    const char *at = skip_digits(digits, end);

    if (!at || (*digits == '0' && at > digits + 1))
        return false;
    if (at < end && *at == '.')
        at = skip_digits(at + 1, end);
    if (at && at < end && (*at == 'e' || *at == 'E')) {
        at++;
        at = skip_digits(at + (at < end && (*at == '-' || *at == '+')), end);
    }
    if (!at)
        return false;
    *ret_number = (struct weir_str){begin, (size_t)(at - begin)};
    scan->at = at;
    return true;
}

/* The character of the escape at *at, which moves behind it. */
static uint32_t take_escape(const char **at, const char *end)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    int32_t unit = read_unit(*at, end);
    int32_t low;

    if (unit < 0) {
        const char *letter = strchr(letters, (*at)[1]);

        *at += 2;
        return letter ? (uint32_t)meanings[letter - letters] : '?';
    }
    *at += 6;
    low = is_high(unit) ? read_unit(*at, end) : -1;
    if (!is_low(low))
        return (uint32_t)unit;
    *at += 6;
    return 0x10000 + ((uint32_t)(unit - 0xd800) << 10) + (uint32_t)(low - 0xdc00);
}

size_t json_unescape(struct weir_str raw, char *out)
{
    const char *at = raw.ptr;
    const char *end = raw.ptr + raw.len;
    char *begin = out;

    while (at < end) {
        if (*at == '\\')
            out = weir_put_utf8(out, take_escape(&at, end));
        else
            *out++ = *at++;
    }
    return (size_t)(out - begin);
}
