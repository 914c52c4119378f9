/* Rows that are set aside: marked, told with their reason, and then taken out. */
#include "batch.h"

#include <assert.h>
#include <string.h>

size_t batch_unit_of(const struct weir_batch *batch, size_t row)
{
    size_t u = 0;

    while (row >= batch->units[u].first_row + batch->units[u].n_rows)
        u++;
    return u;
}

size_t weir_batch_row_number(const struct weir_batch *batch, size_t row, bool *ret_exact)
{
    size_t unit = batch_unit_of(batch, row);

    *ret_exact = batch_knows_row(batch, row) || !batch->is_thinned;
    if (batch_knows_row(batch, row))
        return batch->memory->origins[row] - batch->memory->unit_first[unit] + 1;
    return row - batch->units[unit].first_row + 1;
}

static struct weir_str row_as_it_came(const struct weir_batch *batch, size_t row)
{
    const struct weir_memory *memory = batch->memory;

    if (!batch_knows_row(batch, row))
        return weir_batch_row_json(batch, row);
    return batch_row_json(batch->arena, memory->columns, memory->n_columns, memory->origins[row]);
}

static void tell(
    struct weir_batch *batch, size_t row, const char *column, const struct weir_error *error)
{
    struct weir_reject *reject = weir_new(batch->arena, struct weir_reject);
    bool is_exact;
    size_t number = weir_batch_row_number(batch, row, &is_exact);

    *reject = (struct weir_reject){
        .next = batch->rejects,
        .unit = batch_unit_of(batch, row),
        .number = is_exact ? number : 0,
        .column = column ? weir_copy_text(batch->arena, column) : NULL,
        .error = *error,
        .row = row_as_it_came(batch, row),
        .stage = batch_knows_row(batch, row) ? batch->memory->stage : batch->stage,
    };
    batch->rejects = reject;
    batch->n_rejects++;
}

void weir_batch_reject(
    struct weir_batch *batch, size_t row, const char *column, const struct weir_error *error)
{
    assert(row < batch->n_rows);
    if (weir_batch_is_rejected(batch, row))
        return;
    if (!batch->rejected)
        batch->rejected = weir_new_array(batch->arena, batch->row_capacity, bool);
    batch->rejected[row] = true;
    tell(batch, row, column, error);
}

bool weir_batch_is_rejected(const struct weir_batch *batch, size_t row)
{
    return batch->rejected && batch->rejected[row];
}

void weir_batch_drop_rejected(struct weir_batch *batch)
{
    bool *marks = batch->rejected;

    if (!marks)
        return;
    for (size_t r = 0; r < batch->n_rows; r++)
        marks[r] = !marks[r];
    batch->rejected = NULL;
    weir_batch_keep(batch, marks);
}

void batch_rejected_keep(struct weir_batch *batch, const bool *marks)
{
    bool *rejected = batch->rejected;
    size_t kept = 0;

    if (!rejected)
        return;
    for (size_t r = 0; r < batch->n_rows; r++)
        if (marks[r])
            rejected[kept++] = rejected[r];
    memset(rejected + kept, 0, (batch->n_rows - kept) * sizeof(*rejected));
}

void batch_forget_rejects(struct weir_batch *batch, size_t unit)
{
    struct weir_reject **at = &batch->rejects;

    while (*at) {
        if ((*at)->unit == unit) {
            *at = (*at)->next;
            batch->n_rejects--;
        } else {
            at = &(*at)->next;
        }
    }
}
