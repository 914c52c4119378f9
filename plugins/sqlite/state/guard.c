#include "guard.h"

#include "../errors.h"
#include "../names.h"
#include "../transaction.h"
#include "dead_letters.h"
#include "gaps.h"

#include <string.h>

/* --- chains that move on -------------------------------------------------------------------- */

/* For guard_undo. */
static void note_place(struct guard *guard, const struct weir_position *last,
    const struct place *before, bool was_there)
{
    struct place_before *note = &guard->places[guard->n_places++];

    *note = (struct place_before){.generation = guard->generation,
        .chain = last->chain,
        .was_there = was_there,
        .moved_to = last->number + 1};
    if (was_there)
        note->place = *before;
}

static enum weir_status fail_here(struct guard *guard)
{
    return state_fail(guard->state, "cannot write where its source stands");
}

static void void_units(struct guard *guard, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++)
        weir_batch_void_unit(guard->batch, i);
}

/* Units in between never came: they can only be lost where the run is failing anyway. */
static enum weir_status judge_missing(
    struct guard *guard, size_t first, size_t end, uint64_t stands_at)
{
    if (!weir_incomplete(guard->state->stage))
        return weir_fail(guard->state->stage, WEIR_FAULT_BUG, "E-BUG",
            "resource '%s': unit %llu of a chain came for loading, but unit %llu is next; please "
            "report this",
            name_show(weir_str(guard->batch->resource->name)).text,
            (unsigned long long)guard->batch->units[first].position->number,
            (unsigned long long)stands_at);
    void_units(guard, first, end);
    return WEIR_OK;
}

static int write_gaps(struct guard *guard, size_t first, size_t end)
{
    const struct weir_unit *units = guard->batch->units;
    int rc = SQLITE_OK;

    for (size_t i = first; i < end && rc == SQLITE_OK; i++)
        if (units[i].position->left_out)
            rc = gaps_put(guard->state, guard->generation, &units[i]);
    return rc;
}

static struct place place_behind(const struct weir_position *position)
{
    bool ends = position->follow == WEIR_FOLLOW_END;

    return (struct place){
        .number = position->number + 1,
        .next = position->next,
        .done = ends,
    };
}

/* The chain stands at the first of these units, and goes on behind the last. */
static enum weir_status move_on(
    struct guard *guard, size_t first, size_t end, const struct place *before, bool was_there)
{
    const struct weir_position *last = guard->batch->units[end - 1].position;
    struct place behind = place_behind(last);
    bool added = true;
    int rc;

    if (was_there)
        rc = places_set(guard->state, guard->generation, &last->chain, &behind);
    else
        rc = places_add(guard->state, guard->generation, &last->chain, &behind, &added);
    if (rc == SQLITE_OK && added) {
        note_place(guard, last, before, was_there);
        rc = write_gaps(guard, first, end);
    }
    return rc == SQLITE_OK ? WEIR_OK : fail_here(guard);
}

/* Neighbours of one chain: those that are done already are voided, the others move it on. */
static enum weir_status guard_moves(struct guard *guard, size_t first, size_t end)
{
    const struct weir_position *position = guard->batch->units[first].position;
    struct place place;
    bool found;
    size_t n_done;

    if (places_find(guard->state, guard->generation, &position->chain, guard->batch->arena, &place,
            &found) != SQLITE_OK)
        return fail_here(guard);
    if (!place.done && place.number < position->number)
        return judge_missing(guard, first, end, place.number);
    n_done = place.done ? end - first : (size_t)(place.number - position->number);
    if (n_done >= end - first) {
        void_units(guard, first, end);
        return WEIR_OK;
    }
    void_units(guard, first, first + n_done);
    return move_on(guard, first + n_done, end, &place, found);
}

/* Most chains of a set are new: then one statement is enough. */
static enum weir_status guard_beginning(struct guard *guard, size_t first, size_t end)
{
    const struct weir_position *last = guard->batch->units[end - 1].position;
    struct place behind = place_behind(last);
    bool added;
    int rc = places_add(guard->state, guard->generation, &last->chain, &behind, &added);

    if (rc == SQLITE_OK && !added)
        return guard_moves(guard, first, end);
    if (rc == SQLITE_OK) {
        note_place(guard, last, NULL, false);
        rc = write_gaps(guard, first, end);
    }
    return rc == SQLITE_OK ? WEIR_OK : fail_here(guard);
}

/* --- everything rarer ----------------------------------------------------------------------- */

/* Given up, with all behind it: the chain stays where it is. */
static enum weir_status guard_wait(struct guard *guard, size_t unit)
{
    const struct weir_position *position = guard->batch->units[unit].position;
    struct place place;
    bool found;

