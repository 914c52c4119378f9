/* Rows as they came, kept beside a batch that transforms edit in place. */
#include "batch.h"

#include <string.h>

static const struct weir_column *copy_columns(const struct weir_batch *batch)
{
    size_t n = batch->n_columns;
    size_t size = batch->n_rows * sizeof(struct weir_value);
    struct weir_column *columns = weir_new_array(batch->arena, n, struct weir_column);

    for (size_t c = 0; c < n; c++) {
        columns[c] = batch->columns[c];
        columns[c].values = weir_alloc(batch->arena, size);
        if (size)
            memcpy(columns[c].values, batch->columns[c].values, size);
    }
    return columns;
}

static const size_t *copy_first_rows(const struct weir_batch *batch)
{
    size_t *first = weir_new_array(batch->arena, batch->n_units, size_t);

    for (size_t u = 0; u < batch->n_units; u++)
        first[u] = batch->units[u].first_row;
    return first;
}

void weir_batch_remember(struct weir_batch *batch)
{
    struct weir_memory *memory = weir_new(batch->arena, struct weir_memory);

    *memory = (struct weir_memory){
        .columns = copy_columns(batch),
        .n_columns = batch->n_columns,
        .unit_first = copy_first_rows(batch),
        .origins = weir_alloc(batch->arena, batch->n_rows * sizeof(size_t)),
        .n = batch->n_rows,
        .stage = batch->stage,
    };
    for (size_t r = 0; r < batch->n_rows; r++)
        memory->origins[r] = r;
    batch->memory = memory;
}

void batch_memory_keep(struct weir_batch *batch, const bool *marks)
{
    struct weir_memory *memory = batch->memory;
    size_t kept = 0;

    if (!memory)
        return;
    for (size_t r = 0; r < memory->n; r++)
        if (marks[r])
            memory->origins[kept++] = memory->origins[r];
    memory->n = kept;
}
