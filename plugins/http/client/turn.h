/*
 * How long the client may work in one turn of the loop.
 *
 * libcurl reads a socket for as long as there is something to read: an answer of
 * 64 MiB may come, and be unpacked, in one call, and all else on the loop waits.
 */
#ifndef WEIR_HTTP_TURN_H
#define WEIR_HTTP_TURN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct http_turn {
    uv_prepare_t end;  /* before the loop waits; its data is the user's */
    uint64_t began_ns; /* 0: nothing was done yet */
    size_t n_yielding; /* who found that it is over, and goes on with the next one */
};

void http_turn_init(struct http_turn *turn, uv_loop_t *loop);
/* Before work that may be long; again and again in one turn is fine. */
void http_turn_begin(struct http_turn *turn);
/* Was there work enough? What is left is the next turn's. */
bool http_turn_is_over(const struct http_turn *turn);
void http_turn_close(struct http_turn *turn, uv_close_cb closed);

#endif