    if (places_find(guard->state, guard->generation, &position->chain, guard->batch->arena, &place,
            &found) != SQLITE_OK)
        return fail_here(guard);
    if (place.done || place.number > position->number) {
        void_units(guard, unit, unit + 1);
        return WEIR_OK;
    }
    if (place.number < position->number)
        return judge_missing(guard, unit, unit + 1, place.number);
    guard->state->has_waiting = true;
    if (gaps_put(guard->state, guard->generation, &guard->batch->units[unit]) != SQLITE_OK)
        return fail_here(guard);
    return WEIR_OK;
}

/* A hole of an earlier run: it must still be one. */
static enum weir_status guard_fill(struct guard *guard, size_t unit)
{
    const struct weir_unit *filled = &guard->batch->units[unit];
    bool there;
    int rc;

    if (filled->position->left_out)
        rc = gaps_renew(guard->state, guard->generation, filled, &there);
    else
        rc = gaps_remove(guard->state, guard->generation, filled->position, &there);
    if (rc != SQLITE_OK)
        return fail_here(guard);
    if (!there)
        void_units(guard, unit, unit + 1);
    return WEIR_OK;
}

/* A row that was set aside earlier: it must still be. */
static enum weir_status guard_letter(struct guard *guard, size_t unit)
{
    struct weir_unit *letter = &guard->batch->units[unit];
    bool there;
    enum weir_status status = dead_letters_find(guard->state, letter->dead_letter, &there);

    if (status != WEIR_OK || there)
        return status;
    void_units(guard, unit, unit + 1);
    letter->dead_letter = 0;
    return WEIR_OK;
}

/* --- a batch -------------------------------------------------------------------------------- */

static bool moves(const struct weir_position *position)
{
    return position->follow == WEIR_FOLLOW_NEXT || position->follow == WEIR_FOLLOW_END;
}

static bool follows(const struct weir_position *position, const struct weir_position *before)
{
    return position && moves(position) && before->follow == WEIR_FOLLOW_NEXT &&
           position->number == before->number + 1 &&
           memcmp(&position->chain, &before->chain, sizeof(position->chain)) == 0;
}

/* The first unit behind `first` that does not go on with its chain. */
static size_t end_of_chain(const struct weir_batch *batch, size_t first)
{
    size_t end = first + 1;

    if (batch->units[first].position && moves(batch->units[first].position))
        while (end < batch->n_units &&
               follows(batch->units[end].position, batch->units[end - 1].position))
            end++;
    return end;
}

static enum weir_status guard_units(struct guard *guard, size_t first, size_t end)
{
    const struct weir_unit *unit = &guard->batch->units[first];

    if (!unit->position)
        return unit->dead_letter ? guard_letter(guard, first) : WEIR_OK;
    /* Read to its end by an earlier run; its places are forgotten. */
    if (!guard->is_open) {
        void_units(guard, first, end);
        return WEIR_OK;
    }
    switch (unit->position->follow) {
    case WEIR_FOLLOW_WAIT:
        return guard_wait(guard, first);
    case WEIR_FOLLOW_FILL:
        return guard_fill(guard, first);
    default:
        break;
    }
    if (unit->position->number == 0)
        return guard_beginning(guard, first, end);
    return guard_moves(guard, first, end);
}

static bool is_rare(const struct weir_unit *unit)
{
    const struct weir_position *position = unit->position;

    if (!position)
        return unit->dead_letter != 0;
    return position->left_out || !moves(position);
}

static bool needs_savepoint(const struct weir_batch *batch)
{
    for (size_t i = 0; i < batch->n_units; i++)
        if (is_rare(&batch->units[i]))
            return true;
    return false;
}

enum weir_status guard_begin(struct guard *guard, struct state *state, struct weir_batch *batch)
{
    const struct generation *generation = state_generation(state, batch->resource);
    enum weir_status status = WEIR_OK;
    size_t end;

    *guard = (struct guard){
        .state = state,
        .batch = batch,
        .generation = generation->id,
        .is_open = generation->is_open,
        .has_savepoint = needs_savepoint(batch),
        .places = weir_new_array(
            batch->arena, batch->n_units + guard_count_openings(batch), struct place_before),
    };
    if (guard->has_savepoint && database_run(state->db, "SAVEPOINT weir_guard") != SQLITE_OK)
        return database_fail(state->db, "cannot set a savepoint");
    for (size_t i = 0; i < batch->n_units && status == WEIR_OK; i = end) {
        end = end_of_chain(batch, i);
        status = guard_units(guard, i, end);
    }
    if (status == WEIR_OK)
        status = guard_open_chains(guard);
    if (status == WEIR_OK)
        status = guard_raise_marks(guard);
    if (status == WEIR_OK)
        status = guard_write_notes(guard);
    if (status != WEIR_OK)
        guard_undo(guard);
    return status;
}
