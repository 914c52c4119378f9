/* A value at its place in a statement. */
#ifndef SQLITE_BIND_H
#define SQLITE_BIND_H

#include <sqlite3.h>
#include <weir/batch.h>

/* SQLite's code. Texts are not copied: they live in the batch, or for dates in the arena. */
int bind_value(
    sqlite3_stmt *statement, int at, const struct weir_value *value, struct weir_arena *arena);

#endif
