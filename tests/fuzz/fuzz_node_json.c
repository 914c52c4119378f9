/* Any bytes as a JSON document, read as a tree; another reader must be of the same opinion. */
#include <weir/node.h>
#include <weir/status.h>

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
    if (!holds)
        abort();
}

/* Limits that only one of the two has. */
static bool is_beyond_limits(const struct weir_error *ours, const json_error_t *theirs)
{
    return strcmp(ours->code, "E-JSON-DEPTH") == 0 || strcmp(ours->code, "E-LIMIT") == 0 ||
           json_error_code(theirs) == json_error_numeric_overflow;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct weir_arena *arena = weir_arena_new();
    struct weir_str text = {(const char *)data, size};
    struct weir_error error = {0};
    const struct weir_node *node = weir_node_from_json(arena, text, &error);
    json_error_t their_error = {0};
    json_t *theirs =
        json_loadb(text.ptr, size, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &their_error);

    demand((node == NULL) == weir_error_is_set(&error));
    /* jansson takes a NUL byte for the end. */
    demand((node == NULL) == (theirs == NULL) || memchr(data, '\0', size) ||
           is_beyond_limits(&error, &their_error));
    if (node) {
        struct weir_str json = weir_node_to_json(arena, node);
        json_t *again = json_loadb(json.ptr, json.len, JSON_DECODE_ANY, NULL);

        demand(!theirs || memchr(data, '\0', size) || json_equal(theirs, again));
        json_decref(again);
    }
    json_decref(theirs);
    weir_arena_free(arena);
    return 0;
}
