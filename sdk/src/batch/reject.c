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

/* In the arena of the batch that it is set aside of, which may not be the one that it stands in. */
static struct weir_str row_as_it_came(
    struct weir_arena *arena, const struct weir_batch *batch, size_t row)
{
    const struct weir_memory *memory = batch->memory;

    if (!batch_knows_row(batch, row))
        return batch_row_json(arena, batch->columns, batch->n_columns, row);
    return batch_row_json(arena, memory->columns, memory->n_columns, memory->origins[row]);
}

/* Many rows may have the same reason, one behind the other. */
static const char *text_like(struct weir_arena *arena, const char *text, const char *former)
{
    return former && strcmp(text, former) == 0 ? former : weir_copy_text(arena, text);
}

static struct weir_reject *tell(struct weir_batch *batch, const struct weir_batch *of, size_t row,
    const char *column, const struct weir_error *error)
{
    struct weir_arena *arena = batch->arena;
    struct weir_reject *reject = weir_new(arena, struct weir_reject);
    const struct weir_reject *last = batch->rejects;
    bool is_exact;
    size_t number = weir_batch_row_number(of, row, &is_exact);

    *reject = (struct weir_reject){
        .next = batch->rejects,
        .unit = batch_unit_of(of, row),
        .number = is_exact ? number : 0,
        .column = column ? text_like(arena, column, last ? last->column : NULL) : NULL,
        .error.fault = error->fault,
        .error.code = text_like(arena, error->code, last ? last->error.code : NULL),
        .error.text = text_like(arena, error->text, last ? last->error.text : NULL),
        .stage = batch_knows_row(of, row) ? of->memory->stage : of->stage,
    };
    batch->rejects = reject;
    batch->n_rejects++;
    return reject;
}

static void mark(struct weir_batch *batch, size_t row)
{
    if (!batch->rejected)
        batch->rejected = weir_new_array(batch->arena, batch->row_capacity, bool);
    batch->rejected[row] = true;
}

void weir_batch_reject(
    struct weir_batch *batch, size_t row, const char *column, const struct weir_error *error)
{
    assert(row < batch->n_rows);
    if (weir_batch_is_rejected(batch, row))
        return;
    mark(batch, row);
    tell(batch, batch, row, column, error)->row = row_as_it_came(batch->arena, batch, row);
}

void batch_reject_raw(
    struct weir_batch *batch, size_t row, struct weir_str raw, const struct weir_error *error)
{
    assert(row < batch->n_rows && !weir_batch_is_rejected(batch, row));
    mark(batch, row);
    tell(batch, batch, row, NULL, error)->row = raw;
}

void weir_batch_leave_out(struct weir_batch *batch, const struct weir_batch *start, size_t row,
    const struct weir_error *error)
{
    assert(row < start->n_rows);
    tell(batch, start, row, NULL, error)->row = row_as_it_came(batch->arena, start, row);
    batch->is_thinned = true;
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
