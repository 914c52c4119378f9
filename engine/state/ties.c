#include "ties.h"

#include <stdlib.h>
#include <string.h>

void ties_init(struct ties *ties, const struct weir_batch *batch)
{
    *ties = (struct ties){.batch = batch};
    weir_buf_init(&ties->bytes, SIZE_MAX, 1);
}

void ties_done(struct ties *ties)
{
    weir_buf_done(&ties->bytes);
    free(ties->columns);
}

static int compare_names(const void *a, const void *b)
{
    const struct weir_str *left = &(*(const struct weir_column *const *)a)->name;
    const struct weir_str *right = &(*(const struct weir_column *const *)b)->name;
    size_t least = left->len < right->len ? left->len : right->len;
    int order = least ? memcmp(left->ptr, right->ptr, least) : 0;

    return order ? order : (left->len > right->len) - (left->len < right->len);
}

static void sort_columns(struct ties *ties)
{
    size_t n = ties->batch->n_columns;

    ties->columns = weir_malloc(n * sizeof(*ties->columns));
    for (size_t c = 0; c < n; c++)
        ties->columns[c] = &ties->batch->columns[c];
    qsort(ties->columns, n, sizeof(*ties->columns), compare_names);
}

/* The buffer has no limit: a row is no larger than the answer that it came in. */
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
static void add_cell(struct weir_buf *bytes, struct weir_str name, const struct weir_value *value)
{
    uint64_t bits;

    add_text(bytes, name);
    add(bytes, &value->kind, sizeof(value->kind));
    switch ((enum weir_kind)value->kind) {
    case WEIR_BOOL:
        add_number(bytes, value->boolean);
        break;
    case WEIR_INT:
    case WEIR_TIMESTAMP:
    case WEIR_DATE:
        add_number(bytes, (uint64_t)value->integer);
        break;
    case WEIR_FLOAT:
        memcpy(&bits, &value->real, sizeof(bits));
        add_number(bytes, bits);
        break;
    case WEIR_DECIMAL:
    case WEIR_TEXT:
    case WEIR_BYTES:
    case WEIR_JSON:
        add_text(bytes, weir_value_str(value));
        break;
    case WEIR_NULL:
    case WEIR_N_KINDS:
        break;
    }
}

struct weir_id ties_of(struct ties *ties, size_t row)
{
    if (!ties->columns)
        sort_columns(ties);
    weir_buf_reset(&ties->bytes);
    for (size_t c = 0; c < ties->batch->n_columns; c++) {
        const struct weir_value *value = &ties->columns[c]->values[row];

        if (value->kind != WEIR_NULL)
            add_cell(&ties->bytes, ties->columns[c]->name, value);
    }
    return weir_id_of((struct weir_str){ties->bytes.ptr, ties->bytes.len});
}

int ties_compare(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct weir_id));
}
