/* What `weir state show` tells of a pipeline. */
#ifndef STORE_SHOW_H
#define STORE_SHOW_H

#include "load.h"

/* In the fiber of the control connection. Nothing of a database without state. */
enum weir_status show_run(struct postgres_load *load, const char *pipeline,
    const struct weir_showing *showing) WEIR_MUST_CHECK;

#endif
