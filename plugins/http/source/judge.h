/*
 * What an answer means: for its chain, for the run, and for what is remembered.
 *
 * Answers are judged in the order of their chain, good ones and failed ones alike.
 * What comes of it is a position: the unit counts, and the chain stands behind it
 * in this run and in the next one. Without a position it never happened.
 */
#ifndef WEIR_HTTP_JUDGE_H
#define WEIR_HTTP_JUDGE_H

#include "decode.h"

struct http_judgement {
    const struct weir_position *position; /* NULL: the unit leaves nothing behind */
    const struct weir_error *error;       /* why its rows do not count, or NULL */
};

/*
 * The first page that was out is decoded: what came of it, and its unit. What is given back lives
 * in the arena. An answer that only decoding shows to be none is asked for again, as long as there
 * are tries; that unit, and those of pages behind it that are out already, never happened.
 * May close the chain.
 */
struct http_judgement http_chain_judge(struct http_chain *chain, const struct http_unit *decoded,
    const struct weir_unit *unit, struct weir_arena *arena);

#endif
