/* Rows at a path of a document. */
#include <weir/json.h>

#include <stdlib.h>

#include "json_lines.h"
#include "json_names.h"
#include "json_reader.h"
#include "json_search.h"
#include "json_shape.h"

struct weir_json_reader *weir_json_reader_new(void)
{
    return weir_calloc(1, sizeof(struct weir_json_reader));
}

void weir_json_reader_free(struct weir_json_reader *reader)
{
    if (!reader)
        return;
    json_tokens_done(&reader->tokens);
    json_columns_done(&reader->columns);
    free(reader);
}

/* What is no JSON is called so, whatever else was missing in it. */
static void check_syntax(struct json_doc *doc, struct weir_error *error)
{
    struct weir_error syntax = {0};
    size_t token = 0;

    json_rewind(doc, &syntax);
    if (!json_walk(doc, &token) || !json_close(doc, token))
        *error = syntax;
}

static bool read_document(
    struct json_search *search, const struct weir_json_form *form, struct weir_error *error)
{
    struct json_doc *doc = &search->rows.doc;
    size_t token = 0;

    if (json_search_names(search, form) && json_search_rows(search, &token) &&
        json_close(doc, token))
        return true;
    if (json_shape_is_wrong(error))
        check_syntax(doc, error);
    return false;
}

static bool is_blank(struct weir_str body)
{
    size_t i = body.len >= 3 && memcmp(body.ptr, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

    while (i < body.len && json_is_blank(body.ptr[i]))
        i++;
    return i == body.len;
}

enum weir_status weir_json_read(struct weir_json_reader *reader, struct weir_str body,
    const struct weir_json_form *form, struct weir_batch *batch, struct weir_error *ret_error)
{
    struct json_search search;
    struct weir_error error = {0};
    bool good;

    if (form->is_lines && is_blank(body))
        return WEIR_OK;
    json_search_init(&search, form->records);
    search.is_lines = form->is_lines;
    good = json_open(&search.rows.doc, &reader->tokens, body, &error);
    if (good) {
        json_rows_init(&search.rows, reader, batch);
        search.rows.last_key_counts = form->last_key_counts;
        good = form->is_lines ? json_lines_read(&search, &error)
                              : read_document(&search, form, &error);
        json_rows_done(&search.rows);
    }
    json_tokens_shrink(&reader->tokens);
    if (good)
        return WEIR_OK;
    return weir_error_set(ret_error, error.fault, error.code, "%s", error.text);
}

enum weir_status weir_json_rows(struct weir_json_reader *reader, struct weir_str body,
    const struct weir_path *records, struct weir_batch *batch, struct weir_error *ret_error)
{
    const struct weir_json_form form = {.records = records};

    return weir_json_read(reader, body, &form, batch, ret_error);
}

enum weir_status weir_json_lines(struct weir_json_reader *reader, struct weir_str body,
    const struct weir_path *records, struct weir_batch *batch, struct weir_error *ret_error)
{
    const struct weir_json_form form = {.records = records, .is_lines = true};

    return weir_json_read(reader, body, &form, batch, ret_error);
}
