/*
 * Names of tables and columns: which ones PostgreSQL takes as they are.
 *
 * It cuts a name behind its 63rd byte, with a notice only, so that two of them may
 * become one; weir refuses such names instead. All others are made literally.
 */
#ifndef TABLE_NAMES_H
#define TABLE_NAMES_H

#include "types/known.h"

#include <weir/str.h>

/* What is wrong with the name, to stand behind it ("is empty"); NULL: nothing. */
const char *table_name_fault(struct weir_str name);
const char *column_name_fault(struct weir_str name);
/* Of the schema that tables of rows are in: not the state's, and none of PostgreSQL's own. */
const char *schema_name_fault(struct weir_str name);

/* Byte by byte: below 0, 0 or above 0. */
int name_compare(struct weir_str a, struct weir_str b);

/* A name as messages show it. */
struct shown_name {
    char text[160];
};
struct shown_name name_show(struct weir_str name);

#endif
