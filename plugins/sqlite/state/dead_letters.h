/*
 * Dead letters: rows that were set aside so that they cost no other row, in a table
 * that people can ask.
 *
 *   id            counts up
 *   pipeline, resource
 *   generation    of the pass that the row came in; null: a row that was put back made it
 *   chain, unit   where in the source it came from, where that is known
 *   row           its number in its unit, from 1, where that is known
 *   stage         how many transforms it had passed when it was written down
 *   column_name   the column at fault, where there is one
 *   code, reason  the error, without any value of the row
 *   raw           the row, a JSON object
 *   set_aside_at  RFC 3339, UTC
 */
#ifndef STATE_DEAD_LETTERS_H
#define STATE_DEAD_LETTERS_H

#include "state.h"

/* Which table it is. */
void dead_letters_init(struct state *state);
/* Inside a transaction: makes it, if it is missing. */
enum weir_status dead_letters_make(struct state *state) WEIR_MUST_CHECK;
/* *ret_there tells whether the letter is there, to be put back. */
enum weir_status dead_letters_find(
    struct state *state, int64_t id, bool *ret_there) WEIR_MUST_CHECK;
/*
 * Inside a transaction, behind the rows of the batch: writes what was set aside of it, and removes
 * letters that were put back. One that was set aside again stays, with its new reason.
 */
enum weir_status dead_letters_settle(
    struct state *state, int64_t generation, const struct weir_batch *batch) WEIR_MUST_CHECK;

/* A database without such a table has none. */
enum weir_status dead_letters_read(struct state *state, const char *pipeline, int64_t after,
    size_t limit, void (*tell)(void *arg, const struct weir_dead_letter *letter),
    void *arg) WEIR_MUST_CHECK;
/* How many the runs of a pass have set aside, and not put back. */
enum weir_status dead_letters_of_pass(
    struct state *state, int64_t pass, uint64_t *ret_n) WEIR_MUST_CHECK;
enum weir_status dead_letters_count(struct state *state, const char *pipeline,
    void (*tell)(void *arg, const char *resource, const char *code, uint64_t n),
    void *arg) WEIR_MUST_CHECK;

#endif
