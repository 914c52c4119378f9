#include <weir/str.h>

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum {
    /* Longer names are not compared letter by letter: nobody means them by mistake. */
    LONGEST_NAME = 64,
    /* "\u{10ffff}" and its NUL. */
    LONGEST_ESCAPE = 11,
};

struct weir_str weir_str(const char *text)
{
    return (struct weir_str){text, text ? strlen(text) : 0};
}

bool weir_str_equal(struct weir_str a, struct weir_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool weir_str_is(struct weir_str s, const char *text)
{
    return weir_str_equal(s, weir_str(text));
}

bool weir_strs_contain(const struct weir_strs *list, struct weir_str s)
{
    for (size_t i = 0; i < list->n; i++) {
        if (weir_str_is(s, list->items[i]))
            return true;
    }
    return false;
}

bool weir_strs_allow(const struct weir_strs *list, struct weir_str s)
{
    return list->n == 0 || weir_strs_contain(list, s);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t weir_str_distance(const char *a, const char *b, size_t limit)
{
    /* rows[i % 3] is the row of the matrix for the first i letters of a. */
    size_t rows[3][LONGEST_NAME + 1];
    size_t a_len = strlen(a);
    size_t b_len = strlen(b);

    if (a_len > LONGEST_NAME || b_len > LONGEST_NAME)
        return strcmp(a, b) == 0 ? 0 : limit + 1;
    for (size_t j = 0; j <= b_len; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i - 1) % 3];

        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t exchange = above[j - 1] + (a[i - 1] != b[j - 1]);

            row[j] = least(exchange, least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], rows[(i - 2) % 3][j - 2] + 1);
        }
    }
    return least(rows[a_len % 3][b_len], limit + 1);
}

/* Bytes of the UTF-8 sequence that such a byte opens; 0 for one that opens none. */
static size_t sequence_length(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first < 0xc2)
        return 0;
    if (first < 0xe0)
        return 2;
    if (first < 0xf0)
        return 3;
    return first < 0xf5 ? 4 : 0;
}

/* Decodes one character and returns its bytes; 0 where s does not open with valid UTF-8. */
static size_t decode(struct weir_str s, uint32_t *ret_character)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *bytes = (const unsigned char *)s.ptr;
    size_t n = sequence_length(bytes[0]);
    uint32_t character;

    if (n == 0 || n > s.len)
        return 0;
    character = n == 1 ? bytes[0] : bytes[0] & (0x7fU >> n);
    for (size_t i = 1; i < n; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
        character = character << 6 | (bytes[i] & 0x3fU);
    }
    if (character < smallest[n] || character > 0x10ffff || (character >> 11) == 0x1b)
        return 0;
    *ret_character = character;
    return n;
}

size_t weir_str_utf8_error(struct weir_str s)
{
    size_t at = 0;

    while (at < s.len) {
        uint32_t character;
        uint64_t eight;
        size_t n;

        if (s.len - at >= sizeof(eight)) {
            memcpy(&eight, s.ptr + at, sizeof(eight));
            if ((eight & 0x8080808080808080U) == 0) {
                at += sizeof(eight);
                continue;
            }
        }
        n = decode((struct weir_str){s.ptr + at, s.len - at}, &character);
        if (n == 0)
            return at;
        at += n;
    }
    return s.len;
}

/* Characters that move the cursor, end the line or turn the direction of what follows. */
static bool is_unsafe(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c || c == 0x200e || c == 0x200f ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

/* Writes the first character of s as it shall be seen; returns the bytes of s it took. */
static size_t escape_one(struct weir_str s, char out[LONGEST_ESCAPE], size_t *ret_length)
{
    uint32_t character = 0;
    size_t n = decode(s, &character);
    int length;

    if (n > 0 && !is_unsafe(character)) {
        memcpy(out, s.ptr, n);
        *ret_length = n;
        return n;
    }
    if (n <= 1)
        length = snprintf(out, LONGEST_ESCAPE, "\\x%02X", (unsigned)(unsigned char)s.ptr[0]);
    else
        length = snprintf(out, LONGEST_ESCAPE, "\\u{%X}", (unsigned)character);
    *ret_length = (size_t)length;
    return n ? n : 1;
}

size_t weir_str_printable(struct weir_str s, char *out, size_t size)
{
    static const char dots[] = "...";
    size_t written = 0;
    size_t room_for_dots = 0; /* the greatest length behind which the dots still fit */

    if (size == 0)
        return 0;
    for (size_t at = 0; at < s.len;) {
        char escaped[LONGEST_ESCAPE];
        size_t length;

        at += escape_one((struct weir_str){s.ptr + at, s.len - at}, escaped, &length);
        if (written + length >= size) {
            written = room_for_dots + least(sizeof(dots) - 1, size - 1 - room_for_dots);
            memcpy(out + room_for_dots, dots, written - room_for_dots);
            break;
        }
        memcpy(out + written, escaped, length);
        written += length;
        if (written + sizeof(dots) <= size)
            room_for_dots = written;
    }
    out[written] = '\0';
    return written;
}

char *weir_put_utf8(char *out, uint32_t character)
{
    if (character < 0x80) {
        *out++ = (char)character;
        return out;
    }
    if (character < 0x800) {
        *out++ = (char)(0xc0 | character >> 6);
    } else {
        if (character < 0x10000) {
            *out++ = (char)(0xe0 | character >> 12);
        } else {
            *out++ = (char)(0xf0 | character >> 18);
            *out++ = (char)(0x80 | (character >> 12 & 0x3f));
        }
        *out++ = (char)(0x80 | (character >> 6 & 0x3f));
    }
    *out++ = (char)(0x80 | (character & 0x3f));
    return out;
}

int weir_hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}
