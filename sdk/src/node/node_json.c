/*
 * Trees from JSON and to JSON.
 *
 * For documents that people write: cases, defaults, request bodies. What servers
 * send goes through json.h, which is faster and keeps no positions.
 */
#include <weir/buf.h>
#include <weir/json.h>
#include <weir/node.h>
#include <weir/status.h>

#include <stdlib.h>
#include <string.h>

#include "number/number.h"

struct reader {
    const char *at; /* ends in NUL, and has none before its end */
    uint32_t line, column;
    struct weir_arena *arena;
    struct weir_error *error;
    size_t n_nodes;
    unsigned depth;
};

static struct weir_node *read_value(struct reader *r);

/* --- the place, and what is wrong with it ------------------------------------------------- */

static void *fail(const struct reader *r, const char *code, const char *what)
{
    (void)weir_error_set(
        r->error, WEIR_FAULT_DATA, code, "line %u, column %u: %s", r->line, r->column, what);
    return NULL;
}

static void step(struct reader *r)
{
    bool is_break = *r->at == '\n' || (*r->at == '\r' && r->at[1] != '\n');

    r->at++;
    if (is_break) {
        r->line++;
        r->column = 1;
    } else if (((unsigned char)*r->at & 0xc0) != 0x80) {
        r->column++;
    }
}

static void skip_space(struct reader *r)
{
    while (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r')
        step(r);
}

/* Takes the character if it comes next, blanks before it aside. */
static bool take(struct reader *r, char c)
{
    skip_space(r);
    if (*r->at != c)
        return false;
    step(r);
    return true;
}

static struct weir_node *new_node(struct reader *r, enum weir_node_kind kind)
{
    struct weir_node *node;

    if (r->n_nodes++ == WEIR_NODES_MAX)
        return fail(r, "E-LIMIT", "more than 100000 values");
    node = weir_new(r->arena, struct weir_node);
    node->kind = kind;
    node->line = r->line;
    node->column = r->column;
    node->source = r->at;
    return node;
}

/* --- texts ------------------------------------------------------------------------------- */

/* The four digits behind \u. */
static bool read_code(struct reader *r, uint32_t *ret_code)
{
    *ret_code = 0;
    for (int i = 0; i < 4; i++) {
        int digit = weir_hex_digit(*r->at);

        if (digit < 0)
            return false;
        *ret_code = *ret_code * 16 + (uint32_t)digit;
        step(r);
    }
    return true;
}

/* A character as \uXXXX or as two of them; NULL when that is no character. */
static char *read_unicode(struct reader *r, char *out)
{
    uint32_t code, low;

    if (!read_code(r, &code))
        return fail(r, "E-JSON", "\\u needs four hexadecimal digits");
    if (code == 0)
        return fail(r, "E-TEXT-NUL", "a text cannot hold a NUL character");
    if (code < 0xd800 || code > 0xdfff)
        return weir_put_utf8(out, code);
    if (code > 0xdbff || r->at[0] != '\\' || r->at[1] != 'u')
        return fail(r, "E-UTF8", "half of a surrogate pair is no character");
    step(r);
    step(r);
    if (!read_code(r, &low) || low < 0xdc00 || low > 0xdfff)
        return fail(r, "E-UTF8", "half of a surrogate pair is no character");
    return weir_put_utf8(out, 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00));
}

static char *read_escape(struct reader *r, char *out)
{
    static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    const char *letter;

    step(r);
    letter = *r->at ? strchr(letters, *r->at) : NULL;
    if (letter) {
        *out = meanings[letter - letters];
        step(r);
        return out + 1;
    }
    if (*r->at != 'u')
        return fail(r, "E-JSON", "there is no such escape; write \\\\ for a backslash");
    step(r);
    return read_unicode(r, out);
}

/* Bytes up to the closing quote; what is read is never longer than what is written. */
static size_t written_length(const char *at)
{
    const char *start = at;

    for (; *at && *at != '"'; at++)
        at += at[0] == '\\' && at[1];
    return (size_t)(at - start);
}

