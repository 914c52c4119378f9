/* Forgetting: the next run begins as if there had been none. Rows and dead letters stay. */
#ifndef STATE_RESET_H
#define STATE_RESET_H

#include "state.h"

/* Takes the pipeline's lock; a resource of NULL means all. Durable when it returns. */
enum weir_status reset_state(
    struct state *state, const char *pipeline, const char *resource) WEIR_MUST_CHECK;

#endif
