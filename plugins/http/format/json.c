/* JSON: one document, in which the rows stand at data_selector. */
#include "format.h"

const struct weir_option http_json_option_table[] = {
    WEIR_TEXTS(struct http_json_options, columns, .example = "[id, name]",
        .help = "Rows are arrays, and these are the names of their values, in order."),
    WEIR_PATH(struct http_json_options, schema_path, .example = "schema.fields[*].name",
        .help = "Rows are arrays, and the answer names their values there: an array of texts, or "
                "what a path with [*] finds. Where that is one of the rows, it is none."),
    {0},
};

void http_json_check(const struct http_json_options *json, const struct weir_node *node,
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
    const struct weir_variant *format = &options->format;
    struct weir_json_form form = {.records = options->data_selector};

    if (format->type->value == HTTP_FORMAT_JSON) {
        const struct http_json_options *json = format->options;

        form.columns = json->columns;
        form.schema = json->schema_path;
    }
    return weir_json_read(reader, body, &form, batch, ret_error);
}

const struct http_format http_format_json = {
    .name = "json",
    .shown = "JSON",
    .rows = rows,
    .pick = weir_json_pick,
};