static struct weir_node *read_text(struct reader *r)
{
    struct weir_node *node = new_node(r, WEIR_NODE_SCALAR);
    char *text, *out;

    if (!node)
        return NULL;
    node->quoted = true;
    step(r);
    text = out = weir_alloc(r->arena, written_length(r->at) + 1);
    while (*r->at != '"') {
        if (!*r->at)
            return fail(r, "E-JSON", "a text is not closed");
        if ((unsigned char)*r->at < 0x20)
            return fail(r, "E-JSON", "a control character in a text must be written as an escape");
        if (*r->at == '\\') {
            if (!(out = read_escape(r, out)))
                return NULL;
        } else {
            *out++ = *r->at;
            step(r);
        }
    }
    step(r);
    *out = '\0';
    node->text = (struct weir_str){text, (size_t)(out - text)};
    return node;
}

/* --- everything else --------------------------------------------------------------------- */

static bool is_literal(struct weir_str s)
{
    return weir_str_is(s, "true") || weir_str_is(s, "false") || weir_str_is(s, "null");
}

/* A number, true, false or null: what it is, the option that receives it decides. */
static struct weir_node *read_plain(struct reader *r)
{
    struct weir_str word = {r->at, strcspn(r->at, " \t\r\n,:[]{}\"")};
    struct weir_node *node;

    if (word.len == 0)
        return fail(r, "E-JSON", *r->at ? "a value is missing here" : "the text ends too early");
    if (!is_literal(word) && !number_is_valid(word))
        return fail(r, "E-JSON", "neither number, true, false nor null; texts need double quotes");
    node = new_node(r, WEIR_NODE_SCALAR);
    if (!node)
        return NULL;
    node->text = weir_copy(r->arena, word);
    for (size_t i = 0; i < word.len; i++)
        step(r);
    return node;
}

static struct weir_node *read_list(struct reader *r)
{
    struct weir_node *list = new_node(r, WEIR_NODE_LIST);

    if (!list)
        return NULL;
    step(r);
    if (take(r, ']'))
        return list;
    do {
        struct weir_node *item = read_value(r);

        if (!item)
            return NULL;
        weir_node_add(r->arena, list, NULL, item);
    } while (take(r, ','));
    return take(r, ']') ? list : fail(r, "E-JSON", "expected ',' or ']'");
}

static struct weir_node *read_key(struct reader *r)
{
    struct weir_node *key;

    skip_space(r);
    if (*r->at != '"')
        return fail(r, "E-JSON", "expected a key in double quotes");
    key = read_text(r);
    if (key && !take(r, ':'))
        return fail(r, "E-JSON", "expected ':' behind the key");
    return key;
}

static void tell_duplicate(void *arg, const struct weir_node *again, const struct weir_node *first)
{
    struct weir_error *error = arg;

    (void)weir_error_set(error, WEIR_FAULT_DATA, "E-JSON-DUPLICATE",
        "line %u, column %u: duplicate key '%s', first used at %u:%u", again->line, again->column,
        again->text.ptr, first->line, first->column);
}

/* Whether keys are unique is found out with an error of its own, for the caller may want none. */
static struct weir_node *check_keys(const struct reader *r, struct weir_node *map)
{
    struct weir_error duplicate = {0};

    weir_node_duplicates(map, tell_duplicate, &duplicate);
    if (!weir_error_is_set(&duplicate))
        return map;
    (void)weir_error_set(r->error, duplicate.fault, duplicate.code, "%s", duplicate.text);
    return NULL;
}

static struct weir_node *read_map(struct reader *r)
{
    struct weir_node *map = new_node(r, WEIR_NODE_MAP);

