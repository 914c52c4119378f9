#include "facts.h"

#include "paging/last_row.h"
#include "paging/sample.h"
#include "paging/seen.h"
#include "paging/signs.h"
#include "paging/stop_when.h"

#include <string.h>

/* A cursor or link as text: empty, false and what is no single value name nothing. */
static const char *place_of(const struct weir_value *value, bool as_json, struct weir_arena *arena)
{
    struct weir_str text;

    if (value->kind == WEIR_NULL || value->kind == WEIR_BOOL || value->kind == WEIR_JSON)
        return NULL;
    text = weir_value_format(value, arena, false);
    if (text.len == 0 || memchr(text.ptr, '\0', text.len))
        return NULL;
    if (as_json)
        text = weir_value_format(value, arena, true);
    return weir_copy(arena, text).ptr;
}

static int64_t total_of(const struct weir_value *value)
{
    int64_t total = -1;

    if (value->kind == WEIR_INT)
        return value->integer >= 0 ? value->integer : -1;
    if (value->kind == WEIR_TEXT && value->length < 20) {
        char text[20];

        memcpy(text, value->text, value->length);
        text[value->length] = '\0';
        if (!weir_parse_int(text, &total) || total < 0)
            return -1;
    }
    return total;
}

static enum http_more more_of(const struct weir_value *value)
{
    bool more = true;

    if (value->kind == WEIR_NULL)
        more = false;
    else if (value->kind == WEIR_BOOL)
        more = value->boolean;
    else if (value->kind == WEIR_INT)
        more = value->integer != 0;
    else if (value->kind == WEIR_TEXT)
        more = value->length && !weir_str_is(weir_value_str(value), "false") &&
               !weir_str_is(weir_value_str(value), "0");
    return more ? HTTP_MORE_YES : HTTP_MORE_NO;
}

/* A path that leads to something beside the rows; NULL: there is none. */
static const struct weir_path *path_inside(const struct http_paginator *paginator)
{
    return paginator->next_path    ? paginator->next_path
           : paginator->total_path ? paginator->total_path
                                   : paginator->has_more_path;
}

/* A body that values are picked out of. */
struct picking {
    const struct http_format *format;
    struct weir_json_reader *reader;
    struct weir_str document;
    struct weir_arena *arena;
};

/* Adds `flag` to those of what was found, if something stands at the path. */
static enum weir_status pick(const struct picking *from, const struct weir_path *path,
    enum http_found flag, struct weir_value *ret_value, unsigned *found,
    struct weir_error *ret_error)
{
    bool is_there;

    if (from->format->pick(from->reader, from->document, path, from->arena, ret_value, &is_there,
            ret_error) != WEIR_OK)
        return WEIR_FAIL;
    *found |= is_there ? flag : 0;
    return WEIR_OK;
}

/* What stands beside the rows. */
static enum weir_status pick_inside(const struct http_paginator *paginator,
    const struct picking *from, struct http_facts *facts, struct weir_error *ret_error)
{
    struct weir_value value;

    if (paginator->next_path) {
        if (pick(from, paginator->next_path, HTTP_FOUND_NEXT, &value, &facts->found, ret_error) !=
            WEIR_OK)
            return WEIR_FAIL;
        facts->next = place_of(&value, paginator->next_is_json, from->arena);
    }
    if (paginator->total_path) {
        if (pick(from, paginator->total_path, HTTP_FOUND_TOTAL, &value, &facts->found, ret_error) !=
            WEIR_OK)
            return WEIR_FAIL;
        facts->total = total_of(&value);
    }
    if (paginator->has_more_path) {
        if (pick(from, paginator->has_more_path, HTTP_FOUND_MORE, &value, &facts->found,
                ret_error) != WEIR_OK)
            return WEIR_FAIL;
        facts->more = more_of(&value);
    }
    return WEIR_OK;
}

/* What the rows say, which are those of the batch from `first` on. */
static enum weir_status pick_from_rows(const struct http_paginator *paginator,
    struct weir_json_reader *reader, const struct weir_batch *batch, size_t first,
    struct http_facts *facts, struct weir_error *ret_error)
{
    struct weir_value value;

    if (paginator->last_path && facts->n_rows) {
        if (http_last_row_pick(batch, first, paginator->last_path, reader, &value, ret_error) !=
            WEIR_OK)
            return WEIR_FAIL;
        facts->next = place_of(&value, paginator->next_is_json, batch->arena);
    }
    if (!paginator->stop_sql)
        return WEIR_OK;
    return http_stop_when_holds(paginator->stop_sql, batch, first, &facts->stops, ret_error);
}

enum weir_status http_facts_pick(const struct http_paginator *paginator,
    const struct http_resource_options *options, const struct http_format *format,
    struct weir_json_reader *reader, struct weir_str body, const struct weir_batch *batch,
    struct http_facts *facts, struct weir_error *ret_error)
{
    struct picking from = {format, reader, body, batch->arena};
    const struct weir_path *path = path_inside(paginator);
    size_t first = batch->n_rows - facts->n_rows;

    if (path && !format->pick)
        return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-BODY-SHAPE",
            "the answer is %s, which has nothing beside its rows, so nothing stands at '%s'; if it "
            "is JSON, say format: json",
            format->shown, weir_path_text(path));
    if (path && format->open &&
        format->open(options, body, batch->arena, &from.document, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    if (pick_inside(paginator, &from, facts, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    if (paginator->sign_paths && format->pick) {
        struct http_signs *signs = weir_new(batch->arena, struct http_signs);

        if (http_signs_read(paginator->sign_paths, reader, body, batch->arena, signs, ret_error) !=
            WEIR_OK)
            return WEIR_FAIL;
        facts->signs = signs;
    }
    if (pick_from_rows(paginator, reader, batch, first, facts, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    if (paginator->guards_repeats)
        facts->hash = http_hash(body.ptr, body.len);
    if (paginator->max_pages > 1)
        facts->rows_hash = http_sample_hash(batch, first);
    return WEIR_OK;
}
