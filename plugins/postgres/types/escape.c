#include "escape.h"

#include "put.h"

enum {
    PIECE = 16384, /* bytes that room is made for at once */
    EXPANSION = 4, /* a backslash of an element: doubled for the array, and once more for COPY */
};

/* What stands for the byte in the text of COPY; NULL: itself. */
static const char *copy_escape(char c)
{
    switch (c) {
    case '\b':
        return "\\b";
    case '\t':
        return "\\t";
    case '\n':
        return "\\n";
    case '\v':
        return "\\v";
    case '\f':
        return "\\f";
    case '\r':
        return "\\r";
    case '\\':
        return "\\\\";
    default:
        return NULL;
    }
}

/* Bytes that have something before them: with the bit of COPY, with that of an element of it. */
static const unsigned char specials[256] = {
    ['\b'] = 3,
    ['\t'] = 3,
    ['\n'] = 3,
    ['\v'] = 3,
    ['\f'] = 3,
    ['\r'] = 3,
    ['\\'] = 3,
    ['"'] = ESCAPE_ARRAY,
};

static bool is_plain(char c, enum escape escape)
{
    return (specials[(unsigned char)c] & (unsigned)escape) == 0;
}

static char *put_escaped(char *at, char c, enum escape escape)
{
    const char *escaped = copy_escape(c);

    if (escape == ESCAPE_ARRAY && (c == '\\' || c == '"'))
        at = put_bytes(at, "\\\\", 2);
    if (!escaped) {
        *at = c;
        return at + 1;
    }
    return put_bytes(at, escaped, 2);
}

static void add_piece(struct weir_buf *out, enum escape escape, const char *bytes, size_t n)
{
    char *at = put_begin(out, EXPANSION * n);
    const char *end = bytes + n;

    while (bytes < end) {
        const char *plain = bytes;

        while (bytes < end && is_plain(*bytes, escape))
            bytes++;
        at = put_bytes(at, plain, (size_t)(bytes - plain));
        if (bytes < end)
            at = put_escaped(at, *bytes++, escape);
    }
    put_end(out, at);
}

void escape_add(struct weir_buf *out, enum escape escape, const char *bytes, size_t n)
{
    if (escape == ESCAPE_NONE) {
        put_end(out, put_bytes(put_begin(out, n), bytes, n));
        return;
    }
    while (n > PIECE) {
        add_piece(out, escape, bytes, PIECE);
        bytes += PIECE;
        n -= PIECE;
    }
    if (n)
        add_piece(out, escape, bytes, n);
}

void escape_add_hex(struct weir_buf *out, enum escape escape, const char *bytes, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    char *at;

    escape_add(out, escape, "\\x", 2);
    at = put_begin(out, 2 * n);
    for (size_t i = 0; i < n; i++) {
        unsigned char byte = (unsigned char)bytes[i];

        *at++ = digits[byte >> 4];
        *at++ = digits[byte & 0xf];
    }
    put_end(out, at);
}
