/*
 * Notes in the model: what units are like, in the source, on their way and in the database.
 */
#ifndef MODEL_NOTES_H
#define MODEL_NOTES_H

#include "model_source.h"

struct db_note {
    size_t chain;
    uint64_t number;
    uint64_t what; /* of the unit; never 0 */
};

struct db_notes {
    struct db_note *items;
    size_t n, capacity;
};

/* What the source notes of a unit: another number for other rows; 0: nothing, of some. */
uint64_t model_note(const struct model_view *view, uint64_t unit);

/* 0: nothing. */
uint64_t model_notes_find(const struct db_notes *notes, size_t chain, uint64_t number);
/* Another one of the unit goes; 0: only that. */
void model_notes_put(
    struct db_notes *notes, struct weir_arena *arena, size_t chain, uint64_t number, uint64_t what);
bool model_notes_are_same(const struct db_notes *a, const struct db_notes *b);

#endif
