/* Random values, and beside each a text of it that was written apart from weir. */
#ifndef POSTGRES_SAMPLES_H
#define POSTGRES_SAMPLES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <weir/batch.h>

enum { LITERAL_MAX = 8192 };

struct sample {
    struct weir_value value;
    const char *literal; /* what the server is told, by way of SQL */
};

/* --- chance ----------------------------------------------------------------------------- */

static uint64_t chance = 88172645463325252ULL;

static uint64_t random_bits(void)
{
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    return chance;
}

static unsigned below(unsigned n)
{
    return (unsigned)(random_bits() >> 11) % n;
}

static bool one_in(unsigned n)
{
    return below(n) == 0;
}

/* A text under construction. */
struct text {
    char bytes[LITERAL_MAX];
    size_t n;
};

static void say(struct text *text, const char *s)
{
    size_t n = strlen(s);

    assert_true(text->n + n < sizeof(text->bytes));
    memcpy(text->bytes + text->n, s, n + 1);
    text->n += n;
}

static void say_number(struct text *text, const char *format, int number)
{
    char digits[32];

    (void)snprintf(digits, sizeof(digits), format, number);
    say(text, digits);
}

/* Of its own kind, and the same for the server. */
static struct sample as_said(struct text *text, enum weir_kind kind, struct weir_arena *arena)
{
    struct weir_str copy = weir_copy(arena, (struct weir_str){text->bytes, text->n});

    return (struct sample){weir_text(kind, copy), copy.ptr};
}

/* --- values ----------------------------------------------------------------------------- */

/* Long runs of the same digit are where groups of digits begin and end. */
static void say_digits(struct text *text, unsigned n)
{
    char digit[] = "0";

    for (unsigned i = 0; i < n; i++) {
        if (one_in(3))
            digit[0] = (char)('0' + (one_in(2) ? below(2) * 9 : below(10)));
        say(text, digit);
    }
}

static unsigned some_length(void)
{
    return one_in(40) ? below(1500) : below(one_in(3) ? 30 : 8);
}

static void say_decimal(struct text *text)
{
    if (one_in(3))
        say(text, "-");
    if (one_in(4)) {
        say(text, "0");
    } else {
        say_number(text, "%d", 1 + (int)below(9));
        say_digits(text, some_length());
    }
    if (!one_in(3)) {
        say(text, ".");
        say_digits(text, 1 + some_length());
    }
    if (one_in(4))
        say_number(text, one_in(2) ? "e%d" : "E%+d", (int)below(one_in(20) ? 40000 : 60) - 25);
}

static struct sample a_decimal(struct weir_arena *arena)
{
    struct text text = {.n = 0};

    say_decimal(&text);
    return as_said(&text, one_in(2) ? WEIR_DECIMAL : WEIR_TEXT, arena);
}

static struct sample an_int(struct weir_arena *arena)
{
    int64_t integer = (int64_t)random_bits() >> below(64);
    char *literal = weir_printf(arena, "%lld", (long long)integer);

    if (one_in(4))
        return (struct sample){weir_text(WEIR_TEXT, weir_str(literal)), literal};
    return (struct sample){weir_int(integer), literal};
}

/* The fewest digits that read back as the double. */
static struct sample from_double(double real, struct weir_arena *arena)
{
    char digits[40];

    for (int n = 1; n <= 17; n++) {
        (void)snprintf(digits, sizeof(digits), "%.*g", n, real);
        if (strtod(digits, NULL) == real)
            break;
    }
    return (struct sample){weir_float(real), weir_copy_text(arena, digits)};
}

static struct sample a_float(struct weir_arena *arena)
{
    uint64_t bits = random_bits();
    double real;

    memcpy(&real, &bits, sizeof(real));
    if (!isfinite(real) || one_in(2))
        real = (double)(int64_t)(random_bits() >> below(64)) / (double)(1 << below(20));
    return from_double(real, arena);
}

