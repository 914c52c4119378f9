/* What the units of a transaction open. */
#include "chains.h"

#include <stdlib.h>
#include <string.h>

static const struct weir_position *opening_position(const struct weir_unit *unit)
{
    const struct weir_position *position = unit->position;
    bool opens = position && !position->left_out && position->follow != WEIR_FOLLOW_WAIT;

    return opens && position->n_openings ? position : NULL;
}

static size_t count(const struct transaction *transaction)
{
    size_t n = 0;

    for (const struct held *held = transaction->first; held; held = held->next)
        for (size_t i = 0; i < held->batch->n_units; i++) {
            const struct weir_position *position = opening_position(&held->batch->units[i]);

            n += position ? position->n_openings : 0;
        }
    return n;
}

static const struct generation *generation_of(
    const struct state *state, const struct weir_resource *resource)
{
    for (size_t i = 0; i < state->stage->n_resources; i++)
        if (state->stage->resources[i] == resource)
            return &state->generations[i];
    return NULL;
}

/* A generation that is closed has all of its chains behind it. */
static void list(
    struct chains *openings, const struct state *state, const struct weir_position *position)
{
    for (size_t i = 0; i < position->n_openings; i++) {
        const struct weir_opening *opening = &position->openings[i];
        const struct generation *generation = generation_of(state, opening->resource);

        if (generation && generation->is_open)
            openings->items[openings->n++] = (struct chain){
                .generation = generation->id,
                .id = opening->chain,
                .resource = opening->resource->name,
                .is_opened = true,
                .behind = {.next = opening->next},
            };
    }
}

int chains_compare(const struct chain *left, const struct chain *right)
{
    int order = (left->generation > right->generation) - (left->generation < right->generation);

    if (order == 0)
        order = memcmp(left->id.bytes, right->id.bytes, WEIR_ID_SIZE);
    if (order == 0)
        order = (left->behind.next == NULL) - (right->behind.next == NULL);
    return order;
}

static int compare(const void *a, const void *b)
{
    return chains_compare(a, b);
}

static bool are_same(const struct chain *left, const struct chain *right)
{
    return left->generation == right->generation &&
           memcmp(left->id.bytes, right->id.bytes, WEIR_ID_SIZE) == 0;
}

void chains_gather_openings(struct chains *openings, const struct state *state,
    const struct transaction *transaction, struct weir_arena *arena)
{
    size_t n = 0;

    *openings = (struct chains){.items = weir_new_array(arena, count(transaction), struct chain)};
    for (const struct held *held = transaction->first; held; held = held->next)
        for (size_t i = 0; i < held->batch->n_units; i++) {
            const struct weir_position *position = opening_position(&held->batch->units[i]);

            if (position)
                list(openings, state, position);
        }
    if (openings->n)
        qsort(openings->items, openings->n, sizeof(struct chain), compare);
    for (size_t i = 0; i < openings->n; i++)
        if (n == 0 || !are_same(&openings->items[n - 1], &openings->items[i]))
            openings->items[n++] = openings->items[i];
    openings->n = n;
}
