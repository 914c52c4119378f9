/*
 * Ties: what tells a row that stands at the mark from all others there, in every
 * run: a hash of its cells.
 *
 * Cells that are null count as absent, and cells are taken in the order of their
 * names, so a tie depends neither on the order of columns nor on what other rows
 * a batch has.
 */
#ifndef STATE_TIES_H
#define STATE_TIES_H

#include <weir/batch.h>
#include <weir/buf.h>

/* What the ties of one batch have in common. */
struct ties {
    const struct weir_batch *batch;
    const struct weir_column **columns; /* by name; NULL until the first tie */
    struct weir_buf bytes;              /* of one row */
};

void ties_init(struct ties *ties, const struct weir_batch *batch);
void ties_done(struct ties *ties);
struct weir_id ties_of(struct ties *ties, size_t row);
/* The order that ties are kept in, for qsort and bsearch. */
int ties_compare(const void *a, const void *b);

#endif
