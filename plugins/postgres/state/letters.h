/*
 * Dead letters: rows that were set aside so that they cost no other row, in a table
 * of the schema of the rows, which people can ask.
 *
 *   id            bigint, counts up
 *   pipeline, resource
 *   generation    bigint: of the pass that the row came in; null: a row that was put back made it
 *   chain, unit   bytea, bigint: where in the source it came from, where that is known
 *   row           bigint: its number in its unit, from 1, where that is known
 *   stage         bigint: how many transforms it had passed when it was written down
 *   column_name   the column at fault, where there is one
 *   code, reason  the error, without any value of the row
 *   raw           text: the row, a JSON object
 *   set_aside_at  timestamptz
 */
#ifndef STATE_LETTERS_H
#define STATE_LETTERS_H

#include "query/query.h"
#include "state.h"

#define LETTERS_TABLE "_weir_dead_letter" /* where the resources do not say another name */

/* Its name, not quoted: what the stage's resources say, or the one above. */
const char *letters_name(const struct weir_stage *stage);

/* In a transaction: makes the table, if it is missing, and sees whether rows can be put there. Of the
 * control connection, at the beginning of a run that may set rows aside. */
enum weir_status letters_make(
    struct connection *connection, const struct state *state) WEIR_MUST_CHECK;

/* --- told; a database without such a table has none ----------------------------------------- */

/* Behind the id `after`, and up to `limit`. */
enum weir_status letters_read(struct connection *connection, const struct state *state,
    const char *pipeline, int64_t after, size_t limit,
    void (*tell)(void *arg, const struct weir_dead_letter *letter), void *arg) WEIR_MUST_CHECK;
/* How many the runs of a pass have set aside, and not put back. */
enum weir_status letters_of_pass(struct connection *connection, const struct state *state,
    int64_t pass, uint64_t *ret_n) WEIR_MUST_CHECK;
enum weir_status letters_count(struct connection *connection, const struct state *state,
    const char *pipeline,
    void (*tell)(void *arg, const char *resource, const char *code, uint64_t n),
    void *arg) WEIR_MUST_CHECK;

#endif
