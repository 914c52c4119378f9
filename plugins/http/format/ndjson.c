/* JSON Lines: a document on each line, and nothing beside them. */
#include "format.h"

static enum weir_status rows(const struct http_resource_options *options,
    struct weir_json_reader *reader, struct weir_str body, struct weir_batch *batch,
    struct weir_error *ret_error)
{
    const struct http_format_options *said = options->format.options;
    const struct weir_json_form form = {.records = options->data_selector,
        .is_lines = true,
        .last_key_counts = said->duplicate_keys == HTTP_KEYS_LAST};

    return weir_json_read(reader, body, &form, batch, ret_error);
}

const struct http_format http_format_ndjson = {
    .name = "ndjson",
    .shown = "NDJSON",
    .has_escapes = true,
    .rows = rows,
};
