/* The end of a libuv loop that plugins had handles on. */
#ifndef STATE_LOOP_H
#define STATE_LOOP_H

#include <uv.h>

/*
 * Runs the loop until all handles that are being closed are, and closes it. What a
 * plugin left open is closed, too, and told: it may live in the arena of its stage,
 * which must be there until this returns.
 */
void loop_finish(uv_loop_t *loop);

#endif
