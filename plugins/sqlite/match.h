/* Which columns of the table a batch fills, and may it? */
#ifndef SQLITE_MATCH_H
#define SQLITE_MATCH_H

#include "table.h"

/* What a statement does with a column of the table. */
enum use {
    USE_NONE = 0,
    USE_VALUE,   /* it takes the values of the batch */
    USE_DEFAULT, /* merge: a row that is there loses its value, since the source gives none now */
};

/* What a batch brings: for each column of the table, in its order, the values or NULL. */
struct match {
    const struct weir_column **sources;
    unsigned char *uses; /* enum use */
    /* the same without gaps: what is bound to the first, second, ... place of the INSERT */
    const struct weir_value **values;
    size_t n_values;
};

/* Inside a transaction. Finds what the table lacks and refuses what it cannot hold. */
enum weir_status match_columns(
    struct match *match, struct table *table, struct weir_batch *batch) WEIR_MUST_CHECK;
/* Once the table has all its columns: which of them this batch fills. */
void match_values(struct match *match, const struct table *table, const struct weir_batch *batch);

#endif
