/* Forgetting: the next run begins as if there had been none. Rows and dead letters stay. */
#ifndef STORE_RESET_H
#define STORE_RESET_H

#include "load.h"

/* In the fiber of the control connection. Takes the pipeline's lock; a resource of NULL means all.
 * Durable when it returns. */
enum weir_status reset_run(
    struct postgres_load *load, const char *pipeline, const char *resource) WEIR_MUST_CHECK;

#endif
