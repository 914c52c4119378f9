/*
 * Records of an array in a JSON document. The way to the array goes byte by byte,
 * for it is short; among the records each byte that is no mark costs one look.
 */
#include "split.h"

#include <string.h>

enum mark { PLAIN, QUOTE, OPEN, CLOSE_OBJECT, CLOSE_ARRAY, COMMA };

static const unsigned char marks[256] = {
    ['"'] = QUOTE,
    ['{'] = OPEN,
    ['['] = OPEN,
    ['}'] = CLOSE_OBJECT,
    [']'] = CLOSE_ARRAY,
    [','] = COMMA,
};

/* --- around the records --------------------------------------------------------------------- */

/* What a byte in a text means for it. */
static void step_text(struct http_json_state *json, char c)
{
    if (json->is_escaped)
        json->is_escaped = false;
    else if (c == '\\')
        json->is_escaped = true;
    else if (c == '"')
        json->in_string = false;
}

static void step(struct http_json_state *json, char c)
{
    enum mark mark = (enum mark)marks[(unsigned char)c];

    if (json->in_string)
        step_text(json, c);
    else if (mark == QUOTE)
        json->in_string = true;
    else if (mark == OPEN)
        json->depth++;
    else if ((mark == CLOSE_OBJECT || mark == CLOSE_ARRAY) && json->depth)
        json->depth--;
}

/* The same, where it has escapes: as a reader sees it. */
static bool is_read_as(struct weir_str written, struct weir_str wanted)
{
    struct weir_json_reader *reader = weir_json_reader_new();
    struct weir_batch *batch = weir_batch_new(NULL);
    struct weir_error error = {0};
    size_t size = written.len + 6 + WEIR_JSON_PADDING;
    char *text = weir_alloc(batch->arena, size);
    struct weir_str body = {text, written.len + 6};
    bool is_same;

    memset(text, 0, size);
    memcpy(text, "{\"", 2);
    memcpy(text + 2, written.ptr, written.len);
    memcpy(text + 2 + written.len, "\":0}", 4);
    (void)weir_batch_add_unit(batch, NULL);
    is_same = weir_json_rows(reader, body, NULL, batch, &error) == WEIR_OK &&
              batch->n_columns == 1 && weir_str_equal(batch->columns[0].name, wanted);
    weir_batch_free(batch);
    weir_json_reader_free(reader);
    return is_same;
}

/* Is the key the next one of the path? */
static bool is_wanted(const struct http_json_way *way)
{
    struct weir_str written = {way->key.ptr ? way->key.ptr : "", way->key.len};
    struct weir_str wanted = way->keys[way->n_found];

    return memchr(written.ptr, '\\', written.len) ? is_read_as(written, wanted)
                                                  : weir_str_equal(written, wanted);
}

static void step_key(struct http_split *split, char c)
{
    struct http_json_way *way = &split->way;

    step_text(&split->json, c);
    if (split->json.in_string) {
        /* One that is too long is not the one. */
        if (!weir_buf_add(&way->key, &c, 1))
            way->in_key = way->wants_key = false;
        return;
    }
    way->in_key = way->wants_key = false;
    if (!is_wanted(way))
        return;
    way->n_found++;
    way->wants_value = true;
}

/* The value at the keys that were found begins. True: it is the array. */
static bool enter(struct http_split *split, char c)
{
    struct http_json_way *way = &split->way;

    way->wants_value = false;
    if (c == '[' && way->n_found == way->n_keys)
        return true;
    step(&split->json, c);
    way->is_lost = c != '{' || way->n_found == way->n_keys;
    way->inside = split->json.depth;
    way->wants_key = !way->is_lost;
    return false;
}

static void pass(struct http_split *split, char c)
{
    struct http_json_way *way = &split->way;
    bool is_here = !way->is_lost && split->json.depth == way->inside && !split->json.in_string;

    step(&split->json, c);
    if (is_here && c == '"' && way->wants_key) {
        way->in_key = true;
        weir_buf_reset(&way->key);
    }
    if (is_here && c == ',')
        way->wants_key = true;
    if (split->json.depth < way->inside)
        way->is_lost = true;
}

/* The byte order mark may stand before it all. */
static bool is_skipped(const struct http_split *split, char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ':' ||
           (split->way.inside == 0 && strchr("\xef\xbb\xbf", c) && c);
}

