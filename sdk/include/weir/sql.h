/*
 * SQL over a batch, evaluated by SQLite through a virtual table named `batch`.
 *
 * NULL, comparison, arithmetic, text functions and JSON (`->`, `->>`, json_each)
 * are as SQLite has them. A column that an expression names and a batch lacks is
 * NULL there, because JSON leaves out what it does not know. Double quotes are
 * identifiers only, never texts by accident. Statements cannot reach files,
 * other tables or the outside.
 *
 * A weir_sql is compiled once and may be run by any number of threads at once:
 * each run borrows one of its connections.
 */
#ifndef WEIR_SQL_H
#define WEIR_SQL_H

#include <weir/batch.h>

#ifdef __cplusplus
extern "C" {
#endif

struct weir_sql;

/*
 * Compiles. NULL and an error (E-SQL) with the offset of the fault, in bytes of
 * the text at fault, and for columns its index, where SQLite refuses it.
 */
WEIR_API struct weir_sql *weir_sql_condition(
    const char *expression, size_t *ret_offset, struct weir_error *ret_error);
WEIR_API struct weir_sql *weir_sql_columns(const char *const *names,
    const char *const *expressions, size_t n, size_t *ret_index, size_t *ret_offset,
    struct weir_error *ret_error);
WEIR_API struct weir_sql *weir_sql_select(
    const char *statement, size_t *ret_offset, struct weir_error *ret_error);
WEIR_API void weir_sql_free(struct weir_sql *sql);

/* What was compiled, done to a batch:
 *   a condition keeps the rows for which it is true (not false, not NULL);
 *   columns are set, in place if they exist, else added behind the others; all
 *   expressions see the row as it was before;
 *   a select gives the batch the rows and columns of its result, unit by unit.
 * Texts of results live in the batch's arena. */
WEIR_API enum weir_status weir_sql_run(
    struct weir_sql *sql, struct weir_batch *batch, struct weir_error *ret_error) WEIR_MUST_CHECK;

/* Stops what runs now, from any thread; weir_sql_run then fails with E-STOPPED. */
WEIR_API void weir_sql_interrupt(struct weir_sql *sql);

#ifdef __cplusplus
}
#endif
#endif
