/*
 * Building a batch without asking twice: for readers inside libweir that fill
 * many cells and know that their columns are distinct. See <weir/batch.h>.
 */
#ifndef WEIR_SRC_BATCH_H
#define WEIR_SRC_BATCH_H

#include <weir/batch.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Makes room for so many rows in all; cells behind n_rows are undefined. */
void batch_reserve(struct weir_batch *batch, size_t n_rows);

/* A new column, null in all rows; the caller knows that no other has this name. */
size_t batch_append_column(struct weir_batch *batch, struct weir_str name);

/* Counts one more row to the last unit. Its cells are undefined: the caller fills every one. */
static inline size_t batch_open_row(struct weir_batch *batch)
{
    if (batch->n_rows == batch->row_capacity)
        batch_reserve(batch, batch->n_rows + 1);
    batch->units[batch->n_units - 1].n_rows++;
    return batch->n_rows++;
}

#ifdef __cplusplus
}
#endif
#endif
