/*
 * JSON bodies: what is taken is taken whole, reads back the same, and may be mended before.
 *
 * The first byte picks how the rows are written and what is mended, the second where they stand.
 */
#include <weir/json.h>
#include <weir/mend.h>

#include "fuzz_rows.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static const struct weir_path *path_of(struct weir_arena *arena, unsigned char byte)
{
    static const char *const paths[] = {"a", "a.b", "[0]", "a[*]", "[*].b", "[-1]", "a[0]"};
    struct weir_error error = {0};
    size_t offset;

    if (byte % 8 == 7)
        return NULL;
    return weir_path_parse(arena, weir_str(paths[byte % 8]), &offset, &error);
}

static struct weir_batch *read_body(struct weir_json_reader *reader,
    const struct weir_json_form *form, const void *bytes, size_t size, struct weir_str *ret_body)
{
    struct weir_batch *batch = weir_batch_new(NULL);
    struct weir_error error = {0};
    enum weir_status status;

    *ret_body = body_of(batch, bytes, size, WEIR_JSON_PADDING);
    (void)weir_batch_add_unit(batch, NULL);
    status = weir_json_read(reader, *ret_body, form, batch, &error);
    check((status == WEIR_OK) != weir_error_is_set(&error));
    if (status == WEIR_OK)
        return batch;
    weir_batch_fail_unit(batch, &error);
    check(batch->n_rows == 0);
    weir_batch_free(batch);
    return NULL;
}

/* A single value is found in what was taken, or nothing is. */
static void pick(
    struct weir_json_reader *reader, struct weir_str body, const struct weir_path *path)
{
    struct weir_arena *arena = weir_arena_new();
    struct weir_error error = {0};
    struct weir_value value;

    if (path && weir_json_pick(reader, body, path, arena, &value, &error) == WEIR_OK &&
        has_text(&value))
        check(weir_str_utf8_error(weir_value_str(&value)) == value.length);
    weir_arena_free(arena);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static const char *const names[] = {"a", "b"};
    struct weir_arena *arena = weir_arena_new();
    struct weir_json_reader *reader = weir_json_reader_new();
    struct weir_json_form form = {0};
    struct weir_mend mend = {.is_json = true};
    struct weir_batch *once, *again;
    struct weir_str body, mended;

    if (size >= 2) {
        mend.nul = (enum weir_nul)(data[0] % 3);
        mend.replaces_bytes = data[0] & 0x80;
        form.last_key_counts = data[0] & 0x40;
        form.records = path_of(arena, data[1]);
        if (data[0] & 0x20)
            form.columns = (struct weir_strs){names, 2};
        else if (data[0] & 0x10)
            form.schema = path_of(arena, data[1] >> 4);
        mended = weir_mend(arena, (struct weir_str){(const char *)data + 2, size - 2}, &mend);
        once = read_body(reader, &form, mended.ptr, mended.len, &body);
        if (once) {
            check_rows(once);
            pick(reader, body, form.records);
            again = read_body(reader, &form, mended.ptr, mended.len, &body);
            check(again != NULL);
            check_same(once, again);
            weir_batch_free(again);
        }
        weir_batch_free(once);
    }
    weir_json_reader_free(reader);
    weir_arena_free(arena);
    return 0;
}
