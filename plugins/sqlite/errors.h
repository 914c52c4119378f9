/* SQLite's result codes as weir's errors: the code, who has to act, and what helps. */
#ifndef SQLITE_ERRORS_H
#define SQLITE_ERRORS_H

#include "database.h"

/*
 * Fails the stage with what SQLite said last on the connection. The format names
 * what could not be done, and where. No value of a row gets into the text.
 */
enum weir_status database_fail(struct database *db, const char *format, ...) WEIR_PRINTF(2, 3);

/* The same of a single row, which does not fail the stage: why, and what helps. */
void database_describe(struct database *db, struct weir_error *ret_error);

/* Fails the stage for a reason of weir's own, with the database's path before the text. */
enum weir_status database_refuse(struct database *db, enum weir_fault fault, const char *code,
    const char *format, ...) WEIR_PRINTF(4, 5);

#endif
