/*
 * Replace: rows wait in a table beside the one they are for, and change places
 * with the rows there once all of them have come.
 *
 * The staged table of a pass is called _weir_stage_<pass>_<table>. It outlives the
 * run, so that the next one goes on filling it, and goes with its pass.
 */
#ifndef SQLITE_PUBLISH_H
#define SQLITE_PUBLISH_H

#include "table.h"

/* The staged table's name, in the arena. */
struct weir_str publish_stage_name(struct weir_arena *arena, int64_t pass, struct weir_str table);

/*
 * What follows is called inside a transaction. `tables` are those of resources with
 * WEIR_REPLACE that the pass has not read to their end, each once.
 */

/* Before rows come: those of these tables go to their staged ones, which may exist from an earlier
 * run of the pass. */
enum weir_status publish_begin(
    struct weir_stage *stage, struct table *const *tables, size_t n, int64_t pass) WEIR_MUST_CHECK;
/*
 * All tables together: the old rows go, the staged ones come, the staged tables are dropped. The
 * guards (E-REPLACE-EMPTY, E-REPLACE-SHRINK) of all tables come before the first change: WEIR_REJECT
 * when one of them refuses, told with weir_fail, and everything is as it was. WEIR_FAIL: the
 * transaction is to be taken back.
 */
enum weir_status publish_all(
    struct weir_stage *stage, struct table *const *tables, size_t n) WEIR_MUST_CHECK;

/* What is staged for the pass, whatever its tables; what is staged for one of its tables. */
enum weir_status publish_drop_all(struct database *db, int64_t pass) WEIR_MUST_CHECK;
enum weir_status publish_drop(
    struct database *db, int64_t pass, struct weir_str table) WEIR_MUST_CHECK;

#endif
