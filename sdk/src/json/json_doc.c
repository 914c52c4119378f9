#include "json_doc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

_Static_assert((int)WEIR_JSON_PADDING >= (int)JSON_TOKENS_PADDING, "bodies are padded enough");

enum {
    SHOWN_BYTES = 24, /* of a token that may not stand there */
    REASON_SIZE = 768,
};

static void json_place(
    const struct json_doc *doc, size_t offset, size_t *ret_line, size_t *ret_column)
{
    size_t line = 1;
    size_t line_start = 0;
    const char *newline;

    while ((newline = memchr(doc->text + line_start, '\n', offset - line_start))) {
        line_start = (size_t)(newline - doc->text) + 1;
        line++;
    }
    *ret_line = line;
    *ret_column = offset - line_start + 1 + (line == 1 ? doc->skipped : 0);
}

bool json_fail(struct json_doc *doc, const char *code, size_t offset, const char *format, ...)
{
    char reason[REASON_SIZE];
    char where[128] = "";
    char key[64] = "";
    size_t line;
    size_t column;
    va_list args;

    reason[0] = '\0';
    va_start(args, format);
    (void)vsnprintf(reason, sizeof(reason), format, args);
    va_end(args);
    if (doc->key.len)
        (void)weir_str_printable(doc->key, key, sizeof(key));
    if (doc->row && doc->key.len)
        (void)snprintf(where, sizeof(where), "row %zu, key '%s': ", doc->row, key);
    else if (doc->row)
        (void)snprintf(where, sizeof(where), "row %zu: ", doc->row);
    json_place(doc, offset, &line, &column);
    (void)weir_error_set(doc->error, WEIR_FAULT_DATA, code,
        "%s%s, at line %zu column %zu (byte %zu)", where, reason, line, column,
        offset + doc->skipped);
    return false;
}

bool json_unexpected(struct json_doc *doc, size_t token, const char *expected)
{
    struct weir_str found;

    if (token >= doc->n)
        return json_fail(doc, "E-JSON", doc->length, "the body ends where %s must stand", expected);
    found = json_token(doc, token);
    if (found.len > SHOWN_BYTES)
        found.len = SHOWN_BYTES;
    return json_fail(doc, "E-JSON", doc->at[token], "unexpected %.*s where %s must stand",
        WEIR_STR_ARG(found), expected);
}

const char *json_describe(const struct json_doc *doc, size_t token)
{
    switch (json_byte(doc, token)) {
    case '{':
        return "an object";
    case '[':
        return "an array";
    case '"':
        return "a text";
    case 't':
    case 'f':
        return "true or false";
    case 'n':
        return "null";
    default:
        return "a number";
    }
}

static bool starts_with(struct weir_str s, const char *prefix, size_t length)
{
    return s.len >= length && memcmp(s.ptr, prefix, length) == 0;
}

/* Any of these is most often not the API's answer but somebody's in between. */
static const char *wrong_shape(struct weir_str body)
{
    size_t i = 0;

    if (starts_with(body, "\xff\xfe", 2) || starts_with(body, "\xfe\xff", 2) ||
        (body.len > 1 && (body.ptr[0] == '\0') != (body.ptr[1] == '\0')))
        return "the answer looks like UTF-16 or UTF-32; JSON is UTF-8, ask the source for that";
    if (starts_with(body, "\x1f\x8b", 2))
        return "the answer is compressed (gzip), but was not announced as such";
    while (i < body.len && json_is_blank(body.ptr[i]))
        i++;
    if (i == body.len)
        return "the answer is empty";
    if (starts_with((struct weir_str){body.ptr + i, body.len - i}, "<?xml", 5))
        return "the answer looks like XML, not JSON";
    if (body.ptr[i] == '<')
        return "the answer looks like HTML (a sign-in or error page?), not JSON";
    return NULL;
}

/*
 * Looks again for the string that simdjson refused, slowly, since it does not
 * say where. Outside of strings anything may stand here.
 */
static bool fail_in_string(struct json_doc *doc)
{
    size_t open = doc->length;

    for (size_t i = 0; i < doc->length; i++) {
        unsigned char c = (unsigned char)doc->text[i];

        if (open == doc->length) {
            if (c == '"')
                open = i;
        } else if (c == '"') {
            open = doc->length;
        } else if (c == '\\') {
            i++;
        } else if (c == '\0') {
            return json_fail(doc, "E-TEXT-NUL", i, "a NUL byte inside a string");
        } else if (c < 0x20) {
            return json_fail(doc, "E-JSON", i, "control byte 0x%02X inside a string", c);
        }
    }
    return json_fail(
        doc, "E-JSON", open, "the body ends inside a string (was it cut off?) that begins");
}

static bool fail_open(struct json_doc *doc, enum json_tokens_fault fault)
{
    size_t offset;

    switch (fault) {
    case JSON_TOKENS_STRING:
        return fail_in_string(doc);
    case JSON_TOKENS_UTF8:
        offset = weir_str_utf8_error((struct weir_str){doc->text, doc->length});
        return json_fail(doc, "E-UTF8", offset, "byte 0x%02X is not UTF-8",
            (unsigned)(unsigned char)doc->text[offset]);
    case JSON_TOKENS_TOO_LARGE:
        return json_fail(doc, "E-LIMIT-BODY", 0, "the answer is larger than 4 GiB");
    case JSON_TOKENS_NO_MEMORY:
        /* More than there can be: ends the program as every other failed allocation does. */
        free(weir_malloc(SIZE_MAX));
        return false;
    default:
        return json_fail(doc, "E-JSON", 0, "the answer cannot be read as JSON");
    }
}

bool json_open(struct json_doc *doc, struct json_tokens *tokens, struct weir_str body,
    struct weir_error *error)
{
    size_t skipped = starts_with(body, "\xef\xbb\xbf", 3) ? 3 : 0;
    enum json_tokens_fault fault;
    const char *shape;

    *doc = (struct json_doc){
        .text = body.ptr + skipped,
        .length = body.len - skipped,
        .skipped = skipped,
        .error = error,
    };
    shape = wrong_shape((struct weir_str){doc->text, doc->length});
    if (shape) {
        (void)weir_error_set(error, WEIR_FAULT_DATA, "E-BODY-SHAPE", "%s", shape);
        return false;
    }
    fault = json_tokens_find(tokens, doc->text, doc->length);
    if (fault)
        return fail_open(doc, fault);
    doc->at = tokens->at;
    doc->n = tokens->n;
    return true;
}

void json_rewind(struct json_doc *doc, struct weir_error *error)
{
    doc->depth = 0;
    doc->escape = 0;
    doc->row = 0;
    doc->key = (struct weir_str){NULL, 0};
    doc->error = error;
}

bool json_close(struct json_doc *doc, size_t token)
{
    return token == doc->n || json_unexpected(doc, token, "the end of the body");
}
