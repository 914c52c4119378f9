#include "partition_id.h"

/* The buffer has no limit, and lines have one. */
static void add(struct weir_buf *bytes, const void *ptr, size_t n)
{
    (void)!weir_buf_add(bytes, ptr, n);
}

/* Eight bytes, the lowest first, on every machine. */
static void add_number(struct weir_buf *bytes, uint64_t number)
{
    unsigned char out[8];

    for (size_t i = 0; i < sizeof(out); i++)
        out[i] = (unsigned char)(number >> (8 * i));
    add(bytes, out, sizeof(out));
}

static void add_text(struct weir_buf *bytes, struct weir_str text)
{
    add_number(bytes, text.len);
    add(bytes, text.ptr, text.len);
}

/* State outlives the program that wrote it: what is hashed here may never change. */
struct weir_id partition_id(const struct partition_walk *walks, size_t n, struct weir_buf *bytes)
{
    weir_buf_reset(bytes);
    add_text(bytes, weir_str("weir partition"));
    for (size_t i = 0; i < n; i++) {
        const struct weir_value *value = &walks[i].value;

        add_text(bytes, weir_str(walks[i].source->name));
        add(bytes, &value->kind, sizeof(value->kind));
        if (value->kind == WEIR_INT)
            add_number(bytes, (uint64_t)value->integer);
        else
            add_text(bytes, weir_value_str(value));
        add_number(bytes, walks[i].occurrence);
    }
    return weir_id_of((struct weir_str){bytes->ptr, bytes->len});
}
