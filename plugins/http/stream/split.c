#include "split.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <weir/arena.h>

enum {
    MOST_AT_ONCE = 64 * 1024, /* bytes between two looks at the limits */
    MOST_PARTS = 4,
};

static bool is_blank(struct weir_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] != ' ' && text.ptr[i] != '\t' && text.ptr[i] != '\r' && text.ptr[i] != '\n')
            return false;
    return true;
}

static struct weir_str text_of(const struct weir_buf *buf)
{
    return (struct weir_str){buf->ptr ? buf->ptr : "", buf->len};
}

/* --- the path to the records ---------------------------------------------------------------- */

/* Its keys, or only their number where `keys` is NULL; SIZE_MAX: there is something else in it. */
static size_t keys_of(const struct weir_path *path, struct weir_arena *arena, struct weir_str *keys)
{
    const struct weir_path *rest;
    struct weir_str key;
    size_t n = 0;

    while (path && n < HTTP_RECORDS_DEPTH && weir_path_split(arena, path, &key, &rest)) {
        if (keys)
            keys[n] = key;
        path = rest;
        n++;
    }
    return path && strcmp(weir_path_text(path), "$") != 0 ? SIZE_MAX : n;
}

bool http_split_takes(const struct weir_path *records)
{
    struct weir_arena *arena = weir_arena_new();
    size_t n = keys_of(records, arena, NULL);

    weir_arena_free(arena);
    return n != SIZE_MAX;
}

/* A document that has nothing but the array: what stands before and behind the records. */
static void make_frame(struct http_split *split)
{
    const char *opening = "", *closing = "]";

    for (size_t i = 0; i < split->way.n_keys; i++) {
        opening = weir_printf(
            split->arena, "%s{%s:", opening, weir_json_quote(split->arena, split->way.keys[i]).ptr);
        closing = weir_printf(split->arena, "%s}", closing);
    }
    split->opening = weir_printf(split->arena, "%s[", opening);
    split->closing = closing;
}

/* --- life ----------------------------------------------------------------------------------- */

void http_split_init(struct http_split *split, const struct http_split_form *form)
{
    *split = (struct http_split){.form = *form, .arena = weir_arena_new()};
    if (!split->form.piece)
        split->form.piece = HTTP_PIECE;
    weir_buf_init(&split->before, HTTP_FRAME_MAX, 1);
    weir_buf_init(&split->behind, HTTP_FRAME_MAX, 1);
    weir_buf_init(&split->piece, split->form.piece + HTTP_RECORD_MAX + 2 * MOST_AT_ONCE, 1);
    weir_buf_init(&split->way.key, WEIR_JSON_MAX_KEY, 1);
    http_prefix_init(&split->prefix);
    if (form->kind->has_frame) {
        split->way.n_keys = keys_of(form->records, split->arena, split->way.keys);
        make_frame(split);
    }
    http_split_begin(split, 0);
}

void http_split_done(struct http_split *split)
{
    weir_buf_done(&split->before);
    weir_buf_done(&split->behind);
    weir_buf_done(&split->piece);
    weir_buf_done(&split->way.key);
    http_prefix_done(&split->prefix);
    weir_arena_free(split->arena);
}

void http_split_begin(struct http_split *split, uint64_t skip)
{
    weir_buf_reset(&split->before);
    weir_buf_reset(&split->behind);
    weir_buf_reset(&split->piece);
    weir_buf_reset(&split->way.key);
    http_prefix_reset(&split->prefix);
    split->place = split->form.kind->has_frame ? HTTP_BEFORE_RECORDS : HTTP_IN_RECORDS;
    split->record = split->text = split->last_cut = 0;
    split->goal = skip ? skip : split->form.piece;
    split->skips = skip > 0;
    split->is_cut = split->in_quotes = split->has_header = false;
    split->json = (struct http_json_state){0};
    split->way.n_found = 0;
    split->way.inside = 0;
    split->way.wants_value = true;
    split->way.wants_key = split->way.in_key = split->way.is_lost = false;
}

size_t http_split_held(const struct http_split *split)
{
    return split->before.len + split->behind.len + split->piece.len;
}

bool http_split_is_closed(const struct http_split *split)
{
    if (!split->form.kind->has_frame)
        return true;
    return split->place != HTTP_IN_RECORDS && split->json.depth == 0 && !split->json.in_string;
}

/* --- bytes ---------------------------------------------------------------------------------- */

static enum weir_status refuse_frame(const struct http_split *split, struct weir_error *ret_error)
{
    const char *path = split->form.records ? weir_path_text(split->form.records) : "the top level";

    if (!split->form.kind->has_frame)
        return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-LIMIT-RECORD",
            "the header has more than %d bytes", HTTP_FRAME_MAX);
    if (split->place == HTTP_BEHIND_RECORDS)
        return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-LIMIT-BODY",
            "behind the array at '%s' stand more than %d bytes, the most that 'stream' takes", path,
            HTTP_FRAME_MAX);
    return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-LIMIT-BODY",
        "%s the first %d bytes, and 'stream' takes no more of what is none; is 'data_selector' "
        "right?",
        split->way.is_lost ? "where 'data_selector' leads to stands no array, nor does the answer "
                             "end within"
                           : "the array of the records does not begin within",
        HTTP_FRAME_MAX);
}

static enum weir_status refuse_record(const struct http_split *split, struct weir_error *ret_error)
{
    bool is_text = split->json.in_string &&
                   split->prefix.bytes - split->text >= HTTP_RECORD_MAX - WEIR_JSON_MAX_KEY;

