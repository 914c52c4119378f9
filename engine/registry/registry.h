/*
 * Plugins: found by type and role, loaded once, verified before anything of them
 * runs, never unloaded.
 *
 * A bare name is looked up as <name>_<role>.so in the plugin folders, in order:
 * those given with --plugins, then the one that belongs to this program. A name
 * with a slash is a path. Nothing else is searched, whatever the environment says.
 */
#ifndef REGISTRY_H
#define REGISTRY_H

#include <weir/plugin.h>

enum role {
    ROLE_EXTRACT,
    ROLE_TRANSFORM,
    ROLE_LOAD,
    N_ROLES,
};

struct registry;

/* folders: NULL-terminated, may be NULL; the program's own folder is added behind them. */
struct registry *registry_new(const char *const *folders);
void registry_free(struct registry *registry);

/*
 * The plugin, complete: fields that it was built without are zero. Lives as long
 * as the process. NULL and an error when it is missing (E-PLUGIN-MISSING, with
 * a suggestion), cannot be loaded (E-PLUGIN-LOAD), or is of another ABI (E-PLUGIN-ABI).
 */
const struct weir_plugin *registry_find(
    struct registry *registry, const char *type, enum role role, struct weir_error *ret_error);

/* What is there, for people: types of a role in alphabetical order. In the arena. */
struct weir_strs registry_types(
    struct registry *registry, enum role role, struct weir_arena *arena);

const char *role_name(enum role role);
/* By the one callback of the three that is set; N_ROLES when none or several are. */
enum role plugin_role(const struct weir_plugin *plugin);

#endif
