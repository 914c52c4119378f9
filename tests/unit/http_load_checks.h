/* For tests of the http loader: batches of JSON, and rows as a body. */
#ifndef HTTP_LOAD_CHECKS_H
#define HTTP_LOAD_CHECKS_H

#include "json_bodies.h"
#include "node_checks.h"

#include "../../plugins/http/load/body.h"

#include <weir/stage.h>

static const struct weir_resource load_resource = {.name = "items", .table = "items_table"};

/* A unit for each text, in which single quotes stand for double ones; the last is NULL. */
static inline struct weir_batch *load_batch(const char *first, ...)
{
    struct decoded decoded = {.batch = weir_batch_new(&load_resource)};
    struct weir_json_reader *reader = weir_json_reader_new();
    va_list units;

    va_start(units, first);
    for (const char *text = first; text; text = va_arg(units, const char *)) {
        char *json = weir_copy_text(decoded.batch->arena, text);

        for (char *c = json; *c; c++)
            if (*c == '\'')
                *c = '"';
        decode_more(&decoded, reader, weir_str(json), NULL);
        assert_int_equal(decoded.status, WEIR_OK);
    }
    va_end(units);
    weir_json_reader_free(reader);
    return decoded.batch;
}

static inline struct http_body_form load_form(int format)
{
    return (struct http_body_form){.format = format, .max_rows = 100, .max_bytes = 1000};
}

/* The rows from `first` on; to be freed by http_body_done. */
static inline struct http_body load_body(
    const struct http_body_form *form, const struct weir_batch *batch, size_t first, size_t end)
{
    struct http_body body;

    assert_true(http_body_write(&body, form, batch, http_columns_new(batch), first, end));
    return body;
}

#endif
