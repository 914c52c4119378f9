/*
 * Tables that weir has made, in weir.made: whose types it may change without being
 * told to. The number alone does not tell them: after a restore it may be another
 * table's. One that somebody has renamed is theirs from then on.
 */
#ifndef TABLE_MADE_H
#define TABLE_MADE_H

#include "table.h"

/* All in a transaction. */

enum weir_status made_find(const struct table *table, struct connection *connection, uint32_t oid,
    bool *ret_made) WEIR_MUST_CHECK;
/* The table of this name is one of weir's from now on; also behind a change of its name. */
enum weir_status made_note(
    const struct table *table, struct connection *connection) WEIR_MUST_CHECK;

#endif
