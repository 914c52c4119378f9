/*
 * Rows that were set aside, as a source: an extract stage that lives inside the
 * program and stands in for the file's own in `weir replay`.
 *
 * It reads them through a loader of its own (state/offline.h), some at a time, while
 * the run's loader deletes those that it has loaded. Only rows that were there at
 * the beginning are read, so one that is set aside again does not come again.
 */
#ifndef COMMAND_REPLAY_SOURCE_H
#define COMMAND_REPLAY_SOURCE_H

#include "state/offline.h"

/* The stage's state; the first part is filled by the command, which reads the second afterwards. */
struct replay_state {
    struct offline *offline; /* started */
    const char *pipeline;
    uint64_t n_unknown;    /* rows of resources that take no part: left where they are */
    uint64_t n_unreadable; /* left, too; each was told */
    struct replay *replay; /* private */
};

/* How many rows of the pipeline are set aside now. */
enum weir_status replay_count(const struct replay_state *state, uint64_t *ret_n) WEIR_MUST_CHECK;

extern const struct weir_plugin replay_plugin;

#endif
