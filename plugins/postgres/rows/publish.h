/*
 * Replace: rows wait in "weir"."stage_<pass>_<table>" until all of them have come, and then take the
 * place of those that are there, in one transaction. See <weir/store.h> for who decides.
 */
#ifndef ROWS_PUBLISH_H
#define ROWS_PUBLISH_H

#include "table/table.h"

/* In a transaction, before rows come: from now on rows for these tables go to their staged ones,
 * which an earlier run of the pass may have begun to fill. */
enum weir_status publish_begin(struct connection *connection, struct table *const *tables, size_t n,
    int64_t pass) WEIR_MUST_CHECK;
/*
 * All tables together: guards first (E-REPLACE-EMPTY, E-REPLACE-SHRINK), of all of them before the
 * first change: WEIR_REJECT when one refuses, told with weir_fail, and nothing is changed. Then
 * the old rows go (DELETE, so that whoever reads sees all of the old or all of the new), the staged
 * ones come, and the staged tables are dropped.
 */
enum weir_status publish_all(
    struct connection *connection, struct table *const *tables, size_t n) WEIR_MUST_CHECK;
/* What is staged for a pass; `table` NULL: for all its tables. */
enum weir_status publish_drop(
    struct connection *connection, int64_t pass, const char *table) WEIR_MUST_CHECK;

#endif
