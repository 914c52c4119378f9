/* One file to one verified plugin. */
#ifndef REGISTRY_LOAD_H
#define REGISTRY_LOAD_H

#include "registry.h"

/*
 * Loads a file and verifies what it exports. The copy in *ret_plugin is complete:
 * what the plugin was built without is zero.
 */
enum weir_status plugin_load(const char *path, enum role role, struct weir_plugin *ret_plugin,
    struct weir_error *ret_error) WEIR_MUST_CHECK;

/* The part of plugin_load that judges; for tests, and for plugins inside the program. */
enum weir_status plugin_verify(const struct weir_plugin *exported, const char *path, enum role role,
    struct weir_plugin *ret_plugin, struct weir_error *ret_error) WEIR_MUST_CHECK;

/* The error of a plugin that failed and never called weir_fail. */
void plugin_failed_silently(struct weir_error *ret_error);

#endif
