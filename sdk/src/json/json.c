/* Rows at a path of a document. */
#include <weir/json.h>

#include <stdlib.h>

#include "json_reader.h"
#include "json_search.h"

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

enum weir_status weir_json_rows(struct weir_json_reader *reader, struct weir_str body,
    const struct weir_path *records, struct weir_batch *batch, struct weir_error *ret_error)
{
    struct json_search search;
    struct json_doc *doc = &search.rows.doc;
    struct weir_error error = {0};
    size_t token = 0;
    bool good;

    json_search_init(&search, records);
    good = json_open(doc, &reader->tokens, body, &error);
    if (good) {
        json_rows_init(&search.rows, reader, batch);
        good = json_search_rows(&search, &token) && json_close(doc, token);
        if (!good && strcmp(error.code, "E-BODY-SHAPE") == 0)
            check_syntax(doc, &error);
    }
    json_tokens_shrink(&reader->tokens);
    if (good)
        return WEIR_OK;
    return weir_error_set(ret_error, error.fault, error.code, "%s", error.text);
}
