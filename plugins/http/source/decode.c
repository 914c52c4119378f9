#include "decode.h"

#include <stdlib.h>
#include <string.h>

/* A cursor or link as text: empty, false and what is no single value name nothing. */
static const char *place_of(const struct weir_value *value, struct weir_arena *arena)
{
    struct weir_str text;

    if (value->kind == WEIR_NULL || value->kind == WEIR_BOOL || value->kind == WEIR_JSON)
        return NULL;
    text = weir_value_format(value, arena, false);
    if (text.len == 0 || memchr(text.ptr, '\0', text.len))
        return NULL;
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

/* What the paginator wants to know of the body. */
static enum weir_status pick_facts(const struct http_paginator *paginator,
    struct weir_json_reader *reader, struct http_unit *unit, struct weir_arena *arena,
    struct weir_error *ret_error)
{
    struct http_facts *facts = &unit->facts;
    struct weir_value value;

    if (paginator->next_path) {
        if (weir_json_pick(reader, unit->body, paginator->next_path, arena, &value, ret_error) !=
            WEIR_OK)
            return WEIR_FAIL;
        facts->next = place_of(&value, arena);
    }
    if (paginator->total_path) {
        if (weir_json_pick(reader, unit->body, paginator->total_path, arena, &value, ret_error) !=
            WEIR_OK)
            return WEIR_FAIL;
        facts->total = total_of(&value);
    }
    if (paginator->has_more_path) {
        if (weir_json_pick(
                reader, unit->body, paginator->has_more_path, arena, &value, ret_error) != WEIR_OK)
            return WEIR_FAIL;
        facts->more = more_of(&value);
    }
    if (paginator->guards_repeats)
        facts->hash = http_hash(unit->body.ptr, unit->body.len);
    return WEIR_OK;
}

static enum weir_status decode_unit(const struct http_resource *resource,
    struct weir_json_reader *reader, struct http_unit *unit, struct weir_batch *batch,
    struct weir_error *ret_error)
{
    size_t rows_before = batch->n_rows;

    unit->facts = (struct http_facts){.next = unit->link, .total = -1};
    if (unit->no_content)
        return WEIR_OK;
    if (weir_json_rows(reader, unit->body, resource->options->data_selector, batch, ret_error) !=
        WEIR_OK)
        return WEIR_FAIL;
    unit->facts.n_rows = batch->n_rows - rows_before;
    return pick_facts(&resource->paginator, reader, unit, batch->arena, ret_error);
}

enum weir_status http_decode(struct weir_stage *stage, struct weir_batch *batch)
{
    struct http_source *source = ((const struct http_options *)stage->state)->source;
    struct http_delivery *delivery = batch->payload;
    struct weir_json_reader *reader = http_readers_borrow(&source->readers);

    for (size_t i = 0; i < delivery->n; i++) {
        struct http_unit *unit = &delivery->units[i];
        struct weir_unit *made = weir_batch_add_unit(batch, unit);
        struct weir_error error = {0};

        made->window = unit->window;
        made->series = unit->series;
        if (unit->error)
            error = *unit->error;
        else if (decode_unit(delivery->resource, reader, unit, batch, &error) == WEIR_OK)
            continue;
        unit->facts = (struct http_facts){.total = -1};
        weir_batch_fail_unit(batch, &error);
    }
    http_readers_return(&source->readers, reader);
    return WEIR_OK;
}
