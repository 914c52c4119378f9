/* The end of a run, in its last transaction: what is done is closed, what is not stays open. */
#ifndef STATE_FINISH_H
#define STATE_FINISH_H

#include "load.h"

/* In the fiber of the control connection. As weir_store.finish, but durable when it returns. */
enum weir_status finish_run(
    struct postgres_load *load, const struct weir_ending *ending) WEIR_MUST_CHECK;

#endif
