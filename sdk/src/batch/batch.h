/*
 * What libweir alone may do to a batch: build one without asking twice, for readers
 * that fill many cells and know that their columns are distinct, and look at the
 * rows as they came. See <weir/batch.h>.
 */
#ifndef WEIR_SRC_BATCH_H
#define WEIR_SRC_BATCH_H

#include <weir/batch.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Makes room for so many rows in all; cells behind n_rows are undefined. */
void batch_reserve(struct weir_batch *batch, size_t n_rows);

/* Values for a column that is about to be added: null in all rows so far. */
struct weir_value *batch_new_values(struct weir_batch *batch);

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

/*
 * The rows as they came. Transforms edit values in place, so these are a copy; texts are shared.
 * Rows that a transform adds behind the others are not among them.
 */
struct weir_memory {
    const struct weir_column *columns;
    size_t n_columns;
    const size_t *unit_first; /* of each unit: its first row as it came */
    size_t *origins;          /* of each row that there is now: which it came as */
    size_t n;                 /* of them */
    uint32_t stage;           /* the batch's, when they came */
};

static inline bool batch_knows_row(const struct weir_batch *batch, size_t row)
{
    return batch->memory && row < batch->memory->n;
}

/* Goes along with weir_batch_keep, before it. */
void batch_memory_keep(struct weir_batch *batch, const bool *marks);

/* The unit that the row belongs to. */
size_t batch_unit_of(const struct weir_batch *batch, size_t row);
/* weir_batch_reject for a row that is no object, and so has no cells: `raw` is the JSON that it is,
 * which lives as long as the batch. */
void batch_reject_raw(
    struct weir_batch *batch, size_t row, struct weir_str raw, const struct weir_error *error);
/* Before the rows of weir_batch_keep move: so do the marks of those that are set aside. */
void batch_rejected_keep(struct weir_batch *batch, const bool *marks);
/* What was set aside of the unit is no more. */
void batch_forget_rejects(struct weir_batch *batch, size_t unit);

/* These cells as an object, in the arena. */
struct weir_str batch_row_json(
    struct weir_arena *arena, const struct weir_column *columns, size_t n_columns, size_t row);

#ifdef __cplusplus
}
#endif
#endif
