#include "chains.h"

#include <stdlib.h>
#include <string.h>

/* A unit on its way to its chain. */
struct arrival {
    int64_t generation;
    struct weir_id id;
    const char *resource;
    bool is_opened;
    struct step step;
    size_t order;
};

static int compare_ids(int64_t generation, const struct weir_id *id, int64_t other_generation,
    const struct weir_id *other)
{
    if (generation != other_generation)
        return generation < other_generation ? -1 : 1;
    return memcmp(id->bytes, other->bytes, WEIR_ID_SIZE);
}

static int compare_arrivals(const void *a, const void *b)
{
    const struct arrival *left = a;
    const struct arrival *right = b;
    int order = compare_ids(left->generation, &left->id, right->generation, &right->id);

    return order ? order : (left->order > right->order) - (left->order < right->order);
}

static bool is_of_chain(const struct weir_unit *unit)
{
    return unit->position && unit->position->follow != WEIR_FOLLOW_FILL;
}

static size_t list_arrivals(
    const struct state *state, const struct transaction *transaction, struct arrival *arrivals)
{
    size_t n = 0;

    for (const struct held *held = transaction->first; held; held = held->next) {
        const struct generation *generation = &state->generations[held->resource];

        for (size_t i = 0; generation->is_open && i < held->batch->n_units; i++) {
            if (!is_of_chain(&held->batch->units[i]))
                continue;
            arrivals[n] = (struct arrival){
                .generation = generation->id,
                .id = held->batch->units[i].position->chain,
                .resource = held->batch->resource->name,
                .is_opened = held->batch->resource->n_parents > 0,
                .step = {held->batch, i},
                .order = n,
            };
            n++;
        }
    }
    return n;
}

void chains_gather(struct chains *chains, const struct state *state,
    const struct transaction *transaction, struct weir_arena *arena)
{
    size_t n_units = 0;
    size_t n;
    struct arrival *arrivals;
    struct step *steps;

    for (const struct held *held = transaction->first; held; held = held->next)
        n_units += held->batch->n_units;
    arrivals = weir_new_array(arena, n_units, struct arrival);
    n = list_arrivals(state, transaction, arrivals);
    qsort(arrivals, n, sizeof(*arrivals), compare_arrivals);
    steps = weir_new_array(arena, n, struct step);
    *chains = (struct chains){.items = weir_new_array(arena, n, struct chain)};
    for (size_t i = 0; i < n; i++) {
        struct chain *chain = chains->n ? &chains->items[chains->n - 1] : NULL;

        if (!chain || compare_ids(chain->generation, &chain->id, arrivals[i].generation,
                          &arrivals[i].id) != 0) {
            chain = &chains->items[chains->n++];
            *chain = (struct chain){.generation = arrivals[i].generation,
                .id = arrivals[i].id,
                .resource = arrivals[i].resource,
                .is_opened = arrivals[i].is_opened,
                .steps = &steps[i]};
        }
        steps[i] = arrivals[i].step;
        chain->n_steps++;
    }
}

static int compare_chains(const void *a, const void *b)
{
    const struct chain *left = a;
    const struct chain *right = b;

    return compare_ids(left->generation, &left->id, right->generation, &right->id);
}

struct chain *chains_find(const struct chains *chains, int64_t generation, const struct weir_id *id)
{
    const struct chain wanted = {.generation = generation, .id = *id};

    return bsearch(&wanted, chains->items, chains->n, sizeof(wanted), compare_chains);
}

/* --- one chain ------------------------------------------------------------------------------ */

enum verdict {
    IS_DONE,    /* loaded already */
    IS_MISSING, /* one before it is */
    WAITS,      /* given up, with all behind it: the chain stays where it is */
    MOVES,
};

static const struct weir_position *position_of(const struct step *step)
{
    return step->batch->units[step->unit].position;
}

uint64_t chain_first(const struct chain *chain)
{
    return position_of(&chain->steps[0])->number;
}

static enum verdict judge(const struct place *place, const struct weir_position *position)
{
    if (place->done || place->number > position->number)
        return IS_DONE;
    if (place->number < position->number)
        return IS_MISSING;
    return position->follow == WEIR_FOLLOW_WAIT ? WAITS : MOVES;
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

bool chain_runs_smoothly(const struct chain *chain)
{
    struct place place = {.number = chain_first(chain)};

    for (size_t i = 0; i < chain->n_steps; i++) {
        const struct weir_position *position = position_of(&chain->steps[i]);

        if (position->left_out || judge(&place, position) != MOVES)
            return false;
        place = place_behind(position);
    }
    return true;
}

void chain_foresee(struct chain *chain, const struct place *place)
{
    chain->behind = *place;
    chain->moves = false;
    for (size_t i = 0; i < chain->n_steps; i++) {
        const struct weir_position *position = position_of(&chain->steps[i]);

        if (judge(&chain->behind, position) != MOVES)
            continue;
        chain->behind = place_behind(position);
        chain->moves = true;
    }
}

/* Units in between never came: they can only be lost where the run is failing anyway. */
static enum weir_status judge_missing(
    const struct chain *chain, struct weir_stage *stage, const struct weir_position *position)
{
    if (weir_incomplete(stage))
        return WEIR_OK;
    return weir_fail(stage, WEIR_FAULT_BUG, "E-BUG",
        "resource '%s': unit %llu of a chain came for loading, but unit %llu is next; please "
        "report this",
        chain->resource, (unsigned long long)position->number,
        (unsigned long long)chain->behind.number);
}

enum weir_status chain_settle(struct chain *chain, struct weir_stage *stage,
    const struct place *place, struct step *gaps, size_t *n_gaps)
{
    enum weir_status status = WEIR_OK;

    chain->behind = *place;
    chain->moves = false;
    chain->is_settled = true;
    for (size_t i = 0; i < chain->n_steps && status == WEIR_OK; i++) {
        const struct step *step = &chain->steps[i];
        const struct weir_position *position = position_of(step);
        enum verdict verdict = judge(&chain->behind, position);

        if (verdict == IS_MISSING)
            status = judge_missing(chain, stage, position);
        if (verdict == MOVES) {
            chain->behind = place_behind(position);
            chain->moves = true;
        }
        if (verdict == WAITS || (verdict == MOVES && position->left_out))
            gaps[(*n_gaps)++] = *step;
        else if (verdict != MOVES)
            weir_batch_void_unit(step->batch, step->unit);
    }
    return status;
}
