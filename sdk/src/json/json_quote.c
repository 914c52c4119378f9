/* Texts as JSON strings. */
#include <weir/json.h>

#include <string.h>

/* What stands behind the backslash for those that have a letter; 0 for the others. */
static char short_escape(unsigned char c)
{
    switch (c) {
    case '"':
    case '\\':
        return (char)c;
    case '\b':
        return 'b';
    case '\f':
        return 'f';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    default:
        return 0;
    }
}

static size_t quoted_length(struct weir_str s)
{
    size_t length = 2;

    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];

        if (short_escape(c))
            length += 2;
        else
            length += c < 0x20 ? 6 : 1;
    }
    return length;
}

static char *put_escaped(char *out, unsigned char c)
{
    static const char digits[] = "0123456789abcdef";
    char letter = short_escape(c);

    *out++ = '\\';
    if (letter) {
        *out++ = letter;
        return out;
    }
    memcpy(out, "u00", 3);
    out[3] = digits[c >> 4];
    out[4] = digits[c & 0xf];
    return out + 5;
}

struct weir_str weir_json_quote(struct weir_arena *arena, struct weir_str s)
{
    size_t length = quoted_length(s);
    char *text = weir_alloc(arena, length + 1);
    char *out = text;

    *out++ = '"';
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];

        if (c < 0x20 || c == '"' || c == '\\')
            out = put_escaped(out, c);
        else
            *out++ = (char)c;
    }
    *out++ = '"';
    *out = '\0';
    return (struct weir_str){text, length};
}
