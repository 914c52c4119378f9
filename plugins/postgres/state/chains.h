/*
 * The chains of one transaction: its units sorted by the chain that they move, and
 * what becomes of each, given where its chain stands. In memory only.
 */
#ifndef STATE_CHAINS_H
#define STATE_CHAINS_H

#include "state.h"
#include "transaction/transaction.h"

/* Where a chain stands. All zero: at its beginning. */
struct place {
    uint64_t number; /* of the unit that comes next */
    const char *next;
    bool done;
};

struct step {
    struct weir_batch *batch;
    size_t unit;
};

struct chain {
    int64_t generation;
    struct weir_id id;
    const char *resource;
    struct step *steps; /* in the order in which they came; none of what is only opened */
    size_t n_steps;
    bool is_opened; /* it is of a child, so its place was there before it began, or soon will be */
    struct place behind; /* of chain_foresee or chain_settle: where it stands then */
    bool moves;          /* `behind` is another place than the one it stood at */
    bool is_settled;
};

/* Sorted by generation and id, so that all transactions lock them in one order. */
struct chains {
    struct chain *items;
    size_t n;
};

/* Units that move their chain or wait at it, in open generations. All is in the arena. */
void chains_gather(struct chains *chains, const struct state *state,
    const struct transaction *transaction, struct weir_arena *arena);
/* What the units open, as far as they are not voided: `behind` is where each begins. */
void chains_gather_openings(struct chains *openings, const struct state *state,
    const struct transaction *transaction, struct weir_arena *arena);
/* By generation and id. Of chains with the same, what was opened comes first. */
int chains_compare(const struct chain *left, const struct chain *right);
/* NULL: it is none of them. */
struct chain *chains_find(
    const struct chains *chains, int64_t generation, const struct weir_id *id);

/* The number of its first unit: where it stands, unless something went wrong. */
uint64_t chain_first(const struct chain *chain);
/* Would all of its units move it, one behind the other, and leave no gap? */
bool chain_runs_smoothly(const struct chain *chain);
/* Where it would go from this place. Changes nothing of the batches. */
void chain_foresee(struct chain *chain, const struct place *place);
/*
 * The same for good: units that are done already are voided, those behind one that is missing too
 * where the run is failing anyway, and are E-BUG elsewhere. *gaps gets the units that leave a gap, behind
 * those that it has, up to one for each step.
 */
enum weir_status chain_settle(struct chain *chain, struct weir_stage *stage,
    const struct place *place, struct step *gaps, size_t *n_gaps) WEIR_MUST_CHECK;

#endif
