#include "notes.h"

#include <stdlib.h>
#include <string.h>
#include <weir/arena.h>

struct noted {
    struct weir_id chain;
    uint64_t number;
    const char *text;
    size_t resource;
};

struct notes {
    struct weir_arena *arena;
    struct noted *items; /* in their order once they are sealed */
    size_t n;
    size_t capacity;
    size_t n_bytes; /* of texts */
    bool is_cut;
};

struct notes *notes_new(void)
{
    struct notes *notes = weir_calloc(1, sizeof(*notes));

    notes->arena = weir_arena_new();
    return notes;
}

void notes_free(struct notes *notes)
{
    if (!notes)
        return;
    free(notes->items);
    weir_arena_free(notes->arena);
    free(notes);
}

void notes_add(struct notes *notes, size_t resource, const struct weir_note *note)
{
    size_t size = strlen(note->text) + 1;

    if (notes->n == NOTES_MAX || notes->n_bytes + size > NOTES_BYTES_MAX) {
        notes->is_cut = true;
        return;
    }
    if (notes->n == notes->capacity) {
        notes->capacity = notes->capacity ? 2 * notes->capacity : 64;
        notes->items = weir_realloc(notes->items, notes->capacity * sizeof(*notes->items));
    }
    notes->n_bytes += size;
    notes->items[notes->n++] = (struct noted){.chain = note->chain,
        .number = note->number,
        .text = weir_copy_text(notes->arena, note->text),
        .resource = resource};
}

static int compare(const void *a, const void *b)
{
    const struct noted *left = a;
    const struct noted *right = b;
    int order = (left->resource > right->resource) - (left->resource < right->resource);

    if (!order)
        order = memcmp(&left->chain, &right->chain, sizeof(left->chain));
    return order ? order : (left->number > right->number) - (left->number < right->number);
}

void notes_seal(struct notes *notes)
{
    if (notes->n)
        qsort(notes->items, notes->n, sizeof(*notes->items), compare);
}

bool notes_are_cut(const struct notes *notes)
{
    return notes->is_cut;
}

const char *notes_find(
    const struct notes *notes, size_t resource, const struct weir_id *chain, uint64_t number)
{
    const struct noted wanted = {.chain = *chain, .number = number, .resource = resource};
    const struct noted *found =
        notes->n ? bsearch(&wanted, notes->items, notes->n, sizeof(wanted), compare) : NULL;

    return found ? found->text : NULL;
}
