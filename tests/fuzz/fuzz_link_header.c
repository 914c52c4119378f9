/* Link headers: whatever a server sends, what is found lies within it. */
#include <stdlib.h>
#include <weir/arena.h>

/* Compiled in, since the fuzzer sees only what is instrumented. */
#include "../../plugins/http/paging/link_header.c"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static const char *const relations[] = {"next", "", "a b"};
    struct weir_arena *arena = weir_arena_new();
    struct weir_str header = weir_copy(arena, (struct weir_str){(const char *)data, size});

    for (size_t i = 0; i < sizeof(relations) / sizeof(*relations); i++) {
        struct weir_str found = http_link_find(header.ptr, relations[i]);

        if (!found.ptr)
            continue;
        check(found.ptr > header.ptr && found.ptr[-1] == '<');
        check(found.ptr + found.len < header.ptr + header.len && found.ptr[found.len] == '>');
    }
    weir_arena_free(arena);
    return 0;
}
