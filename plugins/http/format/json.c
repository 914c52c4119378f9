/* JSON: one document, in which the rows stand at data_selector. */
#include "format.h"

void http_json_check(const struct http_format_options *json, const struct weir_node *node,
    struct weir_mistakes *mistakes)
{
    http_format_check_columns(&json->columns, WEIR_JSON_MAX_COLUMNS, node, mistakes);
    if (json->columns.n && json->schema_path)
        weir_mistake(mistakes, weir_node_get(node, "schema_path"), 0, "E-VALUE",
            "'columns' and 'schema_path' exclude each other: either the file names the values of a "
            "row, or the answer does");
}

static enum weir_status rows(const struct http_resource_options *options,
    struct weir_json_reader *reader, struct weir_str body, struct weir_batch *batch,
    struct weir_error *ret_error)
{
    const struct http_format_options *said = options->format.options;
    const struct weir_json_form form = {.records = options->data_selector,
        .columns = said->columns,
        .schema = said->schema_path,
        .last_key_counts = said->duplicate_keys == HTTP_KEYS_LAST};

    return weir_json_read(reader, body, &form, batch, ret_error);
}

const struct http_format http_format_json = {
    .name = "json",
    .shown = "JSON",
    .has_escapes = true,
    .rows = rows,
    .pick = weir_json_find,
};
