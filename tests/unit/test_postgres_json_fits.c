/*
 * What JSON texts a column takes: json_fits, which looks at eight bytes at a time, beside a plain
 * reading of the grammar that goes byte by byte. Texts are made by chance and damaged by chance.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include <weir/json.h>

#include "json_texts.h"
#include "types/json_scan.h"

enum { N_TEXTS = 60000 };

/* --- reading byte by byte ------------------------------------------------------------------- */

static const char none[] = "is no valid JSON";
static const char large[] = "holds a number with more digits than jsonb can store";
static const char nul[] = "holds \\u0000, which jsonb cannot store";
static const char half[] = "holds half of a surrogate pair, which jsonb cannot store";
static const char deep[] = "is nested too deeply";
static const char unsure[] = "depends on each digit";

struct reading {
    const char *at;
    const char *end;
};

static int peek(const struct reading *r)
{
    return r->at < r->end ? (unsigned char)*r->at : -1;
}

static bool take(struct reading *r, char c)
{
    bool is_there = peek(r) == (unsigned char)c;

    r->at += is_there;
    return is_there;
}

static void blanks(struct reading *r)
{
    while (take(r, ' ') || take(r, '\t') || take(r, '\n') || take(r, '\r'))
        ;
}

static bool word(struct reading *r, const char *expected)
{
    while (*expected && take(r, *expected))
        expected++;
    return !*expected;
}

static long unit(struct reading *r)
{
    long n = 0;

    for (int i = 0; i < 4; i++, r->at++) {
        const char *digits = "0123456789abcdef0123456789ABCDEF";
        const char *digit = peek(r) > 0 ? strchr(digits, peek(r)) : NULL;

        if (!digit)
            return -1;
        n = n * 16 + (digit - digits) % 16;
    }
    return n;
}

/* Behind \u; the faults of a whole string count, and NUL before half of a pair. */
static bool character(struct reading *r, bool *has_nul, bool *has_half)
{
    long first = unit(r);
    struct reading next = *r;
    long low;

    *has_nul = *has_nul || first == 0;
    if (first < 0xd800 || first > 0xdfff)
        return first >= 0;
    low = word(&next, "\\u") ? unit(&next) : -1;
    if (first < 0xdc00 && low >= 0xdc00 && low <= 0xdfff)
        *r = next;
    else
        *has_half = true;
    return true;
}

static const char *string(struct reading *r)
{
    bool has_nul = false;
    bool has_half = false;

    if (!take(r, '"'))
        return none;
    while (peek(r) >= ' ' && peek(r) != '"') {
        if (!take(r, '\\')) {
            r->at++;
        } else if (take(r, 'u')) {
            if (!character(r, &has_nul, &has_half))
                return none;
        } else if (peek(r) <= 0 || !strchr("\"\\/bfnrt", *r->at++)) {
            return none;
        }
    }
    if (!take(r, '"'))
        return none;
    return has_nul ? nul : has_half ? half : NULL;
}

static size_t digits(struct reading *r)
{
    const char *begin = r->at;

    while (peek(r) >= '0' && peek(r) <= '9')
        r->at++;
    return (size_t)(r->at - begin);
}

static const char *number(struct reading *r)
{
    const char *mantissa = r->at;
    const char *begin;
    double exponent;

    (void)take(r, '-');
    if (take(r, '0') ? digits(r) != 0 : digits(r) == 0)
        return none;
    if (take(r, '.') && !digits(r))
        return none;
    if (!take(r, 'e') && !take(r, 'E'))
        return NULL;
    begin = r->at;
    if (!take(r, '-'))
        (void)take(r, '+');
    if (!digits(r))
        return none;
    exponent = strtod(begin, NULL);
    if (exponent > -10000 && exponent < 10000)
        return NULL;
    if (strcspn(mantissa, "123456789") >= strcspn(mantissa, "eE"))
        return unsure; /* nothing */
    return exponent < -200000 || exponent > 200000 ? large : unsure;
}

static const char *value(struct reading *r, int depth);

static const char *member(struct reading *r, int depth, bool has_key)
{
    const char *why;

    blanks(r);
    if (has_key && (why = string(r)))
        return why;
    blanks(r);
    return has_key && !take(r, ':') ? none : value(r, depth);
}

static const char *members(struct reading *r, int depth, char closes)
{
    const char *why;

    blanks(r);
    if (take(r, closes))
        return NULL;
    if (depth == WEIR_JSON_MAX_DEPTH)
        return deep;
    do {
        if ((why = member(r, depth + 1, closes == '}')))
            return why;
        blanks(r);
    } while (take(r, ','));
    return take(r, closes) ? NULL : none;
}

static const char *value(struct reading *r, int depth)
{
    blanks(r);
    switch (peek(r)) {
    case '"':
        return string(r);
    case 'n':
        return word(r, "null") ? NULL : none;
    case 't':
        return word(r, "true") ? NULL : none;
    case 'f':
        return word(r, "false") ? NULL : none;
    case '{':
        r->at++;
        return members(r, depth, '}');
    case '[':
        r->at++;
        return members(r, depth, ']');
    default:
        return number(r);
    }
}

static const char *read_text(void)
{
    struct reading reading = {text, text + n_text};
    const char *why;

    text[n_text] = '\0'; /* as strtod needs it */
    why = value(&reading, 0);
    blanks(&reading);
    return why || reading.at == reading.end ? why : none;
}

/* --- comparing ------------------------------------------------------------------------------ */

/* In memory of its own size, so that a byte read behind it is seen. */
static void check_text(void)
{
    const char *expected = read_text();
    char *copy = malloc(n_text ? n_text : 1);
    struct weir_str s = {copy, n_text};
    const char *why = NULL;

    assert_non_null(copy);
    memcpy(copy, text, n_text);
    if (json_fits(s, true, &why) && expected != unsure && expected)
        fail_msg("is taken: %.*s", WEIR_STR_ARG(s));
    if (expected != unsure && why != expected && (!why || !expected || strcmp(why, expected) != 0))
        fail_msg("%s, and not %s: %.*s", why, expected, WEIR_STR_ARG(s));
    /* json keeps what jsonb cannot hold, but its first fault may hide another one. */
    if (!expected && !json_fits(s, false, &why))
        fail_msg("json: %s: %.*s", why, WEIR_STR_ARG(s));
    if ((expected == none || expected == deep) && json_fits(s, false, &why))
        fail_msg("json takes: %.*s", WEIR_STR_ARG(s));
    free(copy);
}

static void test_random(void **state)
{
    size_t n_whole = 0;

    (void)state;
    for (size_t i = 0; i < N_TEXTS; i++) {
        n_text = 0;
        say_value(0);
        n_whole += read_text() == NULL;
        check_text();
        for (unsigned n = below(3); n > 0 && n_text > 0; n--)
            damage();
        check_text();
    }
    assert_true(n_whole > N_TEXTS / 4 && n_whole < N_TEXTS / 4 * 3);
}

/* Each byte at each place of a string: within eight, behind them, and before the end. */
static void test_each_byte(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 20; n++)
        for (size_t at = 0; at < n; at++)
            for (int byte = 0; byte < 256; byte++) {
                memset(text, 'a', n + 2);
                text[0] = text[n + 1] = '"';
                text[1 + at] = (char)byte;
                n_text = n + 2;
                check_text();
                text[0] = text[n + 1] = '\xff';
                assert_ptr_equal(json_skip_plain(text + 1, text + 1 + n),
                    byte < ' ' || byte == '"' || byte == '\\' ? text + 1 + at : text + 1 + n);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_each_byte),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
