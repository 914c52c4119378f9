/* What the two ways of sending a transaction share; nobody else includes it. */
#ifndef LANE_SEND_H
#define LANE_SEND_H

#include "lane.h"

/* What a guard has waited for, it must then see, whatever the database's own setting; and what a
 * constraint refuses has to show at its row, not at the commit. */
#define SEND_BEGIN "BEGIN ISOLATION LEVEL READ COMMITTED; SET CONSTRAINTS ALL IMMEDIATE"

/* The batches of one table that have rows. */
struct part {
    struct held **held;
    struct weir_batch **batches;
    size_t n;
};

struct part part_of(
    const struct transaction *transaction, const struct table *table, struct weir_arena *arena);

/* send_script.c: all in one message, where all is as it mostly is. *ret_sent: it is committed; else,
 * with WEIR_OK, nothing of it is, and it has to be sent step by step. */
enum weir_status send_script(struct lane *lane, bool *ret_sent) WEIR_MUST_CHECK;

#endif
