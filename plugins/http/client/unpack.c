#include "unpack.h"

enum {
    FIRST_ROOM = 4096,
    MOST_ROOM = 1024 * 1024,
    LIKELY_RATIO = 5,
};

static void drop_state(struct http_unpack *unpack)
{
    if (unpack->state)
        unpack->encoding->free(unpack->state);
    unpack->state = NULL;
}

void http_unpack_begin(struct http_unpack *unpack, const struct http_encoding *encoding)
{
    if (unpack->encoding != encoding)
        drop_state(unpack);
    unpack->encoding = encoding;
    unpack->in = unpack->out = 0;
    unpack->is_inside = false;
}

void http_unpack_rest(struct http_unpack *unpack)
{
    if (unpack->encoding && unpack->encoding->window)
        drop_state(unpack);
}

void http_unpack_done(struct http_unpack *unpack)
{
    drop_state(unpack);
    *unpack = (struct http_unpack){0};
}

static enum weir_status damaged(
    const struct http_unpack *unpack, const char *why, struct weir_error *ret_error)
{
    return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-HTTP-PROTOCOL",
        "the answer's %s data is damaged: %s", unpack->encoding->name, why);
}

static enum weir_status too_large(const struct weir_buf *out, struct weir_error *ret_error)
{
    return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-LIMIT-BODY",
        "the answer's body has more than %zu bytes when decompressed, more than max_response_size "
        "allows",
        out->limit);
}

/* Room for what so much input may become: never more than the limit, 0 where that is reached. */
static bool make_room(struct weir_buf *out, size_t n_in, size_t *ret_room)
{
    size_t left = out->limit - out->len;
    size_t room = n_in * LIKELY_RATIO;

    room = room < FIRST_ROOM ? FIRST_ROOM : room > MOST_ROOM ? MOST_ROOM : room;
    if (room > left)
        room = left;
    if (room && !weir_buf_reserve(out, room))
        return false;
    /* All that was allocated may be used, but for the padding. */
    if (room && out->capacity - out->len - out->padding > room)
        room = out->capacity - out->len - out->padding;
    *ret_room = room < left ? room : left;
    return true;
}

/* One call of the library, into the buffer or, when that is full, into a single byte that must
 * stay empty. */
static enum weir_status step(struct http_unpack *unpack, struct http_pieces *pieces,
    struct weir_buf *out, enum http_unpacked *ret_unpacked, struct weir_error *ret_error)
{
    const char *why = "";
    unsigned char spare;
    size_t room;

    if (!make_room(out, pieces->n_in, &room))
        return too_large(out, ret_error);
    pieces->out = room ? (unsigned char *)out->ptr + out->len : &spare;
    pieces->n_out = room ? room : 1;
    *ret_unpacked = unpack->encoding->run(unpack->state, pieces, &why);
    if (!room && pieces->n_out == 0)
        return too_large(out, ret_error);
    room -= room ? pieces->n_out : 0;
    out->len += room;
    unpack->out += room;
    if (out->ptr)
        out->ptr[out->len] = '\0';
    return *ret_unpacked == HTTP_UNPACKED_DAMAGED ? damaged(unpack, why, ret_error) : WEIR_OK;
}

static enum weir_status check_ratio(const struct http_unpack *unpack, struct weir_error *ret_error)
{
    if (unpack->out < HTTP_UNPACK_RATIO_FROM || unpack->out / HTTP_UNPACK_RATIO_MAX < unpack->in)
        return WEIR_OK;
    return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-LIMIT-BODY",
        "%llu bytes of %s became more than %llu: that is no data but a bomb",
        (unsigned long long)unpack->in, unpack->encoding->name, (unsigned long long)unpack->out);
}

static enum weir_status drain(
    struct http_unpack *unpack, struct weir_buf *out, struct weir_error *ret_error)
{
    if (!unpack->drain.empty || out->len == 0)
        return WEIR_OK;
    if (unpack->out - unpack->out_before > HTTP_UNPACK_MOST_AT_ONCE)
        return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-LIMIT-BODY",
            "few bytes of %s became more than %d: that is no data but a bomb",
            unpack->encoding->name, HTTP_UNPACK_MOST_AT_ONCE);
    return unpack->drain.empty(unpack->drain.arg, out, ret_error);
}

/* Until all input is used or the stream ends. */
static enum weir_status run_stream(struct http_unpack *unpack, struct http_pieces *pieces,
    struct weir_buf *out, struct weir_error *ret_error)
{
    enum http_unpacked unpacked = HTTP_UNPACKED_END;

    do {
        if (step(unpack, pieces, out, &unpacked, ret_error) != WEIR_OK ||
            drain(unpack, out, ret_error) != WEIR_OK)
            return WEIR_FAIL;
        if (unpacked == HTTP_UNPACKED_END) {
            unpack->is_inside = false;
            return WEIR_OK;
        }
        if (check_ratio(unpack, ret_error) != WEIR_OK)
            return WEIR_FAIL;
    } while (pieces->n_in > 0 || pieces->n_out == 0);
    return WEIR_OK;
}

static enum weir_status begin_stream(
    struct http_unpack *unpack, bool is_first, unsigned char byte, struct weir_error *ret_error)
{
    const struct http_encoding *encoding = unpack->encoding;

    if (!is_first && (!encoding->goes_on || !encoding->goes_on(byte)))
        return damaged(unpack, "something else stands behind its end", ret_error);
    if (!encoding->begin(&unpack->state))
        return weir_error_set(ret_error, WEIR_FAULT_MEMORY, "E-MEMORY", "out of memory");
    unpack->is_inside = true;
    return WEIR_OK;
}

enum weir_status http_unpack_add(struct http_unpack *unpack, const void *bytes, size_t n,
    struct weir_buf *out, struct weir_error *ret_error)
{
    struct http_pieces pieces = {.in = bytes, .n_in = n};

    unpack->in += n;
    unpack->out_before = unpack->out;
    while (pieces.n_in > 0) {
        bool is_first = unpack->in == pieces.n_in;

        if (!unpack->is_inside && begin_stream(unpack, is_first, *pieces.in, ret_error) != WEIR_OK)
            return WEIR_FAIL;
        if (run_stream(unpack, &pieces, out, ret_error) != WEIR_OK)
            return WEIR_FAIL;
    }
    return WEIR_OK;
}

enum weir_status http_unpack_end(const struct http_unpack *unpack, struct weir_error *ret_error)
{
    if (!unpack->is_inside)
        return WEIR_OK;
    return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-HTTP-TRUNCATED",
        "the answer's %s data ends in the middle, after %llu bytes", unpack->encoding->name,
        (unsigned long long)unpack->in);
}
