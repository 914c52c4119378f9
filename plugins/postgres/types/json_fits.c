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
    struct json_scan scan;
    bool is_jsonb;
    const char *why;
    char closes[WEIR_JSON_MAX_DEPTH]; /* what ends each container that is open */
    size_t depth;
};

static bool refuse(struct check *check, const char *why)
{
    check->why = why;
    return false;
}

/* As most strings are: nothing in them is escaped, so that there is nothing to say of them. */
static inline bool take_plain_string(struct json_scan *scan)
{
    const char *at = scan->at;

    if (at == scan->end || *at != '"')
        return false;
    at = json_skip_plain(at + 1, scan->end);
    if (at == scan->end || *at != '"')
        return false;
    scan->at = at + 1;
    return true;
}

static bool check_any_string(struct check *check)
{
    struct json_string string;

    if (!json_take_string(&check->scan, &string))
        return refuse(check, "is no valid JSON");
    if (check->is_jsonb && string.has_nul)
        return refuse(check, "holds \\u0000, which jsonb cannot store");
    if (check->is_jsonb && string.has_half)
        return refuse(check, "holds half of a surrogate pair, which jsonb cannot store");
    return true;
}

static inline bool check_string(struct check *check)
{
    return take_plain_string(&check->scan) || check_any_string(check);
}

/* As most numbers are: a few digits and nothing else, which any number of PostgreSQL can be. */
static inline bool take_plain_number(struct json_scan *scan)
{
    const char *begin = scan->at + (scan->at < scan->end && *scan->at == '-');
    const char *end = scan->end - begin > SHORT_NUMBER ? begin + SHORT_NUMBER : scan->end;
    const char *at = begin;

    while (at < end && *at >= '0' && *at <= '9')
        at++;
    if (at == end || at == begin || (*begin == '0' && at > begin + 1) || *at == '.' || *at == 'e' ||
        *at == 'E')
        return false;
    scan->at = at;
    return true;
}

static bool has_exponent(struct weir_str number)
{
    return memchr(number.ptr, 'e', number.len) || memchr(number.ptr, 'E', number.len);
}

static bool check_any_number(struct check *check)
{
    struct numeric numeric;
    struct weir_str number;
    const char *why;

    if (!json_take_number(&check->scan, &number))
        return refuse(check, "is no valid JSON");
    /* A number without an exponent is too large or too fine only with as many digits. */
    if (check->is_jsonb && (number.len > SHORT_NUMBER || has_exponent(number)) &&
        numeric_parse(number, &numeric) && !numeric_fits(&numeric, -1, &why))
        return refuse(check, "holds a number with more digits than jsonb can store");
    return true;
}

static inline bool check_number(struct check *check)
{
    return take_plain_number(&check->scan) || check_any_number(check);
}

static inline bool check_scalar(struct check *check)
{
    struct json_scan *scan = &check->scan;

    switch (scan->at < scan->end ? *scan->at : '\0') {
    case '"':
        return check_string(check);
    case 'n':
        return json_take_word(scan, "null") || refuse(check, "is no valid JSON");
    case 't':
        return json_take_word(scan, "true") || refuse(check, "is no valid JSON");
    case 'f':
        return json_take_word(scan, "false") || refuse(check, "is no valid JSON");
    default:
        return check_number(check);
    }
}

static inline bool check_key(struct check *check)
{
    json_skip_blanks(&check->scan);
    if (!check_string(check))
        return false;
    json_skip_blanks(&check->scan);
    return json_take(&check->scan, ':') || refuse(check, "is no valid JSON");
}

/* Opens a container; *ret_more: there is something in it. */
static inline bool enter(struct check *check, char closes, bool *ret_more)
{
    json_skip_blanks(&check->scan);
    *ret_more = !json_take(&check->scan, closes);
    if (!*ret_more)
        return true;
    if (check->depth == WEIR_JSON_MAX_DEPTH)
        return refuse(check, "is nested too deeply");
    check->closes[check->depth++] = closes;
    return closes == ']' || check_key(check);
}

/* Behind a value: closes what ends there, or goes on to the next one. */
static inline bool leave(struct check *check)
{
    while (check->depth > 0) {
        char closes = check->closes[check->depth - 1];

        json_skip_blanks(&check->scan);
        if (json_take(&check->scan, ','))
            return closes == ']' || check_key(check);
        if (!json_take(&check->scan, closes))
            return refuse(check, "is no valid JSON");
        check->depth--;
    }
    return true;
}

static inline bool check_value(struct check *check)
{
    bool more = false;

    json_skip_blanks(&check->scan);
    if (json_take(&check->scan, '{')) {
        if (!enter(check, '}', &more))
            return false;
    } else if (json_take(&check->scan, '[')) {
        if (!enter(check, ']', &more))
            return false;
    } else if (!check_scalar(check)) {
        return false;
    }
    return more || leave(check);
}

bool json_fits(struct weir_str s, bool is_jsonb, const char **ret_why)
{
    struct check check;
    bool good;

    check.scan = (struct json_scan){s.ptr, s.ptr + s.len};
    check.is_jsonb = is_jsonb;
    check.depth = 0;
    do
        good = check_value(&check);
    while (good && check.depth > 0);
    if (good) {
        json_skip_blanks(&check.scan);
        if (check.scan.at == check.scan.end)
            return true;
        check.why = "is no valid JSON";
    }
    *ret_why = check.why;
    return false;
}