    if (is_text && split->form.kind->is_key(split))
        return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-LIMIT-KEY",
            "behind %" PRIu64 " bytes of records: a key of more than %d bytes", split->record,
            WEIR_JSON_MAX_KEY);
    return weir_error_set(ret_error, WEIR_FAULT_DATA, is_text ? "E-LIMIT-STRING" : "E-LIMIT-RECORD",
        "behind %" PRIu64 " bytes of records: a %s of more than %d bytes", split->record,
        is_text ? "text" : "record, with the blanks before it,", HTTP_RECORD_MAX);
}

/* Nothing but line ends, behind a byte order mark: what a reader passes over before the header. */
static bool is_empty_lines(struct weir_str text)
{
    size_t i = text.len >= 3 && memcmp(text.ptr, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

    while (i < text.len && (text.ptr[i] == '\n' || (text.ptr[i] == '\r' && i + 1 < text.len &&
                                                       text.ptr[i + 1] == '\n')))
        i++;
    return i == text.len;
}

static bool keep(struct weir_buf *buf, struct weir_str bytes)
{
    return weir_buf_add(buf, bytes.ptr, bytes.len);
}

/* Bytes among the records. */
static enum weir_status add_records(
    struct http_split *split, struct weir_str bytes, struct weir_error *ret_error)
{
    bool in_header = split->form.has_header && !split->has_header;

    http_prefix_add(&split->prefix, bytes.ptr, bytes.len);
    if (in_header && !keep(&split->before, bytes))
        return refuse_frame(split, ret_error);
    if (in_header && split->record == split->prefix.bytes)
        split->has_header = !is_empty_lines(text_of(&split->before));
    if (split->prefix.bytes - split->record > HTTP_RECORD_MAX ||
        (!split->skips && !keep(&split->piece, bytes)))
        return refuse_record(split, ret_error);
    return WEIR_OK;
}

enum weir_status http_split_add(
    struct http_split *split, struct weir_str *bytes, struct weir_error *ret_error)
{
    split->is_cut = false;
    while (bytes->len && !split->is_cut) {
        enum http_split_place place = split->place;
        struct weir_str now = {bytes->ptr, bytes->len < MOST_AT_ONCE ? bytes->len : MOST_AT_ONCE};

        now.len = split->form.kind->look(split, now.ptr, now.len);
        *bytes = (struct weir_str){bytes->ptr + now.len, bytes->len - now.len};
        if (place == HTTP_IN_RECORDS) {
            if (add_records(split, now, ret_error) != WEIR_OK)
                return WEIR_FAIL;
        } else if (!keep(place == HTTP_BEFORE_RECORDS ? &split->before : &split->behind, now)) {
            return refuse_frame(split, ret_error);
        }
    }
    return WEIR_OK;
}

/* --- bodies --------------------------------------------------------------------------------- */

struct parts {
    struct weir_str items[MOST_PARTS];
    size_t n;
};

static void put(struct parts *parts, struct weir_str text)
{
    parts->items[parts->n++] = text;
}

static char *joined(const struct parts *parts, size_t *ret_len, size_t *ret_size)
{
    char *body;
    size_t len = 0;

    for (size_t i = 0; i < parts->n; i++)
        len += parts->items[i].len;
    *ret_size = len + WEIR_JSON_PADDING;
    *ret_len = len;
    body = weir_malloc(*ret_size);
    len = 0;
    for (size_t i = 0; i < parts->n; i++) {
        if (parts->items[i].len)
            memcpy(body + len, parts->items[i].ptr, parts->items[i].len);
        len += parts->items[i].len;
    }
    memset(body + len, 0, WEIR_JSON_PADDING);
    return body;
}

/* Records where some must stand: if there are none, what makes the text one that is refused. */
static void put_records(struct parts *parts, const struct http_split *split, bool needs_some)
{
    struct weir_str records = text_of(&split->piece);

    put(parts, records);
    if (needs_some && split->form.kind->has_frame && is_blank(records))
        put(parts, weir_str(","));
}

static char *piece_of_document(
    const struct http_split *split, bool is_first, size_t *ret_len, size_t *ret_size)
{
    struct parts parts = {.n = 0};

    put(&parts, is_first ? text_of(&split->before) : weir_str(split->opening));
    put_records(&parts, split, true);
    put(&parts, weir_str(split->closing));
    return joined(&parts, ret_len, ret_size);
}

static char *piece_of_lines(
    const struct http_split *split, bool is_first, size_t *ret_len, size_t *ret_size)
{
    struct parts parts = {.n = 0};

    if (!is_first)
        put(&parts, text_of(&split->before));
    put_records(&parts, split, false);
    return joined(&parts, ret_len, ret_size);
}

char *http_split_piece(struct http_split *split, size_t *ret_len, size_t *ret_size)
{
    bool is_first = split->last_cut == 0;
    char *body = NULL;

    *ret_len = *ret_size = 0;
    /* The comma parts two pieces and belongs to neither. */
    if (split->piece.len && split->form.kind->has_frame)
        split->piece.len--;
    if (!split->skips)
        body = split->form.kind->has_frame ? piece_of_document(split, is_first, ret_len, ret_size)
                                           : piece_of_lines(split, is_first, ret_len, ret_size);
    weir_buf_reset(&split->piece);
    split->skips = split->is_cut = false;
    split->last_cut = split->prefix.bytes;
    split->goal = split->last_cut + split->form.piece;
    return body;
}

char *http_split_rest(struct http_split *split, size_t *ret_len, size_t *ret_size)
{
    struct parts parts = {.n = 0};

    if (!split->form.kind->has_frame)
        return piece_of_lines(split, split->last_cut == 0, ret_len, ret_size);
    put(&parts, text_of(&split->before));
    put_records(&parts, split, split->last_cut > 0);
    put(&parts, text_of(&split->behind));
    return joined(&parts, ret_len, ret_size);
}
