#include "registry.h"

#include "load.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_FOLDERS = 16, MAX_TYPES = 256 };

struct entry {
    struct entry *next;
    char *type;
    enum role role;
    struct weir_plugin plugin;
};

struct registry {
    struct weir_arena *arena;
    const char *folders[MAX_FOLDERS];
    size_t n_folders;
    struct entry *entries;
};

static bool is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Beside the program when it was built, ../lib/weir when it was installed. */
static void add_own_folder(struct registry *registry)
{
    static const char *const places[] = {"plugins.d", "../lib/weir", "../lib/x86_64-linux-gnu/weir",
        "../lib/aarch64-linux-gnu/weir"};
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
    char *slash;

    if (length <= 0)
        return;
    program[length] = '\0';
    slash = strrchr(program, '/');
    if (!slash)
        return;
    *slash = '\0';
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        const char *folder = weir_printf(registry->arena, "%s/%s", program, places[i]);

        if (is_folder(folder) && registry->n_folders < MAX_FOLDERS)
            registry->folders[registry->n_folders++] = folder;
    }
}

struct registry *registry_new(const char *const *folders)
{
    struct weir_arena *arena = weir_arena_new();
    struct registry *registry = weir_new(arena, struct registry);

    registry->arena = arena;
    for (; folders && *folders && registry->n_folders < MAX_FOLDERS; folders++)
        registry->folders[registry->n_folders++] = weir_copy_text(arena, *folders);
    add_own_folder(registry);
    return registry;
}

void registry_free(struct registry *registry)
{
    if (registry)
        weir_arena_free(registry->arena);
}

/* The file of a type: itself when it is a path, else the first that exists in a folder. */
static const char *find_file(struct registry *registry, const char *type, enum role role)
{
    if (strchr(type, '/'))
        return type;
    for (size_t i = 0; i < registry->n_folders; i++) {
        char *path = weir_printf(
            registry->arena, "%s/%s_%s.so", registry->folders[i], type, role_name(role));

        if (access(path, F_OK) == 0)
            return path;
    }
    return NULL;
}

static const char *candidate(const void *candidates, size_t i)
{
    const struct weir_strs *types = candidates;

    return types->items[i];
}

static enum weir_status missing(
    struct registry *registry, const char *type, enum role role, struct weir_error *ret_error)
{
    struct weir_arena *arena = weir_arena_new();
    struct weir_strs types = registry_types(registry, role, arena);
    const char *hint = weir_did_you_mean(arena, type, candidate, &types, types.n);
    char known[512] = "";
    size_t used = 0;

    for (size_t i = 0; i < types.n && used < sizeof(known) - 64; i++)
        used += (size_t)snprintf(
            known + used, sizeof(known) - used, "%s%.40s", i ? ", " : "", types.items[i]);
    weir_error_set(ret_error, WEIR_FAULT_PLUGIN, "E-PLUGIN-MISSING",
        "there is no %s plugin '%s'%s; there are: %s", role_name(role), type, hint,
        types.n ? known : "none; is the plugin folder complete?");
    weir_arena_free(arena);
    return WEIR_FAIL;
}

const struct weir_plugin *registry_find(
    struct registry *registry, const char *type, enum role role, struct weir_error *ret_error)
{
    struct weir_plugin plugin;
    struct entry *entry;
    const char *path;

    for (entry = registry->entries; entry; entry = entry->next)
        if (entry->role == role && strcmp(entry->type, type) == 0)
            return &entry->plugin;
    path = find_file(registry, type, role);
    if (!path) {
        missing(registry, type, role, ret_error);
        return NULL;
    }
    if (plugin_load(path, role, &plugin, ret_error) != WEIR_OK)
        return NULL;
    entry = weir_new(registry->arena, struct entry);
    *entry = (struct entry){registry->entries, weir_copy_text(registry->arena, type), role, plugin};
    registry->entries = entry;
    return &entry->plugin;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool contains(const char **types, size_t n, const char *type)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(types[i], type) == 0)
            return true;
    return false;
}

/* "filter_transform.so" names the type filter, for that role; NULL for other files. */
static char *type_of_file(const char *file, enum role role, struct weir_arena *arena)
{
    char *suffix = weir_printf(arena, "_%s.so", role_name(role));
    size_t length = strlen(file), tail = strlen(suffix);

    if (length <= tail || strcmp(file + length - tail, suffix) != 0)
        return NULL;
    return weir_printf(arena, "%.*s", (int)(length - tail), file);
}

static size_t add_types(
    const char *folder, enum role role, struct weir_arena *arena, const char **types, size_t n)
{
    DIR *dir = opendir(folder);
    struct dirent *file;

    while (dir && n < MAX_TYPES && (file = readdir(dir))) {
        char *type = type_of_file(file->d_name, role, arena);

        if (type && !contains(types, n, type))
            types[n++] = type;
    }
    if (dir)
        closedir(dir);
    return n;
}

struct weir_strs registry_types(struct registry *registry, enum role role, struct weir_arena *arena)
{
    const char **types = weir_new_array(arena, MAX_TYPES, const char *);
    size_t n = 0;

    for (size_t i = 0; i < registry->n_folders; i++)
        n = add_types(registry->folders[i], role, arena, types, n);
    qsort(types, n, sizeof(types[0]), by_name);
    return (struct weir_strs){types, n};
}
