/* A table that an earlier run of the same pass has made: it goes on as if this run had. */
#ifndef SQLITE_ADOPT_H
#define SQLITE_ADOPT_H

#include "table.h"

/* Inside a transaction; the table exists. From now on its columns may widen. */
enum weir_status table_adopt(struct table *table) WEIR_MUST_CHECK;

#endif
