#include "json_columns.h"

#include <stdlib.h>

enum { FIRST_CAPACITY = 64 };

void json_columns_done(struct json_columns *columns)
{
    free(columns->follower);
    free(columns->stamps);
    free(columns->slots);
    *columns = (struct json_columns){0};
}

/* Makes room for n columns and the start of a row. */
static void reserve(struct json_columns *columns, size_t n)
{
    size_t capacity = columns->capacity ? columns->capacity : FIRST_CAPACITY;

    while (capacity < n + 1)
        capacity *= 2;
    if (capacity == columns->capacity)
        return;
    columns->follower = weir_realloc(columns->follower, capacity * sizeof(*columns->follower));
    columns->stamps = weir_realloc(columns->stamps, capacity * sizeof(*columns->stamps));
    for (size_t i = columns->capacity; i < capacity; i++) {
        columns->follower[i] = 0;
        columns->stamps[i] = 0;
    }
    columns->capacity = capacity;
}

void json_columns_use(struct json_columns *columns, struct weir_batch *batch)
{
    columns->batch = batch;
    columns->hashed = false;
    reserve(columns, batch->n_columns);
}

static uint64_t hash(struct weir_str name)
{
    uint64_t h = 14695981039346656037U;

    for (size_t i = 0; i < name.len; i++)
        h = (h ^ (unsigned char)name.ptr[i]) * 1099511628211U;
    return h ^ h >> 32;
}

/* The slot that holds the name, or the free one where it belongs. */
static uint32_t *find_slot(const struct json_columns *columns, struct weir_str name)
{
    size_t mask = columns->n_slots - 1;
    size_t at = hash(name) & mask;

    while (columns->slots[at] &&
           !weir_str_equal(columns->batch->columns[columns->slots[at] - 1].name, name))
        at = (at + 1) & mask;
    return &columns->slots[at];
}

/* Half of the slots stay free, so that runs stay short. */
static void rehash(struct json_columns *columns)
{
    const struct weir_batch *batch = columns->batch;
    size_t n_slots = 2 * columns->capacity;

    if (n_slots != columns->n_slots) {
        free(columns->slots);
        columns->slots = weir_malloc(n_slots * sizeof(*columns->slots));
        columns->n_slots = n_slots;
    }
    memset(columns->slots, 0, n_slots * sizeof(*columns->slots));
    for (size_t c = 0; c < batch->n_columns; c++)
        *find_slot(columns, batch->columns[c].name) = (uint32_t)c + 1;
    columns->hashed = true;
}

size_t json_columns_find(struct json_columns *columns, struct weir_str name)
{
    if (!columns->hashed)
        rehash(columns);
    /* A free slot holds 0, which becomes SIZE_MAX. */
    return (size_t)*find_slot(columns, name) - 1;
}

size_t json_columns_add(struct json_columns *columns, struct weir_str name)
{
    size_t column = batch_append_column(columns->batch, name);

    if (column + 2 > columns->capacity) {
        reserve(columns, column + 1);
        rehash(columns);
    } else if (columns->hashed) {
        *find_slot(columns, name) = (uint32_t)column + 1;
    }
    return column;
}
