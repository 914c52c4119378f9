/* What `weir state show` tells of a pipeline. */
#ifndef STATE_SHOW_H
#define STATE_SHOW_H

#include "state.h"

/* Nothing of a database without state. */
enum weir_status show_state(
    struct state *state, const char *pipeline, const struct weir_showing *showing) WEIR_MUST_CHECK;

#endif
