#include "key.h"

#include <stdio.h>
#include <string.h>

enum { NUMBER_SIZE = 8 };

static void add(struct weir_buf *buf, const void *bytes, size_t n)
{
    if (!weir_buf_add(buf, bytes, n))
        weir_out_of_memory();
}

/* With its NUL, so that no two texts can be taken for two others. */
static void add_text(struct weir_buf *buf, const char *text)
{
    add(buf, text, strlen(text) + 1);
}

static void add_number(struct weir_buf *buf, uint64_t number)
{
    unsigned char bytes[NUMBER_SIZE];

    for (size_t i = 0; i < NUMBER_SIZE; i++)
        bytes[i] = (unsigned char)(number >> 8 * (NUMBER_SIZE - 1 - i));
    add(buf, bytes, sizeof(bytes));
}

void http_key(const struct http_key_parts *parts, char out[HTTP_KEY_SIZE])
{
    static const struct weir_id no_chain;
    const struct weir_position *position = parts->position;
    struct weir_buf all;
    struct weir_id id;

    weir_buf_init(&all, SIZE_MAX / 2, 1);
    add_text(&all, parts->scope ? parts->scope : "");
    add_text(&all, parts->pipeline);
    add_text(&all, parts->resource);
    add_text(&all, position ? "position" : "ordinal");
    add(&all, position ? position->chain.bytes : no_chain.bytes, WEIR_ID_SIZE);
    add_number(&all, position ? position->number : parts->ordinal);
    add_number(&all, parts->row);
    add(&all, parts->digest, HTTP_BODY_DIGEST);
    id = weir_id_of((struct weir_str){all.ptr, all.len});
    weir_buf_done(&all);
    for (size_t i = 0; i < WEIR_ID_SIZE; i++)
        (void)snprintf(out + 2 * i, 3, "%02x", id.bytes[i]);
}
