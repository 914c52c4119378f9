/* CSV: records under a header, and nothing beside them. */
#include "format.h"

#include <string.h>

void http_csv_check(const struct http_format_options *csv, const struct weir_node *node,
    struct weir_mistakes *mistakes)
{
    if (strlen(csv->delimiter) != 1 || !weir_csv_may_delimit(*csv->delimiter))
        weir_mistake(mistakes, weir_node_get(node, "delimiter"), 0, "E-VALUE",
            "'delimiter' is one ASCII character, neither a quote nor the end of a line");
    if (!csv->header && !csv->columns.n)
        weir_mistake(mistakes, weir_node_get(node, "header"), 0, "E-REQUIRED",
            "without a header nothing names the columns; list them under 'columns'");
    http_format_check_columns(&csv->columns, WEIR_CSV_MAX_COLUMNS, node, mistakes);
}

/* Where the answer says that it is CSV, the file says nothing of it. */
struct weir_csv http_csv_dialect(const struct http_resource_options *options)
{
    const struct http_format_options *csv = options->format.options;

    if (options->format.type->value != HTTP_FORMAT_CSV)
        return (struct weir_csv){.delimiter = ','};
    return (struct weir_csv){.delimiter = *csv->delimiter,
        .no_quotes = !csv->quotes,
        .no_header = !csv->header,
        .columns = csv->columns};
}

static enum weir_status rows(const struct http_resource_options *options,
    struct weir_json_reader *reader, struct weir_str body, struct weir_batch *batch,
    struct weir_error *ret_error)
{
    const struct weir_csv dialect = http_csv_dialect(options);
    struct weir_csv_reader *csv;
    enum weir_status status;

    (void)reader;
    if (options->data_selector)
        return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-BODY-SHAPE",
            "the answer is CSV, by its Content-Type, where nothing stands at '%s'; name its format "
            "if it is another",
            weir_path_text(options->data_selector));
    csv = weir_csv_reader_new(&dialect);
    status = weir_csv_rows(csv, body, batch, ret_error);
    weir_csv_reader_free(csv);
    return status;
}

const struct http_format http_format_csv = {
    .name = "csv",
    .shown = "CSV",
    .rows = rows,
};
