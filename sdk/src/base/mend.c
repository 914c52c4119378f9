#include <weir/mend.h>

#include <string.h>
#include <weir/json.h>

static const char replacement[] = "\xef\xbf\xbd";
static const char escaped_replacement[] = "\\ufffd";

struct mending {
    const struct weir_mend *mend;
    struct weir_str body;
    char *out; /* NULL: only counted */
    size_t n;
    bool is_inside; /* a JSON string */
};

static void put(struct mending *m, const char *bytes, size_t n)
{
    if (m->out)
        memcpy(m->out + m->n, bytes, n);
    m->n += n;
}

static bool is_between(unsigned char c, unsigned first, unsigned last)
{
    return c >= first && c <= last;
}

/* Bytes of the character that begins here; negative: of what is none. The first is no ASCII. */
static int character_length(const unsigned char *s, size_t rest)
{
    unsigned char lead = s[0];
    int wanted = is_between(lead, 0xc2, 0xdf)   ? 2
                 : is_between(lead, 0xe0, 0xef) ? 3
                 : is_between(lead, 0xf0, 0xf4) ? 4
                                                : 1;
    unsigned low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    unsigned high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;

    if (wanted == 1)
        return -1;
    for (int i = 1; i < wanted; i++) {
        if ((size_t)i >= rest || !is_between(s[i], low, high))
            return -i;
        low = 0x80;
        high = 0xbf;
    }
    return wanted;
}

/* The four digits behind \u, or -1. */
static int32_t escaped_unit(struct weir_str s)
{
    int32_t unit = 0;

    if (s.len < 6 || s.ptr[0] != '\\' || s.ptr[1] != 'u')
        return -1;
    for (size_t i = 2; i < 6; i++) {
        int digit = weir_hex_digit(s.ptr[i]);

        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

static bool is_low_surrogate(int32_t unit)
{
    return unit >= 0xdc00 && unit <= 0xdfff;
}

/* Returns how many bytes of the body it was. */
static size_t mend_escape(struct mending *m, struct weir_str s)
{
    int32_t unit = escaped_unit(s);
    bool is_pair = unit >= 0xd800 && unit <= 0xdbff &&
                   is_low_surrogate(escaped_unit((struct weir_str){s.ptr + 6, s.len - 6}));
    size_t n = unit < 0 ? 1 : is_pair ? 12 : 6;

    if (unit < 0 && s.len > 1 && (unsigned char)s.ptr[1] < 0x80 && s.ptr[1] != '\0')
        n = 2;
    if (unit == 0 && m->mend->nul == WEIR_NUL_STRIP)
        return n;
    if ((unit == 0 && m->mend->nul == WEIR_NUL_REPLACE) ||
        (unit >= 0xd800 && unit <= 0xdfff && !is_pair && m->mend->replaces_bytes))
        put(m, escaped_replacement, 6);
    else
        put(m, s.ptr, n);
    return n;
}

static size_t mend_character(struct mending *m, struct weir_str s)
{
    int length = character_length((const unsigned char *)s.ptr, s.len);
    size_t n = (size_t)(length < 0 ? -length : length);

    if (length < 0 && m->mend->replaces_bytes)
        put(m, replacement, 3);
    else
        put(m, s.ptr, n);
    return n;
}

static size_t mend_nul(struct mending *m, struct weir_str s)
{
    if (m->mend->nul == WEIR_NUL_REPLACE)
        put(m, replacement, 3);
    else if (m->mend->nul == WEIR_NUL_FAIL)
        put(m, s.ptr, 1);
    return 1;
}

static void mend_all(struct mending *m)
{
    bool is_json = m->mend->is_json;

    m->n = 0;
    m->is_inside = false;
    for (size_t i = 0; i < m->body.len;) {
        struct weir_str rest = {m->body.ptr + i, m->body.len - i};
        char c = *rest.ptr;

        if ((unsigned char)c >= 0x80) {
            i += mend_character(m, rest);
        } else if (c == '\0' && (m->is_inside || !is_json)) {
            i += mend_nul(m, rest);
        } else if (c == '\\' && m->is_inside) {
            i += mend_escape(m, rest);
        } else {
            m->is_inside ^= is_json && c == '"';
            put(m, rest.ptr, 1);
            i++;
        }
    }
}

static bool holds(struct weir_str body, const char *word)
{
    return body.len && memmem(body.ptr, body.len, word, strlen(word));
}

static bool is_utf16(struct weir_str body)
{
    return body.len > 1 &&
           (memcmp(body.ptr, "\xff\xfe", 2) == 0 || memcmp(body.ptr, "\xfe\xff", 2) == 0 ||
               (body.ptr[0] == '\0') != (body.ptr[1] == '\0'));
}

/* Quickly, for nearly every body is as it should be. */
static bool may_need_it(struct weir_str body, const struct weir_mend *mend)
{
    if (body.len == 0 || is_utf16(body))
        return false;
    if (mend->nul != WEIR_NUL_FAIL &&
        (memchr(body.ptr, '\0', body.len) || (mend->is_json && holds(body, "\\u0000"))))
        return true;
    return mend->replaces_bytes &&
           (weir_str_utf8_error(body) < body.len ||
               (mend->is_json && (holds(body, "\\ud") || holds(body, "\\uD"))));
}

struct weir_str weir_mend(
    struct weir_arena *arena, struct weir_str body, const struct weir_mend *mend)
{
    struct mending m = {.mend = mend, .body = body};

    if (!may_need_it(body, mend))
        return body;
    mend_all(&m);
    m.out = weir_alloc(arena, m.n + WEIR_JSON_PADDING);
    mend_all(&m);
    memset(m.out + m.n, 0, WEIR_JSON_PADDING);
    return (struct weir_str){m.out, m.n};
}
