/* JSON Lines: a document on each line, and nothing beside them. */
#include "format.h"

static enum weir_status rows(const struct http_resource_options *options,
    struct weir_json_reader *reader, struct weir_str body, struct weir_batch *batch,
    struct weir_error *ret_error)
{
    return weir_json_lines(reader, body, options->data_selector, batch, ret_error);
}

const struct http_format http_format_ndjson = {
    .name = "ndjson",
    .shown = "NDJSON",
    .rows = rows,
};
