/*
 * Rows that refer to nothing, where a foreign key is DEFERRABLE INITIALLY DEFERRED.
 *
 * SQLite would tell of them at the commit, without a name, and take back all that
 * was loaded since the last one. Where bad rows are set aside, each batch is asked
 * instead: what its rows refer to must be there when the batch is, and rows of one
 * batch may refer to each other in any order.
 */
#ifndef SQLITE_ORPHANS_H
#define SQLITE_ORPHANS_H

#include "match.h"

struct orphans {
    struct table *table;
    bool are_looked_for;
};

enum weir_status orphans_begin(
    struct orphans *orphans, struct table *table, const struct weir_batch *batch) WEIR_MUST_CHECK;
/*
 * Once the rows are in. Sets those aside that refer to nothing; if there are any, all rows are
 * taken back and *ret_again says that the others are to be inserted once more.
 */
enum weir_status orphans_find(struct orphans *orphans, const struct match *match,
    struct weir_batch *batch, bool *ret_again) WEIR_MUST_CHECK;

#endif
