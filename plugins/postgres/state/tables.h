/*
 * The tables that the state is in, schema "weir": are they there, of which version,
 * and how they are made. All pipelines of a database share them.
 */
#ifndef STATE_TABLES_H
#define STATE_TABLES_H

#include "query/query.h"

/* All in a transaction, on any connection. */

/* False where none or only some of them are there. Refuses those of a newer weir (E-STATE-VERSION). */
enum weir_status tables_are_there(struct connection *connection, bool *ret_there) WEIR_MUST_CHECK;
/* Makes what is missing. Where nothing is but those of notes, no right to make anything is needed. */
enum weir_status tables_make(struct connection *connection) WEIR_MUST_CHECK;

/* Are those of notes there, for this role to use? An earlier version of weir has not made them, and it
 * may be that nobody has let this role make or use them since: then no notes are kept. */
enum weir_status tables_keep_notes(struct connection *connection, bool *ret_keep) WEIR_MUST_CHECK;

/* What was read, or not to be read, cannot be of weir: E-STATE-DAMAGED. */
enum weir_status tables_damaged(struct connection *connection, const char *what) WEIR_MUST_CHECK;
/* As connection_fail, for a statement on these tables: where they are not as weir makes them, with
 * that. */
enum weir_status tables_fail(struct connection *connection, const char *doing) WEIR_MUST_CHECK;
static inline enum weir_status tables_judge(
    struct connection *connection, bool done, const char *doing)
{
    return done ? WEIR_OK : tables_fail(connection, doing);
}

#endif
