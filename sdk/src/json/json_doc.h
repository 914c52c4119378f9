/*
 * A JSON text being read, token by token.
 *
 * Tokens are numbered; a function that reads one takes the number and moves it
 * behind what it read. Nothing here trusts that the text is valid: each function
 * checks what it reads, so a reader that visits every token has checked the text.
 * False means failed, and the document's error says where and why.
 */
#ifndef WEIR_SRC_JSON_DOC_H
#define WEIR_SRC_JSON_DOC_H

#include <string.h>

#include <weir/json.h>

#include "json_tokens.h"

struct json_doc {
    const char *text; /* behind the byte order mark, if there was one */
    size_t length;
    size_t skipped;     /* bytes of the mark: positions in messages count them */
    const uint32_t *at; /* where each token begins; at[n] is length */
    size_t n;
    size_t depth;        /* containers that are open */
    size_t escape;       /* the first backslash behind all strings asked about, or length */
    bool takes_nul;      /* of what is only checked: an escaped NUL is no fault */
    size_t row;          /* counted from 1; 0 outside of rows: for messages */
    struct weir_str key; /* in the row, as it stands in the text: for messages */
    struct weir_error *error;
};

/* Opens a body: says what it is where it is no JSON at all, and finds its tokens. */
bool json_open(struct json_doc *doc, struct json_tokens *tokens, struct weir_str body,
    struct weir_error *error);
/* Back to the first token, with another error to fill. */
void json_rewind(struct json_doc *doc, struct weir_error *error);

/* Fails at an offset of doc->text; the row and key at hand are put before, the place behind. */
bool json_fail(struct json_doc *doc, const char *code, size_t offset, const char *format, ...)
    WEIR_PRINTF(4, 5);
/* Fails because of a token that may not stand there: "a value", "',' or '}'", ... */
bool json_unexpected(struct json_doc *doc, size_t token, const char *expected);
/* What a value is, for messages: "an object", "a number", ... */
const char *json_describe(const struct json_doc *doc, size_t token);

/* The first byte of a token; NUL behind the last. */
static inline char json_byte(const struct json_doc *doc, size_t token)
{
    return token < doc->n ? doc->text[doc->at[token]] : '\0';
}

static inline bool json_is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* The token without the blanks behind it; token is one that exists. */
static inline struct weir_str json_token(const struct json_doc *doc, size_t token)
{
    size_t start = doc->at[token];
    size_t end = doc->at[token + 1];

    while (end > start && json_is_blank(doc->text[end - 1]))
        end--;
    return (struct weir_str){doc->text + start, end - start};
}

/* Asked about strings in the order of the text, this looks at each of its bytes once. */
static inline bool json_has_escape(struct json_doc *doc, struct weir_str raw)
{
    size_t start = (size_t)(raw.ptr - doc->text);

    if (doc->escape < start) {
        const char *found = memchr(raw.ptr, '\\', doc->length - start);

        doc->escape = found ? (size_t)(found - doc->text) : doc->length;
    }
    return doc->escape < start + raw.len;
}

/* The inside of a string, escapes as they stand. The token is one that begins with a quote. */
static inline bool json_string(struct json_doc *doc, size_t token, struct weir_str *ret_raw)
{
    struct weir_str s = json_token(doc, token);

    if (s.len < 2 || s.ptr[s.len - 1] != '"')
        return json_unexpected(doc, token, "a string");
    *ret_raw = (struct weir_str){s.ptr + 1, s.len - 2};
    return true;
}

/* A key and its colon. Moves to the value. */
static inline bool json_key(struct json_doc *doc, size_t *token, struct weir_str *ret_raw)
{
    if (json_byte(doc, *token) != '"')
        return json_unexpected(doc, *token, "a key in quotes");
    if (!json_string(doc, *token, ret_raw))
        return false;
    if (json_byte(doc, *token + 1) != ':')
        return json_unexpected(doc, *token + 1, "':'");
    *token += 2;
    return true;
}

/* Moves into the object or array that opens here; one that is empty is left again at once. */
static inline bool json_enter(struct json_doc *doc, size_t *token, bool *ret_more)
{
    char close = json_byte(doc, *token) == '{' ? '}' : ']';

    *ret_more = json_byte(doc, *token + 1) != close;
    if (doc->depth == WEIR_JSON_MAX_DEPTH)
        return json_fail(doc, "E-JSON-DEPTH", doc->at[*token], "nested deeper than %d levels",
            WEIR_JSON_MAX_DEPTH);
    *token += *ret_more ? 1 : 2;
    doc->depth += *ret_more;
    return true;
}

/* Behind a member or element: moves to the next one, or leaves the container. */
static inline bool json_next(struct json_doc *doc, size_t *token, char close, bool *ret_more)
{
    char c = json_byte(doc, *token);

    *ret_more = c == ',';
    if (c != ',' && c != close)
        return json_unexpected(doc, *token, close == '}' ? "',' or '}'" : "',' or ']'");
    *token += 1;
    doc->depth -= !*ret_more;
    return true;
}

/* That a number is no longer than numbers may be. */
static inline bool json_check_number(struct json_doc *doc, size_t token, struct weir_str s)
{
    return s.len <= WEIR_JSON_MAX_NUMBER ||
           json_fail(doc, "E-LIMIT-NUMBER", doc->at[token], "a number of more than %d bytes",
               WEIR_JSON_MAX_NUMBER);
}

/* Checks the escapes of a string. */
bool json_check_escapes(struct json_doc *doc, struct weir_str raw);
/* Checks and resolves them; the text is in the arena. */
bool json_unescape(
    struct json_doc *doc, struct weir_str raw, struct weir_arena *arena, struct weir_str *ret_text);

/* Whether a key, as it stands in the text, is the one wanted. */
bool json_key_is(struct json_doc *doc, struct weir_str raw, struct weir_str wanted, bool *ret_same);

/*
 * A scalar as a value: texts and decimals point into the body, or into the arena
 * where there were escapes. Moves behind it.
 */
bool json_scalar(
    struct json_doc *doc, size_t *token, struct weir_arena *arena, struct weir_value *ret_value);

/* Checks a whole value, however deep, and moves behind it. */
bool json_walk(struct json_doc *doc, size_t *token);
/* The same, and gives an object or array as its own text. */
bool json_slice(struct json_doc *doc, size_t *token, struct weir_value *ret_value);
/* Moves behind a value of a text that was checked before. */
bool json_skip(struct json_doc *doc, size_t *token);
/* The elements of the array that opens here, in a text that need not have been checked. */
size_t json_count(const struct json_doc *doc, size_t token);
/* That nothing stands behind the document. */
bool json_close(struct json_doc *doc, size_t token);

#endif
