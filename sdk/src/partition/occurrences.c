#include "occurrences.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <weir/arena.h>
#include <weir/position.h>

struct occurrences {
    size_t n_slots;
    uint64_t *slots; /* open addressing; 0: free */
};

struct occurrences *occurrences_new(uint64_t n)
{
    struct occurrences *occurrences = weir_calloc(1, sizeof(*occurrences));

    /* Three quarters full, and never quite full, so that every search comes to a free slot. */
    occurrences->n_slots = (size_t)(n + n / 3 + 8);
    occurrences->slots = weir_calloc(occurrences->n_slots, sizeof(*occurrences->slots));
    return occurrences;
}

void occurrences_free(struct occurrences *occurrences)
{
    if (occurrences)
        free(occurrences->slots);
    free(occurrences);
}

void occurrences_reset(struct occurrences *occurrences)
{
    if (occurrences)
        memset(occurrences->slots, 0, occurrences->n_slots * sizeof(*occurrences->slots));
}

/* The finalizer of splitmix64: another hash for each number of a text. */
static uint64_t mix(uint64_t hash, uint64_t number)
{
    uint64_t x = hash + number * UINT64_C(0x9E3779B97F4A7C15);

    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    x ^= x >> 31;
    return x ? x : 1;
}

/* The slot that holds the key, or the free one where it belongs. */
static uint64_t *find(const struct occurrences *occurrences, uint64_t key)
{
    size_t i = (size_t)(key % occurrences->n_slots);

    while (occurrences->slots[i] != 0 && occurrences->slots[i] != key)
        i = i + 1 < occurrences->n_slots ? i + 1 : 0;
    return &occurrences->slots[i];
}

static bool is_there(const struct occurrences *occurrences, uint64_t hash, uint64_t number)
{
    return *find(occurrences, mix(hash, number)) != 0;
}

/*
 * The numbers of a text are there without a gap, from 0 up, so that the first free
 * one is found by doubling and then halving: equal lines cost no more the more there are.
 */
uint64_t occurrences_count(struct occurrences *occurrences, struct weir_str text)
{
    struct weir_id id = weir_id_of(text);
    uint64_t hash;
    uint64_t low = 0;
    uint64_t high = 0;

    memcpy(&hash, id.bytes, sizeof(hash));
    while (is_there(occurrences, hash, high)) {
        low = high + 1;
        high = 2 * high + 1;
    }
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;

        if (is_there(occurrences, hash, middle))
            low = middle + 1;
        else
            high = middle;
    }
    *find(occurrences, mix(hash, low)) = mix(hash, low);
    return low;
}
