/* Places that many chains move to, in one statement. */
#ifndef STATE_MOVES_H
#define STATE_MOVES_H

#include "chains.h"

/* What such a statement takes, in the order of the chains. */
struct moves {
    struct chain **chains;
    int64_t *generations;
    struct weir_str *ids;
    int64_t *firsts; /* where each is thought to stand */
    int64_t *numbers;
    struct weir_str *nexts;
    bool *dones;
    size_t n;
};

/* Both take what MOVES_BOUND says and return generation and chain of those that have moved: chains
 * that had no place yet, and those that stand where they are thought to. */
extern const char moves_begin[];
extern const char moves_go_on[];

#define MOVES_BOUND(moves)                                                                         \
    bind_integers((moves)->generations, (moves)->n), bind_bytes_array((moves)->ids, (moves)->n),   \
        bind_integers((moves)->firsts, (moves)->n), bind_integers((moves)->numbers, (moves)->n),   \
        bind_texts((moves)->nexts, (moves)->n), bind_bools((moves)->dones, (moves)->n)

/* Room for as many as there are. */
struct moves moves_new(const struct chains *chains, struct weir_arena *arena);
/* To where chain->behind is. */
void moves_add(struct moves *moves, struct chain *chain);
/*
 * A chain comes to its loader in order, so it stands at the first of its units, or something has
 * happened: where each would go then, those that begin and those that go on apart.
 */
void moves_foresee(const struct chains *chains, struct moves *beginning, struct moves *going_on);

#endif
