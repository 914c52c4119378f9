/* A run that the state knows of, as a line: when it began, how long it took, how it ended. */
#ifndef COMMAND_STATE_RUN_H
#define COMMAND_STATE_RUN_H

#include "report/listing.h"

#include <weir/store.h>

/* `finished_at` and `summary` (JSON) are NULL where they are not known; times are UTC. */
void state_run_list(struct listing *listing, const struct weir_run *run, const char *finished_at,
    int exit_code, const char *summary);

#endif
