#include "sample.h"

#include "seen.h"

#include <string.h>

enum { SAMPLED = 16 }; /* rows, spread over the page: the first and the last are among them */

static uint64_t hash_value(const struct weir_value *value)
{
    uint64_t bits[2] = {value->kind, 0};

    if (value->kind == WEIR_BOOL)
        bits[1] = value->boolean;
    else if (value->kind == WEIR_INT || value->kind == WEIR_TIMESTAMP || value->kind == WEIR_DATE)
        bits[1] = (uint64_t)value->integer;
    else if (value->kind == WEIR_FLOAT)
        memcpy(&bits[1], &value->real, sizeof(value->real));
    else
        bits[1] = http_hash(value->text, value->length);
    return http_hash(bits, sizeof(bits));
}

/* Columns come as answers bring them, so neither their order counts nor those that are null. */
static uint64_t hash_row(const struct weir_batch *batch, size_t row)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < batch->n_columns; i++) {
        const struct weir_column *column = &batch->columns[i];
        uint64_t cell[2];

        if (column->values[row].kind == WEIR_NULL)
            continue;
        cell[0] = http_hash(column->name.ptr, column->name.len);
        cell[1] = hash_value(&column->values[row]);
        sum += http_hash(cell, sizeof(cell));
    }
    return sum;
}

uint64_t http_sample_hash(const struct weir_batch *batch, size_t first)
{
    size_t n = batch->n_rows - first;
    size_t n_sampled = n < SAMPLED ? n : SAMPLED;
    uint64_t hashes[SAMPLED + 1] = {n};
    bool differ = false;

    if (n < 2)
        return 0;
    /* Of those that are no objects nothing is there to compare. */
    for (size_t row = first; batch->rejects && row < batch->n_rows; row++)
        if (weir_batch_is_rejected(batch, row))
            return 0;
    for (size_t i = 0; i < n_sampled; i++) {
        hashes[i + 1] = hash_row(batch, first + i * (n - 1) / (n_sampled - 1));
        differ |= hashes[i + 1] != hashes[1];
    }
    return differ ? http_hash(hashes, (n_sampled + 1) * sizeof(*hashes)) : 0;
}
