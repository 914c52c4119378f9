/*
 * What an answer means: for its chain, for the run, and for what is remembered.
 *
 * Answers are judged in the order of their chain, good ones and failed ones alike.
 * What comes of it is a position: the unit counts, and the chain stands behind it
 * in this run and in the next one. Without a position it never happened.
 */
#ifndef WEIR_HTTP_JUDGE_H
#define WEIR_HTTP_JUDGE_H

#include "chain.h"

struct http_judgement {
    const struct weir_position *position; /* NULL: the unit leaves nothing behind */
    const struct weir_error *error;       /* why its rows do not count, or NULL */
};

/*
 * The first page that was out is decoded, as this unit. What is given back lives in the arena.
 * May close the chain.
 */
struct http_judgement http_chain_judge(struct http_chain *chain, struct http_page *page,
    const struct http_facts *facts, const struct weir_unit *unit, struct weir_arena *arena);

#endif
