/*
 * The table that a resource's marks belong to: the one that has the rows up to them.
 * It is kept in weir.meta from the end of a pass that has left marks, if there is a
 * table then, until the marks are forgotten.
 */
#ifndef STATE_MARK_TABLES_H
#define STATE_MARK_TABLES_H

#include "load.h"

/* All in a transaction of the control connection. */

/* Refuses to read only what is new where what is old is gone, or in another table (E-STATE-TABLE). */
enum weir_status mark_tables_check(struct connection *control, const struct postgres_load *load,
    const struct weir_pass *pass) WEIR_MUST_CHECK;
/* Behind marks_move: these marks belong to the table that the resource (its index) has filled. */
enum weir_status mark_tables_note(
    struct connection *control, const struct postgres_load *load, size_t resource) WEIR_MUST_CHECK;
/* Before marks_forget; a resource of NULL: of all. */
enum weir_status mark_tables_forget(
    struct connection *control, const char *pipeline, const char *resource) WEIR_MUST_CHECK;

#endif
