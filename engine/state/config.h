/*
 * What must not change while a pass is open: everything in the pipeline file that
 * decides what is asked for and what comes of it.
 *
 * Kept as a JSON object, field to hash, so that a change can be named without
 * anything of the file being stored. Options that only tune are left out, and so
 * are secrets, which may be changed at any time. So is `schema`: it decides how rows
 * are kept, and a pass may well go on with a wider type or a milder contract.
 */
#ifndef STATE_CONFIG_H
#define STATE_CONFIG_H

#include "plan/plan.h"

/* Of one resource, with the transforms it passes. In the plan's arena. */
const char *config_of(const struct plan *plan, size_t resource);
/* Names what differs, as "path, params.since": how much was written to out, 0 if they are alike. */
size_t config_differences(const char *before, const char *now, char *out, size_t size);
/* Was the resource of this config a child of that one? */
bool config_has_parent(const char *config, const char *name);

#endif
