/*
 * A loader that a command starts without a run: to show what it remembers, to
 * reset it, to read rows that were set aside.
 *
 * It has a copy of the plan's options, so the plan's own load stage may run beside
 * it, on a connection of its own. All of it happens on the caller's threads, one at
 * a time; signals end the process as they always do. A loader with WEIR_ON_LOOP finds
 * a loop of its own, which runs while a callback of it waits.
 */
#ifndef STATE_OFFLINE_H
#define STATE_OFFLINE_H

#include "plan/plan.h"

struct offline;

/* Before the plan's own load stage is started, since a plugin keeps more than options there. */
struct offline *offline_new(const struct plan *plan);
/* Stops the loader if it was started. Accepts NULL. */
void offline_free(struct offline *offline);

/* Its callbacks: WEIR_OK or WEIR_FAIL. */
enum weir_status offline_start(struct offline *offline) WEIR_MUST_CHECK;
enum weir_status offline_show(struct offline *offline, const char *pipeline,
    const struct weir_showing *showing) WEIR_MUST_CHECK;
enum weir_status offline_reset(
    struct offline *offline, const char *pipeline, const char *resource) WEIR_MUST_CHECK;
enum weir_status offline_dead_letters(struct offline *offline, const char *pipeline, int64_t after,
    size_t limit, void (*tell)(void *arg, const struct weir_dead_letter *letter),
    void *arg) WEIR_MUST_CHECK;

struct weir_stage *offline_stage(struct offline *offline);
/* Why a callback failed; there always is one behind WEIR_FAIL. */
const struct weir_error *offline_error(struct offline *offline);
/* `start` failed because there is nothing yet that could have state. */
bool offline_is_missing(const struct offline *offline);

#endif
