/* The end of a run, in its last transaction: what is done is closed, what is not stays open. */
#ifndef STORE_FINISH_H
#define STORE_FINISH_H

#include "load.h"

/* In the fiber of the control connection. As weir_store.finish, but durable when it returns. */
enum weir_status finish_run(
    struct postgres_load *load, const struct weir_ending *ending) WEIR_MUST_CHECK;

#endif
