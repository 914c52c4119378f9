#include "pins.h"

#include <stdlib.h>
#include <string.h>

/* Chains are hashes already. */
static size_t bucket_of(size_t resource, const struct weir_id *chain)
{
    uint32_t bits;

    memcpy(&bits, chain->bytes, sizeof(bits));
    return (bits ^ resource * 0x9e3779b1U) % PINS_BUCKETS;
}

static struct pin *find(const struct pins *pins, size_t resource, const struct weir_id *chain)
{
    struct pin *pin = pins->buckets[bucket_of(resource, chain)];

    while (pin && (pin->resource != resource || memcmp(&pin->chain, chain, sizeof(*chain)) != 0))
        pin = pin->next;
    return pin;
}

/* A unit that is the first and the last of its chain depends on no other one, nor does a hole that is
 * filled. */
static bool is_bound(const struct weir_unit *unit)
{
    const struct weir_position *position = unit->position;

    if (!position || position->follow == WEIR_FOLLOW_FILL)
        return false;
    return position->number > 0 || position->follow == WEIR_FOLLOW_NEXT;
}

struct lane *pins_look(const struct pins *pins, const struct held *held,
    void (*tell)(struct lane *lane), bool *ret_several)
{
    struct lane *lane = NULL;

    *ret_several = false;
    for (size_t i = 0; i < held->batch->n_units; i++) {
        const struct weir_unit *unit = &held->batch->units[i];
        const struct pin *pin =
            is_bound(unit) ? find(pins, held->resource, &unit->position->chain) : NULL;

        if (!pin || pin->lane == lane)
            continue;
        if (lane) {
            *ret_several = true;
            tell(lane);
            tell(pin->lane);
        }
        lane = pin->lane;
    }
    return lane;
}

static struct pin *take(
    struct pins *pins, const struct held *held, const struct weir_id *chain, struct lane *lane)
{
    struct pin **bucket = &pins->buckets[bucket_of(held->resource, chain)];
    struct pin *pin = find(pins, held->resource, chain);

    if (!pin) {
        pin = weir_calloc(1, sizeof(*pin));
        *pin = (struct pin){
            .next = *bucket, .resource = held->resource, .chain = *chain, .lane = lane};
        *bucket = pin;
    }
    pin->n_held++;
    return pin;
}

void pins_add(struct pins *pins, struct held *held, struct lane *lane)
{
    const struct weir_batch *batch = held->batch;
    size_t n = 0;

    for (size_t i = 0; i < batch->n_units; i++)
        n += is_bound(&batch->units[i]);
    held->pins = weir_new_array(batch->arena, n, struct pin *);
    for (size_t i = 0; i < batch->n_units; i++)
        if (is_bound(&batch->units[i]))
            held->pins[held->n_pins++] = take(pins, held, &batch->units[i].position->chain, lane);
}

static void remove_pin(struct pins *pins, struct pin *pin)
{
    struct pin **at = &pins->buckets[bucket_of(pin->resource, &pin->chain)];

    while (*at != pin)
        at = &(*at)->next;
    *at = pin->next;
    free(pin);
}

void pins_remove(struct pins *pins, struct held *held)
{
    for (size_t i = 0; i < held->n_pins; i++)
        if (--held->pins[i]->n_held == 0)
            remove_pin(pins, held->pins[i]);
    held->n_pins = 0;
}

void pins_done(struct pins *pins)
{
    for (size_t i = 0; i < PINS_BUCKETS; i++)
        while (pins->buckets[i])
            remove_pin(pins, pins->buckets[i]);
}
