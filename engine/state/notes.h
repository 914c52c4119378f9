/*
 * Notes: what earlier passes left of units for their source.
 *
 * Filled once, then read-only, so extractors may ask from any thread. Bounded: what has no room is not
 * there, and its units are asked for as if for the first time.
 */
#ifndef STATE_NOTES_H
#define STATE_NOTES_H

#include <weir/store.h>

enum { NOTES_MAX = 100 * 1000, NOTES_BYTES_MAX = 32 * 1024 * 1024 };

struct notes;

struct notes *notes_new(void);
/* Accepts NULL. */
void notes_free(struct notes *notes);
/* What is told is copied. `resource` is its index in the plan. */
void notes_add(struct notes *notes, size_t resource, const struct weir_note *note);
/* Between the last add and the first find. */
void notes_seal(struct notes *notes);
/* Were there more than there was room for? */
bool notes_are_cut(const struct notes *notes);
/* NULL: none. */
const char *notes_find(
    const struct notes *notes, size_t resource, const struct weir_id *chain, uint64_t number);

#endif
