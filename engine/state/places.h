/*
 * Where the chains of an open pass stand, as the store told at the start of a run.
 *
 * Filled once, then read-only, so extractors may ask from any thread. Compact,
 * since a set of a million units is as many chains: 16 bytes for one that is done.
 */
#ifndef STATE_PLACES_H
#define STATE_PLACES_H

#include <weir/store.h>

struct places;

struct places *places_new(size_t n_generations);
/* Accepts NULL. */
void places_free(struct places *places);
void places_add(struct places *places, const struct weir_place *place);
/* A unit that was left out, though its chain went on. */
void places_add_hole(
    struct places *places, size_t generation, const struct weir_id *chain, uint64_t number);
/* One that its chain waits at. */
void places_add_wait(
    struct places *places, size_t generation, const struct weir_id *chain, uint64_t number);
/* Between the last add and the first find. */
void places_seal(struct places *places);
/* False: the chain begins at its beginning. */
bool places_find(const struct places *places, size_t generation, const struct weir_id *chain,
    struct weir_resume *ret_resume);
/* Those that are not done, or whose holes need their `next`, in no order; false: there is no i-th. */
bool places_standing(
    const struct places *places, size_t generation, size_t i, struct weir_opened *ret_opened);
/* Is the unit one of these, left out or waited at? */
bool places_lack(
    const struct places *places, size_t generation, const struct weir_id *chain, uint64_t number);

#endif
