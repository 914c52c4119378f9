#include "model_notes.h"

#include "model_db.h"

uint64_t model_note(const struct model_view *view, uint64_t unit)
{
    uint64_t what = view->n_units == unit + 1;
    size_t row, end;

    model_view_unit(view, unit, &row, &end);
    for (; row < end; row++)
        what = model_mix(
            what ^ (uint64_t)view->rows[row]->id * 64 ^ (uint64_t)view->rows[row]->version);
    return model_mix(what) % 5 ? model_mix(what) : 0;
}

static struct db_note *find(const struct db_notes *notes, size_t chain, uint64_t number)
{
    for (size_t i = 0; i < notes->n; i++)
        if (notes->items[i].chain == chain && notes->items[i].number == number)
            return &notes->items[i];
    return NULL;
}

uint64_t model_notes_find(const struct db_notes *notes, size_t chain, uint64_t number)
{
    const struct db_note *note = find(notes, chain, number);

    return note ? note->what : 0;
}

void model_notes_put(
    struct db_notes *notes, struct weir_arena *arena, size_t chain, uint64_t number, uint64_t what)
{
    struct db_note *note = find(notes, chain, number);

    if (note)
        *note = notes->items[--notes->n];
    if (!what)
        return;
    notes->items = model_db_grow(arena, notes->items, notes->n, &notes->capacity, sizeof(*note));
    notes->items[notes->n++] = (struct db_note){chain, number, what};
}

bool model_notes_are_same(const struct db_notes *a, const struct db_notes *b)
{
    for (size_t i = 0; i < a->n; i++)
        if (model_notes_find(b, a->items[i].chain, a->items[i].number) != a->items[i].what)
            return false;
    return a->n == b->n;
}
