/* Which of two versions of a row is the newer one, where a cursor tells: by what its values mean, not
 * by how they are written. */
#ifndef SQLITE_VERSION_H
#define SQLITE_VERSION_H

#include "table.h"

/* Makes the function that version_append uses. */
void version_register(sqlite3 *connection);
/* What order_by's values are, where it is the cursor of the resource; NULL where it is not. */
const struct weir_incremental *version_cursor(
    const struct weir_resource *resource, struct weir_arena *arena);
/* "excluded is as new as what is there", of the column that order_by names. */
void version_append(sqlite3_str *sql, const struct table *table, const struct column *column);

#endif
