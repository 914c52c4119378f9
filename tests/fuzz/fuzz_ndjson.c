/* JSON Lines: what is taken as a whole is taken line by line, and gives the same rows. */
#include <weir/json.h>

#include "fuzz_rows.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static const struct weir_json_form form = {.is_lines = true};

static bool add_unit(
    struct weir_json_reader *reader, struct weir_batch *batch, struct weir_str text)
{
    struct weir_error error = {0};
    enum weir_status status;

    (void)weir_batch_add_unit(batch, NULL);
    status = weir_json_read(
        reader, body_of(batch, text.ptr, text.len, WEIR_JSON_PADDING), &form, batch, &error);
    check((status == WEIR_OK) != weir_error_is_set(&error));
    if (status != WEIR_OK)
        weir_batch_fail_unit(batch, &error);
    return status == WEIR_OK;
}

static void read_lines(
    struct weir_json_reader *reader, struct weir_batch *batch, struct weir_str text)
{
    while (text.len) {
        const char *end = memchr(text.ptr, '\n', text.len);
        size_t n = end ? (size_t)(end - text.ptr) + 1 : text.len;

        check(add_unit(reader, batch, (struct weir_str){text.ptr, n}));
        text = (struct weir_str){text.ptr + n, text.len - n};
    }
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct weir_json_reader *reader = weir_json_reader_new();
    struct weir_batch *whole = weir_batch_new(NULL), *lines = weir_batch_new(NULL);
    struct weir_str text = {(const char *)data, size};

    if (add_unit(reader, whole, text)) {
        check_rows(whole);
        read_lines(reader, lines, text);
        check_same(whole, lines);
    }
    weir_batch_free(whole);
    weir_batch_free(lines);
    weir_json_reader_free(reader);
    return 0;
}
