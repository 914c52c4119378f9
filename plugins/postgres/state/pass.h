/*
 * Passes and their generations: found, begun, closed. An open pass is the only one
 * that has places and gaps; the last hundred that are closed are kept as history.
 */
#ifndef STATE_PASS_H
#define STATE_PASS_H

#include "state.h"

/* A pass of the pipeline, in the arena; NULL: there is none. */
enum weir_status pass_find_open(struct connection *control, const char *pipeline,
    struct weir_arena *arena, struct weir_pass **ret_pass) WEIR_MUST_CHECK;
enum weir_status pass_find_key(struct connection *control, const char *pipeline, const char *key,
    struct weir_arena *arena, struct weir_pass **ret_pass) WEIR_MUST_CHECK;
/* The pass's part of that name; NULL: it has none. */
struct weir_generation *pass_part(const struct weir_pass *pass, const char *resource);
/* Tells the last passes, the newest first. */
enum weir_status pass_show(struct connection *control, const char *pipeline,
    void (*tell)(void *arg, const struct weir_pass *pass), void *arg) WEIR_MUST_CHECK;

/* The rest in a transaction of the control connection. */

/* A new pass, or an old one with more generations: ids are written into it. */
enum weir_status pass_begin(
    struct connection *control, const char *pipeline, struct weir_pass *pass) WEIR_MUST_CHECK;
/* Closes a pass as it is: places, gaps, marks that were seen, notes and what is staged go. */
enum weir_status pass_abandon(
    struct connection *control, const struct state *state, int64_t pass) WEIR_MUST_CHECK;
/* One of the pass's generations has been read to its end. */
enum weir_status pass_end_generation(
    struct connection *control, int64_t generation) WEIR_MUST_CHECK;
/* The pass is done if all its generations are. */
enum weir_status pass_end(struct connection *control, int64_t pass) WEIR_MUST_CHECK;

#endif