static size_t look_before(struct http_split *split, const char *bytes, size_t n)
{
    struct http_json_way *way = &split->way;

    for (size_t i = 0; i < n; i++) {
        if (way->in_key)
            step_key(split, bytes[i]);
        else if (!way->wants_value)
            pass(split, bytes[i]);
        else if (!is_skipped(split, bytes[i]) && enter(split, bytes[i])) {
            split->place = HTTP_IN_RECORDS;
            split->json.depth = 0;
            return i + 1;
        }
    }
    return n;
}

static size_t look_behind(struct http_split *split, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        step(&split->json, bytes[i]);
    return n;
}

/* --- among them ----------------------------------------------------------------------------- */

/* Has one of eight bytes this value? As "Bit Twiddling Hacks" looks for a zero among them. */
static uint64_t has_byte(uint64_t eight, unsigned char c)
{
    uint64_t differences = eight ^ (UINT64_C(0x0101010101010101) * c);

    return (differences - UINT64_C(0x0101010101010101)) & ~differences &
           UINT64_C(0x8080808080808080);
}

/* To the next quote or backslash. */
static const char *skip_plain(const char *at, const char *end)
{
    while (end - at >= 8) {
        uint64_t eight;

        memcpy(&eight, at, sizeof(eight));
        if (has_byte(eight, '"') | has_byte(eight, '\\'))
            break;
        at += 8;
    }
    while (at < end && *at != '"' && *at != '\\')
        at++;
    return at;
}

/* To the end of a text, or of the bytes. */
static const char *skip_text(struct http_json_state *json, const char *at, const char *end)
{
    if (json->is_escaped && at < end) {
        json->is_escaped = false;
        at++;
    }
    while (at < end) {
        at = skip_plain(at, end);
        if (at == end)
            return end;
        if (*at == '"') {
            json->in_string = false;
            return at + 1;
        }
        json->is_escaped = end - at == 1;
        at += json->is_escaped ? 1 : 2;
    }
    return end;
}

static uint64_t offset_of(const struct http_split *split, const char *bytes, const char *at)
{
    return split->prefix.bytes + (uint64_t)(at - bytes);
}

/* The array ends here: its bracket is the first byte behind the records. */
static size_t leave(struct http_split *split, size_t n)
{
    split->place = HTTP_BEHIND_RECORDS;
    split->json.depth = split->way.n_keys + 1;
    return n;
}

static size_t look_among(struct http_split *split, const char *bytes, size_t n)
{
    struct http_json_state *json = &split->json;
    const char *at = bytes, *end = bytes + n;

    while (at < end) {
        enum mark mark;

        if (json->in_string) {
            at = skip_text(json, at, end);
            continue;
        }
        mark = (enum mark)marks[(unsigned char)*at++];
        if (mark == PLAIN)
            continue;
        if (mark == QUOTE) {
            json->in_string = true;
            split->text = offset_of(split, bytes, at);
        } else if (mark == OPEN) {
            json->depth++;
        } else if (mark == COMMA) {
            if (json->depth)
                continue;
            split->record = offset_of(split, bytes, at);
            split->is_cut = split->record >= split->goal;
            if (split->is_cut)
                return (size_t)(at - bytes);
        } else if (json->depth) {
            json->depth--;
        } else if (mark == CLOSE_ARRAY) {
            return leave(split, (size_t)(at - bytes) - 1);
        }
    }
    return n;
}

/* By the innermost object or array that is open where the text begins: in an object a text is a key
 * that no colon stands before. */
static bool is_key(const struct http_split *split)
{
    size_t n = (size_t)(split->text - 1 - split->last_cut), depth = 0;
    bool in_object[WEIR_JSON_MAX_DEPTH] = {false};
    struct http_json_state json = {0};
    char last = '\0';

    if (split->skips || n > split->piece.len)
        return false;
    for (size_t i = (size_t)(split->record - split->last_cut); i < n; i++) {
        char c = split->piece.ptr[i];

        step(&json, c);
        if (json.in_string || c == '"' || !(marks[(unsigned char)c] || c == ':'))
            continue;
        last = c;
        if ((c == '{' || c == '[') && depth < WEIR_JSON_MAX_DEPTH)
            in_object[depth++] = c == '{';
        else if ((c == '}' || c == ']') && depth)
            depth--;
    }
    return depth && in_object[depth - 1] && last != ':';
}

static size_t look(struct http_split *split, const char *bytes, size_t n)
{
    if (split->place == HTTP_BEFORE_RECORDS)
        return look_before(split, bytes, n);
    if (split->place == HTTP_BEHIND_RECORDS)
        return look_behind(split, bytes, n);
    return look_among(split, bytes, n);
}

const struct http_split_kind http_split_json = {.has_frame = true, .is_key = is_key, .look = look};
