/* Bodies as a reader gets them, for the tests of it: in memory that ends where the padding ends. */
#ifndef WEIR_TESTS_JSON_BODIES_H
#define WEIR_TESTS_JSON_BODIES_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <weir/json.h>

/* A batch with one unit whose body is text; the padding holds what would go on as JSON. */
struct decoded {
    struct weir_batch *batch;
    struct weir_error error;
    enum weir_status status;
};

static inline struct weir_str body_copy(struct weir_arena *arena, struct weir_str text)
{
    char *copy = weir_malloc(text.len + WEIR_JSON_PADDING);

    if (text.len)
        memcpy(copy, text.ptr, text.len);
    memset(copy + text.len, ']', WEIR_JSON_PADDING);
    weir_adopt(arena, copy, text.len + WEIR_JSON_PADDING);
    return (struct weir_str){copy, text.len};
}

static inline const struct weir_path *path_of(struct weir_arena *arena, const char *text)
{
    struct weir_error error = {0};
    size_t offset;

    return text ? weir_path_parse(arena, weir_str(text), &offset, &error) : NULL;
}

/* Decodes once more into the same batch, as a unit of its own. */
static inline void decode_more(struct decoded *decoded, struct weir_json_reader *reader,
    struct weir_str text, const char *records)
{
    struct weir_batch *batch = decoded->batch;

    (void)weir_batch_add_unit(batch, NULL);
    decoded->error = (struct weir_error){0};
    decoded->status = weir_json_rows(reader, body_copy(batch->arena, text),
        path_of(batch->arena, records), batch, &decoded->error);
    if (decoded->status != WEIR_OK)
        weir_batch_fail_unit(batch, &decoded->error);
}

static inline struct decoded decode(struct weir_str text, const char *records)
{
    struct decoded decoded = {.batch = weir_batch_new(NULL)};
    struct weir_json_reader *reader = weir_json_reader_new();

    decode_more(&decoded, reader, text, records);
    weir_json_reader_free(reader);
    return decoded;
}

static inline const struct weir_value *cell(
    const struct weir_batch *batch, size_t row, const char *column)
{
    size_t c = weir_batch_find(batch, weir_str(column));

    return c == SIZE_MAX || row >= batch->n_rows ? NULL : &batch->columns[c].values[row];
}

#endif
