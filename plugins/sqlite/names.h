/*
 * Names of tables and columns: which ones are taken, and how they stand in SQL.
 *
 * Any text may be a name, since it is quoted. Refused is only what SQLite cannot
 * hold, what it understands as something else, and what weir keeps for itself.
 */
#ifndef SQLITE_NAMES_H
#define SQLITE_NAMES_H

#include <sqlite3.h>
#include <weir/str.h>

enum {
    NAME_MAX_BYTES = 1000,
    NAME_SHOWN = 80, /* bytes of a name that a message shows */
};

/* A name as messages show it: printable and short. */
struct shown_name {
    char text[NAME_SHOWN];
};

/* SQLite does not tell Name from name; letters beyond ASCII it compares as they are. */
bool name_equal(struct weir_str a, struct weir_str b);
/* Below, equal or above zero: an order that holds equal names together. */
int name_compare(struct weir_str a, struct weir_str b);

/* Why the name cannot be a column's or a table's ("is empty"); NULL if it can. */
const char *column_name_fault(struct weir_str name);
const char *table_name_fault(struct weir_str name);

/* Appends the name in double quotes, those inside it doubled. */
void name_append(sqlite3_str *sql, struct weir_str name);
struct shown_name name_show(struct weir_str name);

#endif
