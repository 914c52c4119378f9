/*
 * From the keys of a row to the columns of a batch.
 *
 * Rows of one source have the same keys in the same order, nearly always. So the
 * column that followed last time is tried first, and only a miss costs a look
 * into a hash table. Kept between bodies: what is remembered is a guess, and is
 * compared with the batch before it counts.
 */
#ifndef WEIR_SRC_JSON_COLUMNS_H
#define WEIR_SRC_JSON_COLUMNS_H

#include <string.h>

#include "batch/batch.h"

struct json_columns {
    struct weir_batch *batch;
    /* one for each column, and one before them for the start of a row */
    uint32_t *follower; /* the column that came next, last time */
    uint64_t *stamps;   /* the row that last had the column */
    size_t capacity;
    uint64_t stamp; /* of the row at hand; no two rows have the same */
    /* open addressing; 0 is free, else column + 1 */
    uint32_t *slots;
    size_t n_slots; /* a power of two */
    bool hashed;    /* the slots are those of this batch */
};

void json_columns_done(struct json_columns *columns);
/* Turns to a batch, whose columns may have changed. */
void json_columns_use(struct json_columns *columns, struct weir_batch *batch);

/* The column of that name, or SIZE_MAX. */
size_t json_columns_find(struct json_columns *columns, struct weir_str name);
/* Adds one that json_columns_find did not find. */
size_t json_columns_add(struct json_columns *columns, struct weir_str name);

/* The column that came behind `previous` (SIZE_MAX at the start of a row), if it has this
 * name; else SIZE_MAX. */
static inline size_t json_columns_guess(
    const struct json_columns *columns, size_t previous, struct weir_str name)
{
    size_t guess = columns->follower[previous + 1];
    struct weir_str column;

    if (guess >= columns->batch->n_columns)
        return SIZE_MAX;
    column = columns->batch->columns[guess].name;
    return column.len == name.len && memcmp(column.ptr, name.ptr, name.len) == 0 ? guess : SIZE_MAX;
}

#endif
