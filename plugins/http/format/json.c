/* JSON: one document, in which the rows stand at data_selector. */
#include "format.h"

static enum weir_status rows(const struct http_resource_options *options,
    struct weir_json_reader *reader, struct weir_str body, struct weir_batch *batch,
    struct weir_error *ret_error)
{
    return weir_json_rows(reader, body, options->data_selector, batch, ret_error);
}

const struct http_format http_format_json = {
    .name = "json",
    .shown = "JSON",
    .rows = rows,
    .pick = weir_json_pick,
};
