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

/*
 * Both take what MOVES_BOUND says and return generation, chain and number of those that have moved:
 * chains that had no place yet, and those that stand where they are thought to. The first one gives
 * places also to chains that do not move from their beginning (number 0), unless they have one.
 */
extern const char moves_begin[];
extern const char moves_go_on[];

#define MOVES_BOUND(moves)                                                                         \
    bind_integers((moves)->generations, (moves)->n), bind_bytes_array((moves)->ids, (moves)->n),   \
        bind_integers((moves)->firsts, (moves)->n), bind_integers((moves)->numbers, (moves)->n),   \
        bind_texts((moves)->nexts, (moves)->n), bind_bools((moves)->dones, (moves)->n)

/* Room for so many. */
struct moves moves_new(size_t n, struct weir_arena *arena);
/* To where chain->behind is. */
void moves_add(struct moves *moves, struct chain *chain);
/*
 * A chain comes to its loader in order, so it stands at the first of its units, or something has
 * happened: where each would go then, those that begin and those that go on apart.
 *
 * A chain of a child may have a place before it begins, or get one at the same moment from another
 * lane, which has its parent. So it gets one by the first statement, together with what is opened
 * here, and is moved by the second. The first waits for other lanes only where they have made
 * places that it is to make, and all make them in one order; the second waits for nobody. So no
 * two lanes wait for each other.
 */
void moves_foresee(const struct chains *chains, const struct chains *openings,
    struct moves *beginning, struct moves *going_on, struct weir_arena *arena);
/* How many of them move: what the statement returns at least. */
size_t moves_count(const struct moves *moves);

#endif
