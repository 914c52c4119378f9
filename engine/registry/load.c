#include "load.h"

#include "shared_object.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* The least a plugin of this ABI has: all up to its last role callback. */
static const size_t least_size = offsetof(struct weir_plugin, decode);
/* And a store: all up to dead_letters, its last callback in the first release. */
static const size_t least_store_size =
    offsetof(struct weir_store, dead_letters) + sizeof(((struct weir_store *)NULL)->dead_letters);

const char *role_name(enum role role)
{
    static const char *const names[N_ROLES] = {"extract", "transform", "load"};

    return role < N_ROLES ? names[role] : "no role";
}

enum role plugin_role(const struct weir_plugin *plugin)
{
    int n = (plugin->extract != NULL) + (plugin->transform != NULL) + (plugin->load != NULL);

    if (n != 1)
        return N_ROLES;
    if (plugin->extract)
        return ROLE_EXTRACT;
    return plugin->transform ? ROLE_TRANSFORM : ROLE_LOAD;
}

static enum weir_status check_header(
    const struct weir_header *header, const char *path, struct weir_error *error)
{
    if (header->abi != WEIR_ABI)
        return weir_error_set(error, WEIR_FAULT_PLUGIN, "E-PLUGIN-ABI",
            "%s was built for plugin ABI %u, this weir has %d; build it again with this weir's SDK",
            path, header->abi, WEIR_ABI);
    if (header->plugin_size < least_size || header->option_size < offsetof(struct weir_option, max))
        return weir_error_set(error, WEIR_FAULT_PLUGIN, "E-PLUGIN-ABI",
            "%s declares structs of %u and %u bytes, less than ABI %d ever had; use WEIR_HEADER",
            path, header->plugin_size, header->option_size, WEIR_ABI);
    return WEIR_OK;
}

/* Where each role may run: the flow has a place for these and no others. */
static const char *threading_mistake(const struct weir_plugin *plugin, enum role role)
{
    if (plugin->threading > WEIR_IN_PARALLEL)
        return "declares a threading that this weir does not know";
    if (role == ROLE_EXTRACT && plugin->threading == WEIR_IN_PARALLEL)
        return "declares WEIR_IN_PARALLEL, but one source is read by one thread";
    if (role == ROLE_TRANSFORM && plugin->threading == WEIR_ON_LOOP)
        return "declares WEIR_ON_LOOP, but transforms run on workers";
    if (role == ROLE_LOAD && plugin->threading == WEIR_IN_PARALLEL)
        return "declares WEIR_IN_PARALLEL, but a loader is entered once at a time";
    if (plugin->decoded && plugin->threading != WEIR_ON_LOOP)
        return "has the callback decoded, which needs WEIR_ON_LOOP";
    return NULL;
}

static const char *callback_mistake(const struct weir_plugin *plugin, enum role role)
{
    if (role != ROLE_EXTRACT && (plugin->decode || plugin->decoded || plugin->resource_options ||
                                    plugin->parents || plugin->chosen))
        return "has decode, decoded, parents, chosen or resource options, which only an extractor "
               "may have";
    if (role != ROLE_LOAD && (plugin->commit || plugin->store))
        return "has commit or a store, which only a loader may have";
    if (plugin->options && plugin->state_size == 0)
        return "has options, but no state to put them in: state_size is 0";
    if (plugin->resource_options && plugin->resource_size == 0)
        return "has resource options, but no struct to put them in: resource_size is 0";
    return NULL;
}

/* The engine calls all of them without asking whether they are there. */
static const char *store_mistake(const struct weir_plugin *plugin)
{
    const struct weir_store *store = plugin->store;

    if (!store)
        return NULL;
    if (store->size < least_store_size)
        return "has a store that is smaller than any of this ABI; set its size to sizeof(struct "
               "weir_store)";
    if (!store->open || !store->begin || !store->read || !store->finish || !store->show ||
        !store->reset || !store->dead_letters)
        return "has a store that lacks a callback";
    return plugin->commit ? NULL : "has a store, but no commit to make it durable";
}

enum weir_status plugin_verify(const struct weir_plugin *exported, const char *path, enum role role,
    struct weir_plugin *ret_plugin, struct weir_error *ret_error)
{
    struct weir_plugin plugin = {0};
    size_t size = exported->header.plugin_size;
    const char *mistake;

    if (check_header(&exported->header, path, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    memcpy(&plugin, exported, size < sizeof(plugin) ? size : sizeof(plugin));
    if (!plugin.name || !plugin.summary)
        return weir_error_set(
            ret_error, WEIR_FAULT_PLUGIN, "E-PLUGIN-LOAD", "%s has no name or no summary", path);
    if (plugin_role(&plugin) == N_ROLES)
        return weir_error_set(ret_error, WEIR_FAULT_PLUGIN, "E-PLUGIN-LOAD",
            "%s must have exactly one of the callbacks extract, transform and load", path);
    if (plugin_role(&plugin) != role)
        return weir_error_set(ret_error, WEIR_FAULT_PLUGIN, "E-PLUGIN-LOAD",
            "%s is a plugin for %s and cannot stand under %s", path,
            role_name(plugin_role(&plugin)), role_name(role));
    mistake = threading_mistake(&plugin, role);
    if (!mistake)
        mistake = callback_mistake(&plugin, role);
    if (!mistake)
        mistake = store_mistake(&plugin);
    if (mistake)
        return weir_error_set(
            ret_error, WEIR_FAULT_PLUGIN, "E-PLUGIN-LOAD", "%s %s", path, mistake);
    *ret_plugin = plugin;
    return WEIR_OK;
}

void plugin_failed_silently(struct weir_error *ret_error)
{
    (void)weir_error_set(ret_error, WEIR_FAULT_PLUGIN, "E-PLUGIN",
        "the plugin failed without saying why (it returned WEIR_FAIL, but did not call weir_fail)");
}

enum weir_status plugin_load(
    const char *path, enum role role, struct weir_plugin *ret_plugin, struct weir_error *ret_error)
{
    char resolved[PATH_MAX];
    const void *symbol;
    void *handle;
    const char *reason;

    /* An empty path would mean the program itself. */
    if (!path[0] || strlen(path) >= PATH_MAX)
        return weir_error_set(ret_error, WEIR_FAULT_PLUGIN, "E-PLUGIN-LOAD",
            "the path of a plugin must have between 1 and %d bytes", PATH_MAX - 1);
    if (shared_object_check(path, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    if (!realpath(path, resolved))
        return weir_error_set(
            ret_error, WEIR_FAULT_PLUGIN, "E-PLUGIN-LOAD", "%s: %s", path, strerror(errno));
    handle = dlopen(resolved, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!handle) {
        reason = dlerror();
        return weir_error_set(ret_error, WEIR_FAULT_PLUGIN, "E-PLUGIN-LOAD",
            "cannot load %s: %s; `ldd -r %s` shows what it misses", path,
            reason ? reason : "unknown", path);
    }
    (void)dlerror();
    symbol = dlsym(handle, "weir_plugin");
    if (!symbol)
        return weir_error_set(ret_error, WEIR_FAULT_PLUGIN, "E-PLUGIN-LOAD",
            "%s exports no weir_plugin; is it a plugin of weir?", path);
    return plugin_verify(symbol, path, role, ret_plugin, ret_error);
}
