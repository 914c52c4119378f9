/*
 * Whether a JSON text can be stored. The type json keeps any as it is; jsonb takes
 * it apart, and cannot hold a NUL, half of a character or a number that numeric
 * cannot. Of a key that an object has twice, jsonb keeps the last, as readers of
 * JSON do.
 */
#include "json_scan.h"

#include <stdint.h>
#include <string.h>

#include <weir/json.h>

#include "numeric.h"

enum { SHORT_NUMBER = 1000 };

struct check {
    bool is_jsonb;
    const char *why; /* it does not fit: that it is no JSON, unless more is to be said */
    size_t depth;
    char closes[WEIR_JSON_MAX_DEPTH]; /* what ends each container that is open */
};

/* Each function that checks what is before `end` returns where it has come to, or NULL. */
static const char *refuse(struct check *check, const char *why)
{
    check->why = why;
    return NULL;
}

static inline bool is_at(const char *at, const char *end, char c)
{
    return at < end && *at == c;
}

static const char *skip_blanks(const char *at, const char *end)
{
    struct json_scan scan = {at, end};

    json_skip_blanks(&scan);
    return scan.at;
}

/* To the character if blanks alone are before it; most texts have none. */
static inline const char *find(const char *at, const char *end, char c)
{
    return is_at(at, end, c) ? at : skip_blanks(at, end);
}

/* --- scalars ---------------------------------------------------------------------------- */

static const char *check_escaped(struct check *check, const char *at, const char *end)
{
    struct json_scan scan = {at, end};
    struct json_string string;

    if (!json_take_string(&scan, &string))
        return NULL;
    if (check->is_jsonb && string.has_nul)
        return refuse(check, "holds \\u0000, which jsonb cannot store");
    if (check->is_jsonb && string.has_half)
        return refuse(check, "holds half of a surrogate pair, which jsonb cannot store");
    return scan.at;
}

/* Most strings hold no escape, so that there is nothing to say of them. */
static inline const char *check_string(struct check *check, const char *at, const char *end)
{
    const char *behind;

    if (!is_at(at, end, '"'))
        return NULL;
    behind = json_skip_plain(at + 1, end);
    return is_at(behind, end, '"') ? behind + 1 : check_escaped(check, at, end);
}

static bool has_exponent(struct weir_str number)
{
    return memchr(number.ptr, 'e', number.len) || memchr(number.ptr, 'E', number.len);
}

static const char *check_long_number(struct check *check, const char *at, const char *end)
{
    struct json_scan scan = {at, end};
    struct numeric numeric;
    struct weir_str number;
    const char *why;

    if (!json_take_number(&scan, &number))
        return NULL;
    /* A number without an exponent is too large or too fine only with as many digits. */
    if (check->is_jsonb && (number.len > SHORT_NUMBER || has_exponent(number)) &&
        numeric_parse(number, &numeric) && !numeric_fits(&numeric, -1, &why))
        return refuse(check, "holds a number with more digits than jsonb can store");
    return scan.at;
}

static inline bool is_digit(const char *at, const char *end)
{
    return at < end && *at >= '0' && *at <= '9';
}

/* Most numbers are a few digits and nothing else. */
static inline const char *check_number(struct check *check, const char *at, const char *end)
{
    const char *behind = at;

    while (is_digit(behind, end))
        behind++;
    if (behind == at || behind == end || behind - at > SHORT_NUMBER || *behind == '.' ||
        *behind == 'e' || *behind == 'E' || (*at == '0' && behind - at > 1))
        return check_long_number(check, at, end);
    return behind;
}

static inline const char *take_word(const char *at, const char *end, const char *word)
{
    struct json_scan scan = {at, end};

    return json_take_word(&scan, word) ? scan.at : NULL;
}

static inline const char *check_scalar(struct check *check, const char *at, const char *end)
{
    switch (*at) {
    case '"':
        return check_string(check, at, end);
    case 'n':
        return take_word(at, end, "null");
    case 't':
        return take_word(at, end, "true");
    case 'f':
        return take_word(at, end, "false");
    default:
        return check_number(check, at, end);
    }
}

/* --- containers ------------------------------------------------------------------------- */

static inline const char *open(struct check *check, const char *at, char closes)
{
    if (check->depth == WEIR_JSON_MAX_DEPTH)
        return refuse(check, "is nested too deeply");
    check->closes[check->depth++] = closes;
    return at;
}

static inline const char *check_key(struct check *check, const char *at, const char *end)
{
    at = check_string(check, find(at, end, '"'), end);
    if (!at)
        return NULL;
    at = find(at, end, ':');
    return is_at(at, end, ':') ? at + 1 : NULL;
}

/* Behind a value: closes what ends there, up to where another one follows. */
static inline const char *leave(struct check *check, const char *at, const char *end)
{
    for (; check->depth > 0; check->depth--) {
        char closes = check->closes[check->depth - 1];

        if (!is_at(at, end, closes))
            at = find(at, end, ',');
        if (is_at(at, end, ','))
            return at + 1;
        if (!is_at(at, end, closes))
            return NULL;
        at++;
    }
    return at;
}

/* To where the next value begins, or behind the last one. */
static inline const char *check_value(struct check *check, const char *at, const char *end)
{
    if (at < end && (unsigned char)*at <= ' ')
        at = skip_blanks(at, end);
    if (at == end)
        return NULL;
    if (*at == '{' || *at == '[') {
        char closes = *at == '{' ? '}' : ']';

        at = find(at + 1, end, closes);
        if (!is_at(at, end, closes))
            return open(check, at, closes);
        at++;
    } else {
        at = check_scalar(check, at, end);
    }
    return at ? leave(check, at, end) : NULL;
}

bool json_fits(struct weir_str s, bool is_jsonb, const char **ret_why)
{
    const char *end = s.ptr + s.len;
    const char *at = s.ptr;
    struct check check;

    check.is_jsonb = is_jsonb;
    check.why = "is no valid JSON";
    check.depth = 0;
    do {
        if (check.depth > 0 && check.closes[check.depth - 1] == '}')
            at = check_key(&check, at, end);
        at = at ? check_value(&check, at, end) : NULL;
    } while (at && check.depth > 0);
    if (at && skip_blanks(at, end) == end)
        return true;
    *ret_why = check.why;
    return false;
}
