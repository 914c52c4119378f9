/* XML: what is taken becomes JSON that a reader takes, the records and what stands around them. */
#include "format/xml_read.h"

#include <weir/json.h>

#include "fuzz_rows.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static bool read_part(struct weir_str body, enum xml_part part)
{
    struct weir_json_reader *reader = weir_json_reader_new();
    struct weir_batch *batch = weir_batch_new(NULL);
    struct weir_json_form form = {.is_lines = part == XML_RECORDS};
    struct weir_error error = {0};
    enum weir_status status;
    struct weir_buf out;

    weir_buf_init(&out, 1 << 24, WEIR_JSON_PADDING);
    status = http_xml_read(body, "r", part, &out, &error);
    check((status == WEIR_OK) != weir_error_is_set(&error));
    if (status == WEIR_OK) {
        struct weir_str json = body_of(batch, out.ptr, out.len, WEIR_JSON_PADDING);

        (void)weir_batch_add_unit(batch, NULL);
        check(weir_json_read(reader, json, &form, batch, &error) == WEIR_OK);
        check(part == XML_RECORDS || batch->n_rows == 1);
        check_rows(batch);
    }
    weir_buf_done(&out);
    weir_batch_free(batch);
    weir_json_reader_free(reader);
    return status == WEIR_OK;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct weir_batch *batch = weir_batch_new(NULL);
    struct weir_str body = body_of(batch, data, size, 0);

    /* The same is XML, whatever of it is wanted. */
    check(read_part(body, XML_RECORDS) == read_part(body, XML_REST));
    weir_batch_free(batch);
    return 0;
}
