/*
 * JSON text sequences (RFC 7464): documents, each behind a record separator, 0x1E.
 * They become JSON Lines: between texts only a separator, and inside of one only
 * blanks can be control bytes, so both change places.
 */
#include "format.h"

enum { SEPARATOR = 0x1e };

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static enum weir_status to_lines(struct weir_str body, struct weir_arena *arena,
    struct weir_str *ret_lines, struct weir_error *ret_error)
{
    bool in_text = false, is_escaped = false;
    size_t start = 0;
    char *lines;

    while (start < body.len && is_blank(body.ptr[start]))
        start++;
    if (start < body.len && body.ptr[start] != SEPARATOR)
        return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-BODY-SHAPE",
            "the answer does not begin with a record separator (0x1E), so it is no sequence of "
            "JSON texts");
    lines = weir_alloc_zero(arena, 1, body.len - start + WEIR_JSON_PADDING);
    for (size_t i = start; i < body.len; i++) {
        char c = body.ptr[i];

        /* Inside of a text a line end is a mistake, and has to stay one. */
        in_text = c != SEPARATOR && in_text != (c == '"' && !is_escaped);
        is_escaped = in_text && c == '\\' && !is_escaped;
        lines[i - start] = (char)(c == SEPARATOR ? '\n' : is_blank(c) && !in_text ? ' ' : c);
    }
    *ret_lines = (struct weir_str){lines, body.len - start};
    return WEIR_OK;
}

static enum weir_status rows(const struct http_resource_options *options,
    struct weir_json_reader *reader, struct weir_str body, struct weir_batch *batch,
    struct weir_error *ret_error)
{
    struct weir_str lines;

    if (to_lines(body, batch->arena, &lines, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    return http_format_ndjson.rows(options, reader, lines, batch, ret_error);
}

const struct http_format http_format_json_seq = {
    .name = "json_seq",
    .shown = "a sequence of JSON texts",
    .has_escapes = true,
    .rows = rows,
};
