#include "places.h"

#include <stdlib.h>
#include <string.h>
#include <weir/arena.h>

/* A chain that goes on somewhere, or whose holes need its `next`. */
struct standing {
    struct weir_id chain; /* first, so that a chain is its own key */
    uint64_t number;
    const char *next;
    bool done;
};

struct hole {
    struct weir_id chain;
    uint64_t number;
};

/* Items of one size that begin with their chain, in its order once they are sealed. */
struct list {
    unsigned char *items;
    size_t n;
    size_t capacity;
};

struct generation {
    struct list done; /* of struct weir_id */
    struct list standing;
    struct list holes;
    struct list waits;      /* units that chains wait at */
    uint64_t *hole_numbers; /* in the order of holes */
};

struct places {
    struct weir_arena *arena;
    size_t n;
    struct generation generations[];
};

struct places *places_new(size_t n_generations)
{
    struct places *places =
        weir_calloc(1, sizeof(*places) + n_generations * sizeof(places->generations[0]));

    places->arena = weir_arena_new();
    places->n = n_generations;
    return places;
}

void places_free(struct places *places)
{
    if (!places)
        return;
    for (size_t i = 0; i < places->n; i++) {
        struct generation *generation = &places->generations[i];

        free(generation->done.items);
        free(generation->standing.items);
        free(generation->holes.items);
        free(generation->waits.items);
        free(generation->hole_numbers);
    }
    weir_arena_free(places->arena);
    free(places);
}

static void append(struct list *list, const void *item, size_t size)
{
    if (list->n == list->capacity) {
        list->capacity = list->capacity ? 2 * list->capacity : 64;
        list->items = weir_realloc(list->items, list->capacity * size);
    }
    memcpy(list->items + list->n++ * size, item, size);
}

void places_add(struct places *places, const struct weir_place *place)
{
    struct generation *generation = &places->generations[place->generation];
    struct standing standing = {place->chain, place->number, NULL, place->done};

    if (place->done && !place->next) {
        append(&generation->done, &place->chain, sizeof(place->chain));
        return;
    }
    if (place->next)
        standing.next = weir_copy_text(places->arena, place->next);
    append(&generation->standing, &standing, sizeof(standing));
}

void places_add_hole(
    struct places *places, size_t generation, const struct weir_id *chain, uint64_t number)
{
    struct hole hole = {*chain, number};

    append(&places->generations[generation].holes, &hole, sizeof(hole));
}

void places_add_wait(
    struct places *places, size_t generation, const struct weir_id *chain, uint64_t number)
{
    struct hole wait = {*chain, number};

    append(&places->generations[generation].waits, &wait, sizeof(wait));
}

static int compare_chains(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct weir_id));
}

static int compare_holes(const void *a, const void *b)
{
    const struct hole *left = a;
    const struct hole *right = b;
    int order = compare_chains(left, right);

    return order ? order : (left->number > right->number) - (left->number < right->number);
}

static void sort(struct list *list, size_t size, int (*compare)(const void *, const void *))
{
    if (list->n)
        qsort(list->items, list->n, size, compare);
}

void places_seal(struct places *places)
{
    for (size_t i = 0; i < places->n; i++) {
        struct generation *generation = &places->generations[i];
        const struct hole *holes;

        sort(&generation->done, sizeof(struct weir_id), compare_chains);
        sort(&generation->standing, sizeof(struct standing), compare_chains);
        sort(&generation->holes, sizeof(struct hole), compare_holes);
        sort(&generation->waits, sizeof(struct hole), compare_holes);
        generation->hole_numbers = weir_calloc(generation->holes.n + 1, sizeof(uint64_t));
        holes = (const void *)generation->holes.items;
        for (size_t h = 0; h < generation->holes.n; h++)
            generation->hole_numbers[h] = holes[h].number;
    }
}

static const void *find(const struct list *list, const struct weir_id *chain, size_t size)
{
    return list->n ? bsearch(chain, list->items, list->n, size, compare_chains) : NULL;
}

static void find_holes(const struct generation *generation, const struct weir_id *chain,
    struct weir_resume *ret_resume)
{
    const struct hole *holes = (const void *)generation->holes.items;
    const struct hole *found = find(&generation->holes, chain, sizeof(*holes));
    size_t first, behind;

    if (!found)
        return;
    first = behind = (size_t)(found - holes);
    while (first > 0 && compare_chains(&holes[first - 1], chain) == 0)
        first--;
    while (behind < generation->holes.n && compare_chains(&holes[behind], chain) == 0)
        behind++;
    ret_resume->holes = generation->hole_numbers + first;
    ret_resume->n_holes = behind - first;
}

static void take_standing(const struct standing *standing, struct weir_resume *ret_resume)
{
    ret_resume->done = standing->done;
    ret_resume->number = standing->number;
    ret_resume->next = standing->next;
}

bool places_find(const struct places *places, size_t generation, const struct weir_id *chain,
    struct weir_resume *ret_resume)
{
    const struct generation *of = &places->generations[generation];
    const struct standing *standing = find(&of->standing, chain, sizeof(*standing));

    *ret_resume = (struct weir_resume){0};
    if (standing) {
        take_standing(standing, ret_resume);
    } else if (find(&of->done, chain, sizeof(*chain))) {
        ret_resume->done = true;
    } else {
        return false;
    }
    find_holes(of, chain, ret_resume);
    return true;
}

bool places_standing(
    const struct places *places, size_t generation, size_t i, struct weir_opened *ret_opened)
{
    const struct generation *of = &places->generations[generation];
    const struct standing *standing = (const void *)of->standing.items;

    *ret_opened = (struct weir_opened){0};
    if (i >= of->standing.n)
        return false;
    ret_opened->chain = standing[i].chain;
    take_standing(&standing[i], &ret_opened->resume);
    find_holes(of, &standing[i].chain, &ret_opened->resume);
    return true;
}

static bool has(const struct list *list, const struct hole *gap)
{
    return list->n && bsearch(gap, list->items, list->n, sizeof(*gap), compare_holes);
}

bool places_lack(
    const struct places *places, size_t generation, const struct weir_id *chain, uint64_t number)
{
    const struct generation *of = &places->generations[generation];
    const struct hole gap = {*chain, number};

    return has(&of->holes, &gap) || has(&of->waits, &gap);
}