    if (!map)
        return NULL;
    step(r);
    if (take(r, '}'))
        return map;
    do {
        struct weir_node *key = read_key(r);
        struct weir_node *item = key ? read_value(r) : NULL;

        if (!item)
            return NULL;
        weir_node_add(r->arena, map, key, item);
    } while (take(r, ','));
    return take(r, '}') ? check_keys(r, map) : fail(r, "E-JSON", "expected ',' or '}'");
}

static struct weir_node *read_value(struct reader *r)
{
    struct weir_node *node;

    skip_space(r);
    if (*r->at == '"')
        return read_text(r);
    if (*r->at != '[' && *r->at != '{')
        return read_plain(r);
    if (r->depth == WEIR_NODE_MAX_DEPTH)
        return fail(r, "E-JSON-DEPTH", "lists and maps are nested deeper than 64 levels");
    r->depth++;
    node = *r->at == '[' ? read_list(r) : read_map(r);
    r->depth--;
    return node;
}

static void *fail_at(struct reader *r, size_t offset, const char *code, const char *what)
{
    for (const char *place = r->at + offset; r->at < place;)
        step(r);
    return fail(r, code, what);
}

const struct weir_node *weir_node_from_json(
    struct weir_arena *arena, struct weir_str json, struct weir_error *ret_error)
{
    /* A copy, for nodes point into it. */
    struct weir_str text = weir_copy(arena, json);
    struct reader r = {text.ptr, 1, 1, arena, ret_error, 0, 0};
    size_t bad = weir_str_utf8_error(text);
    const struct weir_node *node;

    if (bad < text.len)
        return fail_at(&r, bad, "E-UTF8", "this is not UTF-8");
    if (strlen(text.ptr) < text.len)
        return fail_at(&r, strlen(text.ptr), "E-JSON", "there is a NUL byte");
    node = read_value(&r);
    if (!node)
        return NULL;
    skip_space(&r);
    return *r.at ? fail(&r, "E-JSON", "there is more behind the end of the value") : node;
}

/* --- to JSON ----------------------------------------------------------------------------- */

struct writer {
    struct weir_buf buf;
    struct weir_arena *scratch;
};

/* The limit of the buffer is all memory, and trees are bounded, so it does not fail. */
static void put(struct writer *w, const char *bytes, size_t n)
{
    if (!weir_buf_add(&w->buf, bytes, n))
        abort();
}

static void put_quoted(struct writer *w, struct weir_str text)
{
    struct weir_str quoted = weir_json_quote(w->scratch, text);

    put(w, quoted.ptr, quoted.len);
}

static void put_scalar(struct writer *w, const struct weir_node *node)
{
    bool is_null = weir_node_is_null(node);

    if (is_null)
        put(w, "null", 4);
    else if (!node->quoted && (weir_str_is(node->text, "true") ||
                                  weir_str_is(node->text, "false") || number_is_valid(node->text)))
        put(w, node->text.ptr, node->text.len);
    else
        put_quoted(w, node->text);
}

static void put_node(struct writer *w, const struct weir_node *node)
{
    bool is_map = node->kind == WEIR_NODE_MAP;

    if (node->kind == WEIR_NODE_SCALAR) {
        put_scalar(w, node);
        return;
    }
    put(w, is_map ? "{" : "[", 1);
    for (size_t i = 0; i < node->n; i++) {
        if (i)
            put(w, ",", 1);
        if (is_map) {
            put_quoted(w, node->keys[i]->text);
            put(w, ":", 1);
        }
        put_node(w, node->items[i]);
    }
    put(w, is_map ? "}" : "]", 1);
}

struct weir_str weir_node_to_json(struct weir_arena *arena, const struct weir_node *node)
{
    struct writer w = {.scratch = weir_arena_new()};
    struct weir_str json;

    weir_buf_init(&w.buf, SIZE_MAX / 2, 1);
    put_node(&w, node);
    json = weir_copy(arena, (struct weir_str){w.buf.ptr, w.buf.len});
    weir_buf_done(&w.buf);
    weir_arena_free(w.scratch);
    return json;
}
