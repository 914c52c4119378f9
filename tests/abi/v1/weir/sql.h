/*
 * SQL over a batch, evaluated by SQLite through a virtual table named `batch`.
 *
 * NULL, comparison, arithmetic, text functions and JSON (`->`, `->>`, json_each)
 * are as SQLite has them. A column that an expression names and a batch lacks is
 * NULL there, because JSON leaves out what it does not know. Double quotes are
 * identifiers only, never texts by accident. Statements cannot reach files,
 * other tables or the outside.
 *
 * To SQLite a bool is 0 or 1, JSON a text, a timestamp or date its ISO 8601 text.
 * A decimal is the nearest REAL, or, if it is whole (too large for 64 bits), its
 * digits as text. A value that only passes through keeps its kind and all its
 * digits; what is computed is int, float, text or bytes, and JSON where a function
 * of JSON made an object or array. Behind a sort, a grouping or a UNION a value
 * has its kind again if it is a column of the batch, unless the column held
 * several kinds that look the same to SQLite.
 *
 * A weir_sql is compiled once and may be run by any number of threads at once:
 * each run borrows one of its connections.
 */
#ifndef WEIR_SQL_H
#define WEIR_SQL_H

#include <weir/batch.h>
#include <weir/node.h>

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
WEIR_API struct weir_sql *weir_sql_columns(const char *const *names, const char *const *expressions,
    size_t n, size_t *ret_index, size_t *ret_offset, struct weir_error *ret_error);
WEIR_API struct weir_sql *weir_sql_select(
    const char *statement, size_t *ret_offset, struct weir_error *ret_error);
/* Accepts NULL. */
WEIR_API void weir_sql_free(struct weir_sql *sql);
/* The columns that the text names, each once, as it spells them. They live as long as it does. */
WEIR_API const char *const *weir_sql_names(const struct weir_sql *sql, size_t *ret_n);
/* Tells of what was refused, at its place in the node that holds the text. */
WEIR_API void weir_sql_mistake(struct weir_mistakes *mistakes, const struct weir_node *at,
    size_t offset, const struct weir_error *error);

/* What was compiled, done to a batch:
 *   a condition keeps the rows for which it is true (not false, not NULL);
 *   columns are set, in place if they exist, else added behind the others; all
 *   expressions see the row as it was before;
 *   a select gives the batch the rows and columns of its result, unit by unit.
 * Texts of results live in the batch's arena. On WEIR_FAIL the batch is not to be
 * used, but for a condition, which has changed nothing then. A result has no more than 10 million rows or 256 MiB, and a statement that
 * does not come to an end is ended: E-LIMIT. */
WEIR_API enum weir_status weir_sql_run(
    struct weir_sql *sql, struct weir_batch *batch, struct weir_error *ret_error) WEIR_MUST_CHECK;

/* From now on what runs ends in the same way once the run of that stage is being stopped (see
 * weir_stopping), so that a long query does not hold up the end. For `start`. */
struct weir_stage;
WEIR_API void weir_sql_watch(struct weir_sql *sql, struct weir_stage *stage);

/* Stops what runs now, from any thread; weir_sql_run then fails with E-STOPPED, a
 * consequence and no fault of anyone. */
WEIR_API void weir_sql_interrupt(struct weir_sql *sql);

#ifdef __cplusplus
}
#endif
#endif
