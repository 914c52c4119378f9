/* Answers in pieces. The first byte says what they are written in, the second how they arrive, the
 * third how large a piece is. */
#include "fuzz_split.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

enum { N_FORMS = 5, HEAD = 3 };

static struct split_case case_of(unsigned char form, struct weir_arena *arena)
{
    struct weir_error error = {0};
    size_t offset;

    switch (form % N_FORMS) {
    case 0:
        return (struct split_case){.form = {.kind = &http_split_json}};
    case 1:
        return (struct split_case){
            .form = {.kind = &http_split_json,
                .records = weir_path_parse(arena, weir_str("v.items"), &offset, &error)}};
    case 2:
        return (struct split_case){.form = {.kind = &http_split_lines}};
    case 3:
        return (struct split_case){
            .form = {.kind = &http_split_lines, .has_header = true}, .csv = {.no_quotes = true}};
    default:
        return (struct split_case){
            .form = {.kind = &http_split_lines, .has_header = true, .has_quotes = true}};
    }
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct weir_arena *arena;
    struct split_case c;

    if (size < HEAD)
        return 0;
    arena = weir_arena_new();
    c = case_of(data[0], arena);
    c.step = data[1] + 1U;
    c.form.piece = data[2] + 1U;
    check_split(&c, (struct weir_str){(const char *)data + HEAD, size - HEAD});
    weir_arena_free(arena);
    return 0;
}
