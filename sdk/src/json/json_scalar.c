/* Strings with escapes, numbers and literals. */
#include "json_doc.h"

#include "number/number.h"

enum {
    FIRST_HIGH_SURROGATE = 0xd800,
    FIRST_LOW_SURROGATE = 0xdc00,
    LAST_SURROGATE = 0xdfff,
};

/* The four digits behind \u, or -1. */
static int32_t read_hex(struct weir_str s)
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

/* \uXXXX, or two of them for a character beyond U+FFFF. Returns its bytes, 0 on failure. */
static size_t read_unicode(struct json_doc *doc, struct weir_str s, uint32_t *ret_character)
{
    size_t offset = (size_t)(s.ptr - doc->text);
    int32_t high = read_hex(s);
    int32_t low;

    if (high < 0)
        return json_fail(doc, "E-JSON", offset, "\\u without four hexadecimal digits");
    if (high == 0 && !doc->takes_nul)
        return json_fail(doc, "E-TEXT-NUL", offset, "a NUL (\\u0000) inside a text");
    *ret_character = (uint32_t)high;
    if (high < FIRST_HIGH_SURROGATE || high > LAST_SURROGATE)
        return 6;
    low = read_hex((struct weir_str){s.ptr + 6, s.len - 6});
    if (high >= FIRST_LOW_SURROGATE || low < FIRST_LOW_SURROGATE || low > LAST_SURROGATE)
        return json_fail(doc, "E-JSON", offset, "half of a surrogate pair, which is no character");
    *ret_character = 0x10000 + ((uint32_t)(high - FIRST_HIGH_SURROGATE) << 10) +
                     (uint32_t)(low - FIRST_LOW_SURROGATE);
    return 12;
}

/* The escape that s opens with: its character, and how many bytes it has; 0 on failure. */
static size_t read_escape(struct json_doc *doc, struct weir_str s, uint32_t *ret_character)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    const char *letter;

    if (s.len > 1 && s.ptr[1] == 'u')
        return read_unicode(doc, s, ret_character);
    letter = s.len > 1 ? memchr(letters, s.ptr[1], sizeof(letters) - 1) : NULL;
    if (!letter)
        return json_fail(doc, "E-JSON", (size_t)(s.ptr - doc->text),
            "a backslash before something that cannot be escaped");
    *ret_character = (uint32_t)meanings[letter - letters];
    return 2;
}

static size_t until_backslash(struct weir_str s)
{
    const char *found = s.len ? memchr(s.ptr, '\\', s.len) : NULL;

    return found ? (size_t)(found - s.ptr) : s.len;
}

bool json_check_escapes(struct json_doc *doc, struct weir_str raw)
{
    size_t at = until_backslash(raw);

    while (at < raw.len) {
        uint32_t character;
        size_t n = read_escape(doc, (struct weir_str){raw.ptr + at, raw.len - at}, &character);

        if (n == 0)
            return false;
        at += n;
        at += until_backslash((struct weir_str){raw.ptr + at, raw.len - at});
    }
    return true;
}

bool json_unescape(
    struct json_doc *doc, struct weir_str raw, struct weir_arena *arena, struct weir_str *ret_text)
{
    /* No escape is shorter than what it stands for. */
    char *text = weir_alloc(arena, raw.len);
    char *out = text;
    size_t at = 0;

    for (;;) {
        struct weir_str rest = {raw.ptr + at, raw.len - at};
        size_t plain = until_backslash(rest);
        uint32_t character;
        size_t n;

        memcpy(out, rest.ptr, plain);
        out += plain;
        at += plain;
        if (at == raw.len)
            break;
        n = read_escape(doc, (struct weir_str){raw.ptr + at, raw.len - at}, &character);
        if (n == 0)
            return false;
        out = weir_put_utf8(out, character);
        at += n;
    }
    *ret_text = (struct weir_str){text, (size_t)(out - text)};
    return true;
}

bool json_key_is(struct json_doc *doc, struct weir_str raw, struct weir_str wanted, bool *ret_same)
{
    struct weir_arena *arena;
    struct weir_str key;
    bool good;

    *ret_same = false;
    if (!json_has_escape(doc, raw)) {
        *ret_same = weir_str_equal(raw, wanted);
        return true;
    }
    arena = weir_arena_new();
    good = json_unescape(doc, raw, arena, &key);
    *ret_same = good && weir_str_equal(key, wanted);
    weir_arena_free(arena);
    return good;
}

static bool read_text(
    struct json_doc *doc, size_t token, struct weir_arena *arena, struct weir_value *ret_value)
{
    struct weir_str raw = {NULL, 0};

    if (!json_string(doc, token, &raw))
        return false;
    if (raw.len > WEIR_JSON_MAX_RECORD)
        return json_fail(doc, "E-LIMIT-STRING", doc->at[token], "a text of more than %d bytes",
            WEIR_JSON_MAX_RECORD);
    if (json_has_escape(doc, raw) && !json_unescape(doc, raw, arena, &raw))
        return false;
    *ret_value = (struct weir_value){
        .kind = WEIR_TEXT,
        .length = (uint32_t)raw.len,
        .text = raw.ptr,
    };
    return true;
}

static bool read_number(struct json_doc *doc, size_t token, struct weir_value *ret_value)
{
    struct weir_str s = json_token(doc, token);

    return json_check_number(doc, token, s) &&
           (number_parse(s, ret_value) || json_unexpected(doc, token, "a number"));
}

static bool read_literal(struct json_doc *doc, size_t token, struct weir_value *ret_value)
{
    struct weir_str s = json_token(doc, token);

    if (s.len == 4 && memcmp(s.ptr, "null", 4) == 0)
        *ret_value = weir_null();
    else if (s.len == 4 && memcmp(s.ptr, "true", 4) == 0)
        *ret_value = weir_bool(true);
    else if (s.len == 5 && memcmp(s.ptr, "false", 5) == 0)
        *ret_value = weir_bool(false);
    else
        return json_unexpected(doc, token, "a value");
    return true;
}

bool json_scalar(
    struct json_doc *doc, size_t *token, struct weir_arena *arena, struct weir_value *ret_value)
{
    char c = json_byte(doc, *token);
    bool good;

    if (c == '"')
        good = read_text(doc, *token, arena, ret_value);
    else if (c == '-' || (c >= '0' && c <= '9'))
        good = read_number(doc, *token, ret_value);
    else
        good = *token < doc->n ? read_literal(doc, *token, ret_value)
                               : json_unexpected(doc, *token, "a value");
    *token += 1;
    return good;
}