static struct sample a_short_float(struct weir_arena *arena)
{
    char digits[40];
    double real = ldexp((double)(int64_t)random_bits(), -(int)below(200));

    (void)snprintf(digits, sizeof(digits), "%.*g", 1 + (int)below(11), real);
    return from_double(strtod(digits, NULL), arena);
}

static struct sample a_text(struct weir_arena *arena)
{
    static const char *const parts[] = {"\\", "\t", "\n", "\r", "\v", "\f", "\b", "\"", "'", " ",
        "a", "N", "\\N", "\\.", ",", "{", "}", "\x01", "\x7f", "\xc3\xa9", "\xe2\x82\xac",
        "\xf0\x9f\x98\x80"};
    struct text text = {.n = 0};

    for (unsigned n = below(one_in(20) ? 1000 : 14); n; n--)
        say(&text, parts[below(sizeof(parts) / sizeof(parts[0]))]);
    return as_said(&text, WEIR_TEXT, arena);
}

static struct sample some_bytes(struct weir_arena *arena)
{
    struct text hex = {.n = 0};
    unsigned n = below(60);
    char *bytes = weir_alloc(arena, 64);

    say(&hex, "\\x");
    for (unsigned i = 0; i < n; i++) {
        bytes[i] = (char)random_bits();
        say_number(&hex, "%02x", (unsigned char)bytes[i]);
    }
    return (struct sample){
        weir_text(WEIR_BYTES, (struct weir_str){bytes, n}), weir_copy_text(arena, hex.bytes)};
}

static void say_date(struct text *text)
{
    say_number(text, "%04d-", one_in(3) ? 1 + (int)below(9999) : 1960 + (int)below(80));
    say_number(text, "%02d-", 1 + (int)below(12));
    say_number(text, "%02d", 1 + (int)below(one_in(4) ? 31 : 28));
}

static void say_clock(struct text *text)
{
    say_number(text, "%02d:", (int)below(24));
    say_number(text, "%02d", (int)below(60));
    if (one_in(4))
        return;
    say_number(text, ":%02d", (int)below(60));
    if (one_in(2)) {
        say(text, ".");
        say_digits(text, 1 + below(7));
    }
}

static struct sample a_date(struct weir_arena *arena)
{
    struct text text = {.n = 0};

    say_date(&text);
    return as_said(&text, WEIR_TEXT, arena);
}

static struct sample a_clock(struct weir_arena *arena)
{
    struct text text = {.n = 0};

    say_clock(&text);
    return as_said(&text, WEIR_TEXT, arena);
}

static struct sample a_local_time(struct weir_arena *arena)
{
    struct text text = {.n = 0};

    say_date(&text);
    say(&text, one_in(2) ? "T" : " ");
    say_clock(&text);
    return as_said(&text, WEIR_TEXT, arena);
}

static struct sample a_number_of_micros(struct weir_arena *arena)
{
    int64_t seconds = (int64_t)(random_bits() % 315537897600ULL) - 62135596800;
    int micros = one_in(3) ? 0 : (int)below(1000000);
    time_t clock = (time_t)seconds;
    struct tm tm;

    assert_non_null(gmtime_r(&clock, &tm));
    return (struct sample){{.kind = WEIR_TIMESTAMP, .integer = seconds * 1000000 + micros},
        weir_printf(arena, "%04d-%02d-%02d %02d:%02d:%02d.%06d+00", tm.tm_year + 1900,
            tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, micros)};
}

static struct sample a_moment(struct weir_arena *arena)
{
    struct text text = {.n = 0};

    if (one_in(3))
        return a_number_of_micros(arena);
    say_date(&text);
    say(&text, one_in(2) ? "T" : " ");
    say_clock(&text);
    if (one_in(2)) {
        say(&text, one_in(2) ? "Z" : "z");
    } else if (one_in(2)) {
        say_number(&text, one_in(2) ? "+%02d" : "-%02d", (int)below(15));
        if (one_in(2))
            say_number(&text, ":%02d", (int)below(60));
    }
    return as_said(&text, WEIR_TEXT, arena);
}

