/* What the units of a batch do to the marks of their series. */
#include "guard.h"

#include <string.h>

static bool has_mark(const struct weir_unit *unit)
{
    return unit->position && unit->mark && unit->mark->text;
}

/* The first unit behind `first` whose mark is of another series, or that has none. */
static size_t end_of_series(const struct weir_batch *batch, size_t first)
{
    const struct weir_id *series = &batch->units[first].position->series;
    size_t end = first + 1;

    while (end < batch->n_units && has_mark(&batch->units[end]) &&
           memcmp(series, &batch->units[end].position->series, sizeof(*series)) == 0)
        end++;
    return end;
}

/* The highest mark of the units, with the ties of all that stand there. */
static struct weir_unit_mark highest(const struct weir_batch *batch, size_t first, size_t end)
{
    struct weir_unit_mark mark = *batch->units[first].mark;
    size_t n = 0;
    char *ties;

    for (size_t i = first; i < end; i++)
        if (strcmp(batch->units[i].mark->key, mark.key) > 0)
            mark = *batch->units[i].mark;
    for (size_t i = first; i < end; i++)
        if (strcmp(batch->units[i].mark->key, mark.key) == 0)
            n += batch->units[i].mark->ties.len;
    ties = weir_alloc(batch->arena, n);
    mark.ties = (struct weir_str){ties, n};
    for (size_t i = first; i < end; i++) {
        const struct weir_unit_mark *other = batch->units[i].mark;

        if (strcmp(other->key, mark.key) != 0 || !other->ties.len)
            continue;
        memcpy(ties, other->ties.ptr, other->ties.len);
        ties += other->ties.len;
    }
    return mark;
}

enum weir_status guard_raise_marks(struct guard *guard)
{
    const struct weir_batch *batch = guard->batch;
    enum weir_status status = WEIR_OK;
    size_t end;

    for (size_t i = 0; i < batch->n_units && status == WEIR_OK; i = end) {
        struct weir_unit_mark mark;

        end = i + 1;
        if (!has_mark(&batch->units[i]))
            continue;
        if (!guard->marks)
            guard->marks = weir_new_array(batch->arena, batch->n_units, struct mark_before);
        end = end_of_series(batch, i);
        mark = highest(batch, i, end);
        status = marks_raise(guard->state, guard->generation, &batch->units[i].position->series,
            &mark, batch->arena, &guard->marks[guard->n_marks]);
        if (status == WEIR_OK)
            guard->n_marks++;
    }
    return status;
}
