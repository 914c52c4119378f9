#include "batch.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIRST_COLUMNS = 16,
    FIRST_UNITS = 4,
};

struct weir_batch *weir_batch_new(const struct weir_resource *resource)
{
    struct weir_arena *arena = weir_arena_new();
    struct weir_batch *batch = weir_new(arena, struct weir_batch);

    batch->arena = arena;
    batch->resource = resource;
    return batch;
}

void weir_batch_free(struct weir_batch *batch)
{
    if (batch)
        weir_arena_free(batch->arena);
}

/*
 * An array of the arena made longer. The old one stays in the arena, so growth is by doubling:
 * all old ones together are then no larger than the new one.
 */
static void *grow(struct weir_arena *arena, const void *old, size_t n, size_t capacity, size_t size)
{
    void *grown = weir_alloc_zero(arena, capacity, size);

    if (n)
        memcpy(grown, old, n * size);
    return grown;
}

struct weir_unit *weir_batch_add_unit(struct weir_batch *batch, void *origin)
{
    struct weir_unit *unit;

    if (batch->n_units == batch->unit_capacity) {
        size_t capacity = batch->unit_capacity ? batch->unit_capacity * 2 : FIRST_UNITS;

        batch->units =
            grow(batch->arena, batch->units, batch->n_units, capacity, sizeof(*batch->units));
        batch->unit_capacity = capacity;
    }
    unit = &batch->units[batch->n_units++];
    *unit = (struct weir_unit){.first_row = batch->n_rows, .origin = origin};
    return unit;
}

size_t weir_batch_add_row(struct weir_batch *batch)
{
    size_t row;

    assert(batch->n_units > 0);
    row = batch_open_row(batch);
    for (size_t c = 0; c < batch->n_columns; c++)
        batch->columns[c].values[row] = weir_null();
    return row;
}

size_t weir_batch_find(const struct weir_batch *batch, struct weir_str name)
{
    for (size_t c = 0; c < batch->n_columns; c++) {
        if (weir_str_equal(batch->columns[c].name, name))
            return c;
    }
    return SIZE_MAX;
}

size_t batch_append_column(struct weir_batch *batch, struct weir_str name)
{
    struct weir_column *column;

    if (batch->n_columns == batch->column_capacity) {
        size_t capacity = batch->column_capacity ? batch->column_capacity * 2 : FIRST_COLUMNS;

        batch->columns =
            grow(batch->arena, batch->columns, batch->n_columns, capacity, sizeof(*batch->columns));
        batch->column_capacity = capacity;
    }
    column = &batch->columns[batch->n_columns];
    *column = (struct weir_column){
        .name = weir_copy(batch->arena, name),
        .values = batch_new_values(batch),
    };
    return batch->n_columns++;
}

size_t weir_batch_column(struct weir_batch *batch, struct weir_str name)
{
    size_t column = weir_batch_find(batch, name);

    return column != SIZE_MAX ? column : batch_append_column(batch, name);
}

void weir_batch_set(struct weir_batch *batch, size_t column, struct weir_value value)
{
    struct weir_column *col;

    assert(column < batch->n_columns && batch->n_rows > 0);
    col = &batch->columns[column];
    col->values[batch->n_rows - 1] = value;
    if (value.kind != WEIR_NULL)
        col->kinds |= 1U << value.kind;
}

void weir_batch_fail_unit(struct weir_batch *batch, const struct weir_error *error)
{
    struct weir_unit *unit;
    struct weir_error *copy;

    assert(batch->n_units > 0);
    unit = &batch->units[batch->n_units - 1];
    copy = weir_new(batch->arena, struct weir_error);
    *copy = *error;
    unit->error = copy;
    batch_forget_rejects(batch, batch->n_units - 1);
    if (unit->n_rows == 0)
        return;
    if (batch->rejected)
        memset(batch->rejected + unit->first_row, 0, unit->n_rows * sizeof(*batch->rejected));
    batch->n_rows = unit->first_row;
    unit->n_rows = 0;
    if (batch->memory && batch->memory->n > batch->n_rows)
        batch->memory->n = batch->n_rows;
    for (size_t c = 0; c < batch->n_columns; c++)
        weir_column_recount(&batch->columns[c], batch->n_rows);
}

bool weir_column_has(const struct weir_column *column, enum weir_kind kind)
{
    return (column->kinds & 1U << kind) != 0;
}

void weir_column_recount(struct weir_column *column, size_t n_rows)
{
    uint32_t kinds = 0;

    for (size_t r = 0; r < n_rows; r++)
        kinds |= 1U << column->values[r].kind;
    column->kinds = kinds & ~(1U << WEIR_NULL);
}

void weir_batch_drop_column(struct weir_batch *batch, size_t column)
{
    struct weir_column *at;

    assert(column < batch->n_columns);
    at = &batch->columns[column];
    batch->n_columns--;
    memmove(at, at + 1, (batch->n_columns - column) * sizeof(*at));
}

static void keep_in_column(struct weir_column *column, const bool *marks, size_t n_rows)
{
    size_t kept = 0;
    uint32_t kinds = 0;

    for (size_t r = 0; r < n_rows; r++) {
        if (!marks[r])
            continue;
        kinds |= 1U << column->values[r].kind;
        column->values[kept++] = column->values[r];
    }
    column->kinds = kinds & ~(1U << WEIR_NULL);
}

void weir_batch_keep(struct weir_batch *batch, const bool *marks)
{
    size_t kept = 0;

    for (size_t u = 0; u < batch->n_units; u++) {
        struct weir_unit *unit = &batch->units[u];
        size_t end = unit->first_row + unit->n_rows;
        size_t first = kept;

        for (size_t r = unit->first_row; r < end; r++)
            kept += marks[r];
        unit->first_row = first;
        unit->n_rows = kept - first;
    }
    if (kept == batch->n_rows)
        return;
    batch_memory_keep(batch, marks);
    batch_rejected_keep(batch, marks);
    for (size_t c = 0; c < batch->n_columns; c++)
        keep_in_column(&batch->columns[c], marks, batch->n_rows);
    batch->n_rows = kept;
    batch->is_thinned = true;
}

/* Rows of other units move up; all that the unit had to say goes. */
void weir_batch_void_unit(struct weir_batch *batch, size_t unit)
{
    struct weir_unit *at;

    assert(unit < batch->n_units);
    at = &batch->units[unit];
    batch_forget_rejects(batch, unit);
    if (at->n_rows) {
        bool *marks = weir_malloc(batch->n_rows * sizeof(*marks));

        for (size_t r = 0; r < batch->n_rows; r++)
            marks[r] = r < at->first_row || r >= at->first_row + at->n_rows;
        weir_batch_keep(batch, marks);
        free(marks);
    }
    at->mark = NULL;
    at->position = NULL;
}

void weir_batch_replace(struct weir_batch *batch, struct weir_column *columns, size_t n_columns,
    const size_t *unit_rows)
{
    size_t n_rows = 0;

    for (size_t u = 0; u < batch->n_units; u++) {
        batch->units[u].first_row = n_rows;
        batch->units[u].n_rows = unit_rows[u];
        n_rows += unit_rows[u];
    }
    /* A list of its own, since the caller's may be on its stack. */
    batch->columns = grow(batch->arena, columns, n_columns, n_columns, sizeof(*columns));
    batch->n_columns = n_columns;
    batch->column_capacity = n_columns;
    batch->n_rows = n_rows;
    batch->row_capacity = n_rows;
    batch->memory = NULL;
    batch->rejected = NULL;
    batch->is_thinned = true;
}
