/*
 * One run at a time for each pipeline: an advisory lock of the control connection's
 * session, named by a hash of the pipeline. It goes with the session, however that
 * ends, and is taken anew where the connection was lost.
 */
#ifndef STATE_LOCK_H
#define STATE_LOCK_H

#include "state.h"

/*
 * Outside of a transaction: takes the lock, unless this session has it. A killed predecessor's
 * session needs a moment to be gone, so it is tried for a while; then E-LOCKED names the holder.
 * With `takeover` it is tried once, and not needed.
 */
enum weir_status lock_hold(struct connection *control, struct state *state, const char *pipeline,
    bool takeover) WEIR_MUST_CHECK;
void lock_release(struct connection *control, struct state *state, const char *pipeline);

#endif