static struct sample a_uuid(struct weir_arena *arena)
{
    bool hyphens = one_in(2);
    bool braces = one_in(3);
    bool upper = one_in(3);
    struct text text = {.n = 0};

    say(&text, braces ? "{" : "");
    for (int i = 0; i < 16; i++) {
        if (hyphens && (i == 4 || i == 6 || i == 8 || i == 10))
            say(&text, "-");
        say_number(&text, upper ? "%02X" : "%02x", (int)below(256));
    }
    say(&text, braces ? "}" : "");
    return as_said(&text, WEIR_TEXT, arena);
}

static void say_string(struct text *text)
{
    static const char *const parts[] = {"a", "b", "\\\"", "\\\\", "\\n", "\\/", "\\u00e9",
        "\\ud83d\\ude00", "\xc3\xa9", "\\u0001", " ", "{", "[", ",", "\\\\u0000"};

    say(text, "\"");
    for (unsigned n = below(5); n; n--)
        say(text, parts[below(sizeof(parts) / sizeof(parts[0]))]);
    if (one_in(60))
        say(text, one_in(2) ? "\\u0000" : one_in(2) ? "\\ud800" : "\\udc00");
    say(text, "\"");
}

static void say_json_number(struct text *text)
{
    say_number(text, "%d", (int)below(2000) - 1000);
    if (one_in(3))
        say_number(text, ".%d", (int)below(1000));
    if (one_in(8))
        say_number(text, "e%d", (int)below(60) - 30);
    else if (one_in(100))
        say(text, one_in(2) ? "e140000" : "e-17000");
}

static void say_json(struct text *text, unsigned depth)
{
    static const char *const words[] = {"null", "true", "false"};
    bool is_object = one_in(2);
    unsigned n = below(4);

    if (depth == 0 || text->n > LITERAL_MAX / 2 || (depth < 4 && one_in(2))) {
        if (one_in(3))
            say(text, words[below(3)]);
        else if (one_in(2))
            say_json_number(text);
        else
            say_string(text);
        return;
    }
    say(text, is_object ? "{ " : "[");
    for (unsigned i = 0; i < n; i++) {
        say(text, i ? "," : "");
        if (is_object) {
            say_string(text);
            say(text, one_in(2) ? ":" : " :\n\t");
        }
        say_json(text, depth - 1);
    }
    say(text, is_object ? "}" : " ]");
}

static struct sample a_document(struct weir_arena *arena)
{
    struct text text = {.n = 0};

    say_json(&text, 4);
    if (one_in(30)) { /* one byte of it is wrong, though not as UTF-8 */
        char *at = &text.bytes[below((unsigned)text.n)];

        if (!(*at & 0x80))
            *at = (char)(' ' + below(95));
    }
    return as_said(&text, WEIR_JSON, arena);
}

static struct sample a_list(struct weir_arena *arena, void (*say_item)(struct text *text))
{
    struct text text = {.n = 0};

    say(&text, "[");
    for (unsigned n = below(6); n; n--) {
        if (one_in(4))
            say(&text, "null");
        else
            say_item(&text);
        say(&text, n > 1 ? ", " : "");
    }
    say(&text, "]");
    return as_said(&text, WEIR_JSON, arena);
}

static struct sample some_strings(struct weir_arena *arena)
{
    return a_list(arena, say_string);
}

static void say_short_int(struct text *text)
{
    say_number(text, "%d", (int)(int32_t)random_bits() >> below(32));
}

static struct sample some_ints(struct weir_arena *arena)
{
    return a_list(arena, say_short_int);
}

static void say_short_decimal(struct text *text)
{
    say_number(text, "%d.", (int)below(100000) - 50000);
    say_digits(text, 1 + below(12));
}

static struct sample some_decimals(struct weir_arena *arena)
{
    return a_list(arena, say_short_decimal);
}

#endif
