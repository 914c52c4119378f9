/*
 * Where the values of a batch are: memory for all its columns, in few pieces.
 *
 * A piece can be given back alone. So all of them are exchanged for a larger one while rows come, and
 * for one of the right size when all have come. A new column moves no other: it has room in the
 * newest piece, or brings one. A transform may give columns values that lie elsewhere.
 */
#include "batch.h"

#include <string.h>

#include "base/arena.h"

enum {
    FIRST_ROWS = 16,
    FIRST_SLOTS = 16,
    SPARE_SHARE = 16, /* where no more is free than this share, nothing moves */
};

struct weir_cells {
    struct weir_cells *earlier; /* piece; NULL: none */
    size_t n_slots;             /* columns that there is room for */
    size_t n_used;              /* of them, from the first on */
    size_t height;              /* rows of each */
    struct weir_value values[];
};

static size_t size_of(size_t n_columns, size_t n_rows)
{
    size_t n;
    size_t size;

    if (__builtin_mul_overflow(n_columns, n_rows, &n) ||
        __builtin_mul_overflow(n, sizeof(struct weir_value), &size) ||
        size > SIZE_MAX - sizeof(struct weir_cells))
        weir_out_of_memory();
    return size;
}

static bool is_inside(const struct weir_cells *cells, const struct weir_column *column)
{
    uintptr_t at = (uintptr_t)column->values;

    for (; cells; cells = cells->earlier)
        if (at >= (uintptr_t)cells->values &&
            at - (uintptr_t)cells->values < size_of(cells->n_slots, cells->height))
            return true;
    return false;
}

static void add_piece(struct weir_batch *batch, size_t n_slots, size_t height)
{
    struct weir_cells *cells =
        arena_alloc_apart(batch->arena, sizeof(*cells) + size_of(n_slots, height));

    cells->earlier = batch->cells;
    cells->n_slots = n_slots;
    cells->n_used = 0;
    cells->height = height;
    batch->cells = cells;
}

static struct weir_value *take_slot(struct weir_cells *cells)
{
    return cells->values + cells->n_used++ * cells->height;
}

static void move_column(struct weir_cells *cells, struct weir_column *column, size_t n_rows)
{
    struct weir_value *values = take_slot(cells);

    if (n_rows)
        memcpy(values, column->values, n_rows * sizeof(*values));
    column->values = values;
}

/* One piece instead of all: for all columns, or for those that were in one of them. */
static void exchange(struct weir_batch *batch, size_t n_slots, size_t height, bool all)
{
    struct weir_cells *last = batch->cells;

    add_piece(batch, n_slots, height);
    for (size_t c = 0; c < batch->n_columns; c++)
        if (all || is_inside(last, &batch->columns[c]))
            move_column(batch->cells, &batch->columns[c], batch->n_rows);
    batch->cells->earlier = NULL;
    while (last) {
        struct weir_cells *earlier = last->earlier;

        arena_free_apart(batch->arena, last);
        last = earlier;
    }
}

/* As long as columns are short, many others are likely; later some are. */
static size_t more_slots(const struct weir_batch *batch)
{
    if (batch->n_columns < FIRST_SLOTS && batch->row_capacity <= FIRST_ROWS)
        return FIRST_SLOTS;
    return 1 + batch->n_columns / 4;
}

/* Growth is by doubling, so that each value moves but a few times. */
void batch_reserve(struct weir_batch *batch, size_t n_rows)
{
    size_t capacity = batch->row_capacity * 2;

    if (n_rows <= batch->row_capacity)
        return;
    if (capacity < n_rows)
        capacity = n_rows < FIRST_ROWS ? FIRST_ROWS : n_rows;
    if (batch->n_columns)
        exchange(batch, batch->n_columns, capacity, true);
    if (batch->rejected) {
        bool *rejected = weir_new_array(batch->arena, capacity, bool);

        memcpy(rejected, batch->rejected, batch->n_rows * sizeof(*rejected));
        batch->rejected = rejected;
    }
    batch->row_capacity = capacity;
}

struct weir_value *batch_new_values(struct weir_batch *batch)
{
    const struct weir_cells *cells = batch->cells;
    struct weir_value *values;

    if (batch->row_capacity == 0)
        return weir_alloc(batch->arena, 0);
    if (!cells || cells->height < batch->row_capacity || cells->n_used == cells->n_slots)
        add_piece(batch, more_slots(batch), batch->row_capacity);
    values = take_slot(batch->cells);
    for (size_t row = 0; row < batch->n_rows; row++)
        values[row] = weir_absent();
    return values;
}

void weir_batch_fit(struct weir_batch *batch)
{
    size_t held = 0;
    size_t needed;
    size_t n = 0;

    for (const struct weir_cells *cells = batch->cells; cells; cells = cells->earlier)
        held += size_of(cells->n_slots, cells->height);
    for (size_t c = 0; c < batch->n_columns; c++)
        n += is_inside(batch->cells, &batch->columns[c]);
    needed = size_of(n, batch->n_rows);
    if (needed >= held - held / SPARE_SHARE)
        return;
    exchange(batch, n, batch->n_rows, false);
    batch->row_capacity = batch->n_rows;
}
