/* JSON texts by chance, nearly all of them sound, and what becomes of them by a damage. */
#ifndef JSON_TEXTS_H
#define JSON_TEXTS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { TEXT_MAX = 1 << 16 };

static uint64_t chance = 88172645463325252;
static char text[TEXT_MAX + 1];
static size_t n_text;

static unsigned below(unsigned n)
{
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    return (unsigned)(chance >> 11) % n;
}

static void say(const char *s)
{
    size_t n = strlen(s);

    if (n_text + n > TEXT_MAX)
        return;
    memcpy(text + n_text, s, n);
    n_text += n;
}

#define ONE_OF(...)                                                                                \
    say(((const char *const[]){__VA_ARGS__})[below(                                                \
        (unsigned)(sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)))])

static void say_blank(void)
{
    if (below(6) == 0)
        ONE_OF(" ", "\n", "\r\t", "         ");
}

static void say_string(void)
{
    say("\"");
    for (unsigned n = below(below(4) ? 12 : 60); n > 0; n--) {
        if (below(8))
            ONE_OF("a", "!", "#", "[", "]", "{", " ", "\x7f", "0", "\xc3\xa9", "\xf0\x9f\x9a\xa2");
        else if (below(30))
            ONE_OF("\\n", "\\\"", "\\\\", "\\/", "\\u00e9", "\\ud83d\\ude00", "\\u0001");
        else
            ONE_OF("\\u0000", "\\ud83d", "\\ude00", "\\ud83d\\ud83d\\ude00", "\\x", "\\", "\t");
    }
    say("\"");
}

static void say_number(void)
{
    ONE_OF("", "-");
    ONE_OF("0", "1", "907", "12345678901234567890", "00", "");
    for (unsigned n = below(400) ? 0 : 990 + below(20); n > 0; n--)
        say("7");
    if (below(3) == 0)
        ONE_OF(".5", ".", ".000", ".1234567890");
    if (below(8) == 0)
        ONE_OF("e5", "E+3", "e-12", "e", "e+", "e400000", "E-400000", "e99999999999999999999");
}

static void say_value(int depth);

static void say_members(int depth, const char *opens, const char *closes)
{
    unsigned n = below(4);

    say(opens);
    say_blank();
    for (unsigned i = 0; i < n; i++) {
        say(i ? "," : "");
        say_blank();
        if (*opens == '{') {
            say_string();
            say_blank();
            say(":");
        }
        say_value(depth + 1);
    }
    say_blank();
    say(closes);
}

static void say_value(int depth)
{
    say_blank();
    switch (below(depth > 6 ? 4 : 10)) {
    case 0:
        ONE_OF("null", "true", "false");
        break;
    case 1:
        say_number();
        break;
    case 2:
    case 3:
        say_string();
        break;
    case 4:
    case 5:
        say_members(depth, "[", "]");
        break;
    default:
        say_members(depth, "{", "}");
        break;
    }
    say_blank();
}

static void damage(void)
{
    static const char bytes[] = "\"\\{}[]:,0.- \nu"; /* its NUL belongs to it */
    size_t at = below((unsigned)n_text);

    switch (below(4)) {
    case 0:
        text[at] = (char)below(256);
        break;
    case 1:
        n_text = at;
        break;
    case 2:
        memmove(text + at, text + at + 1, --n_text - at);
        break;
    default:
        text[at] = bytes[below(sizeof(bytes))];
        break;
    }
}

#endif
