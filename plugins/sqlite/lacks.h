/*
 * Rows that lack columns which have a default: each form of a row is a set of columns of
 * its own, so that what becomes of a row depends on nothing else in its batch.
 */
#ifndef SQLITE_LACKS_H
#define SQLITE_LACKS_H

#include "match.h"

struct lacks {
    const struct table *table;
    const struct match *whole; /* of rows that lack nothing */
    size_t *columns;           /* of the table: those that some rows lack; n of them */
    bool *is_lacked;           /* by the row at hand, in the same order */
    size_t n;
    struct match form; /* of the row at hand */
};

/* Once the match has its values. In the batch's arena. */
void lacks_init(struct lacks *lacks, const struct table *table, const struct match *match,
    const struct weir_batch *batch);
/* What the row brings; *ret_other says that the row before brought something else. */
const struct match *lacks_form(struct lacks *lacks, size_t row, bool *ret_other);

#endif
