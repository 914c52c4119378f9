/* What the units of a batch open: places of chains that nobody has begun yet. */
#include "guard.h"

static bool opens(const struct weir_unit *unit)
{
    const struct weir_position *position = unit->position;

    return position && position->n_openings && !position->left_out &&
           position->follow != WEIR_FOLLOW_WAIT;
}

size_t guard_count_openings(const struct weir_batch *batch)
{
    size_t n = 0;

    for (size_t i = 0; i < batch->n_units; i++)
        if (opens(&batch->units[i]))
            n += batch->units[i].position->n_openings;
    return n;
}

/* One that has a place stays where it is. A generation that is closed has all of them behind it. */
static int open_chain(struct guard *guard, const struct weir_opening *opening)
{
    const struct generation *generation = state_generation(guard->state, opening->resource);
    struct place place = {.next = opening->next};
    bool added;
    int rc;

    if (!generation || !generation->is_open)
        return SQLITE_OK;
    rc = places_add(guard->state, generation->id, &opening->chain, &place, &added);
    if (rc == SQLITE_OK && added)
        guard->places[guard->n_places++] =
            (struct place_before){.generation = generation->id, .chain = opening->chain};
    return rc;
}

enum weir_status guard_open_chains(struct guard *guard)
{
    const struct weir_batch *batch = guard->batch;
    int rc = SQLITE_OK;

    for (size_t i = 0; i < batch->n_units; i++) {
        if (!opens(&batch->units[i]))
            continue;
        for (size_t k = 0; k < batch->units[i].position->n_openings && rc == SQLITE_OK; k++)
            rc = open_chain(guard, &batch->units[i].position->openings[k]);
    }
    return rc == SQLITE_OK
               ? WEIR_OK
               : state_fail(guard->state, "cannot write what its source is to be asked for");
}
