/* Places: where each chain of an open generation stands. No row: at its beginning. */
#ifndef STATE_PLACES_H
#define STATE_PLACES_H

#include "state.h"

struct place {
    uint64_t number; /* of the unit that comes next */
    const char *next;
    bool done;
};

/* Of one chain, inside a transaction. SQLite's code, since they are called for every unit. */

/* A chain that has no place yet; *ret_added tells whether it had none. */
int places_add(struct state *state, int64_t generation, const struct weir_id *chain,
    const struct place *place, bool *ret_added);
/* Its `next` lives in the arena; *ret_found false: it stands at its beginning. */
int places_find(struct state *state, int64_t generation, const struct weir_id *chain,
    struct weir_arena *arena, struct place *ret_place, bool *ret_found);
int places_set(struct state *state, int64_t generation, const struct weir_id *chain,
    const struct place *place);
int places_remove(struct state *state, int64_t generation, const struct weir_id *chain);

/* Tells those of a generation; `index` is its place in the pass. */
enum weir_status places_read(struct state *state, int64_t generation, size_t index,
    const struct weir_reading *reading) WEIR_MUST_CHECK;
/* Of the n generations. */
enum weir_status places_forget(
    struct state *state, const int64_t *generations, size_t n) WEIR_MUST_CHECK;
enum weir_status places_forget_pass(struct state *state, int64_t pass) WEIR_MUST_CHECK;

#endif
