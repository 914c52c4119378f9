/* What the checks of rows share. */
#ifndef TABLE_CHECKING_H
#define TABLE_CHECKING_H

#include "adapt.h"

struct checking {
    struct table *table;
    struct weir_batch *batch;
    bool fixed_only;  /* a column that may be widened is not looked at yet */
    uint64_t fitting; /* bits of columns that were looked at, and fit */
};

/* check_nulls.c: keys, columns that take no null, and what order_by names. */
enum weir_status check_nulls(const struct checking *checking) WEIR_MUST_CHECK;

#endif
