/* The end of a run, in its last transaction: what is done is closed, what is not stays open. */
#ifndef STATE_FINISH_H
#define STATE_FINISH_H

#include "../load.h"

enum weir_status finish_run(
    struct sqlite_load *load, const struct weir_ending *ending) WEIR_MUST_CHECK;

#endif
