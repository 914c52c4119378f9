/* XML: each element of one name is a row; around them stands what the paginator looks for. */
#include "format.h"
#include "xml_read.h"

#include <string.h>

enum {
    /* JSON writes line ends and names of elements longer than XML does. */
    MOST_GROWTH = 4,
    MOST_MORE = 1024 * 1024,
};

void http_xml_check(const struct http_resource_options *options, const struct weir_node *config,
    struct weir_mistakes *mistakes)
{
    if (options->data_selector)
        weir_mistake(mistakes, weir_node_get(config, "data_selector"), 0, "E-VALUE",
            "rows of XML are the elements that 'record' names, so there is nothing to select");
}

/* The part as JSON, with padding behind it; in the arena. */
static enum weir_status to_json(const struct http_resource_options *options, struct weir_str body,
    enum xml_part part, struct weir_arena *arena, struct weir_str *ret_json,
    struct weir_error *ret_error)
{
    const struct http_format_options *said = options->format.options;
    struct weir_buf out;
    size_t size = 0;
    char *memory;

    weir_buf_init(&out, MOST_GROWTH * body.len + MOST_MORE, WEIR_JSON_PADDING);
    if (http_xml_read(body, said->record, part, &out, ret_error) != WEIR_OK) {
        weir_buf_done(&out);
        return WEIR_FAIL;
    }
    *ret_json = (struct weir_str){"", out.len};
    if (out.len == 0) {
        weir_buf_done(&out);
        return WEIR_OK;
    }
    memory = weir_buf_take(&out, &size);
    weir_adopt(arena, memory, size);
    ret_json->ptr = memory;
    return WEIR_OK;
}

static enum weir_status rows(const struct http_resource_options *options,
    struct weir_json_reader *reader, struct weir_str body, struct weir_batch *batch,
    struct weir_error *ret_error)
{
    const struct http_format_options *said = options->format.options;
    struct weir_str lines;

    if (!said->record)
        return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-BODY-SHAPE",
            "the answer is XML, by its Content-Type; if that was asked for, name the elements that "
            "are rows: format: { type: xml, record: item }");
    if (to_json(options, body, XML_RECORDS, batch->arena, &lines, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    return weir_json_lines(reader, lines, NULL, batch, ret_error);
}

static enum weir_status open_rest(const struct http_resource_options *options, struct weir_str body,
    struct weir_arena *arena, struct weir_str *ret_document, struct weir_error *ret_error)
{
    return to_json(options, body, XML_REST, arena, ret_document, ret_error);
}

const struct http_format http_format_xml = {
    .name = "xml",
    .shown = "XML",
    .rows = rows,
    .open = open_rest,
    .pick = weir_json_find,
};
