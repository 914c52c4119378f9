/* weir plugin list | show NAME: what there is, and what it takes. */
#include "command.h"

#include "plan/keys.h"

#include <stdio.h>
#include <string.h>

static const char help[] =
    "weir plugin list             - all plugins, by role\n"
    "weir plugin show NAME [ROLE] - what a plugin does, and its options\n"
    "\n"
    "  --markdown     options as a Markdown table\n"
    "  --plugins DIR  look for plugins here first (may be given several times)\n"
    "\n"
    "ROLE is extract, transform or load; without it, all roles of that name are shown.\n"
    "\n"
    "Example:\n"
    "  weir plugin show http\n";

static void list_role(struct registry *registry, enum role role, struct weir_arena *arena)
{
    struct weir_strs types = registry_types(registry, role, arena);

    printf("%s\n", role_name(role));
    for (size_t i = 0; i < types.n; i++) {
        struct weir_error error = {0};
        const struct weir_plugin *plugin = registry_find(registry, types.items[i], role, &error);

        printf("  %-12s %s\n", types.items[i], plugin ? plugin->summary : error.text);
    }
}

static int list(struct registry *registry, struct weir_arena *arena)
{
    for (int role = 0; role < N_ROLES; role++)
        list_role(registry, (enum role)role, arena);
    return 0;
}

static void show_table(struct weir_arena *arena, const char *title,
    const struct weir_option *options, size_t stride, bool markdown)
{
    if (!options)
        return;
    printf("\n%s%s\n\n%s", markdown ? "### " : "", title,
        markdown ? weir_options_markdown(arena, options, stride)
                 : weir_options_text(arena, options, stride));
}

static void show_plugin(const struct weir_plugin *plugin, const char *type, enum role role,
    bool markdown, struct weir_arena *arena)
{
    size_t stride = plugin->header.option_size, own = sizeof(struct weir_option);
    static const struct weir_option *const engine_tables[N_ROLES] = {
        extract_key_table, transform_key_table, load_key_table};

    if (!markdown)
        printf("%s (%s)%s%s\n%s\n", type, role_name(role), plugin->version ? ", version " : "",
            plugin->version ? plugin->version : "", plugin->summary);
    show_table(arena, "Options", plugin->options, stride, markdown);
    show_table(arena, "Options of a resource", plugin->resource_options, stride, markdown);
    if (markdown)
        return;
    if (role == ROLE_EXTRACT)
        show_table(arena, "Options that every resource has", resource_key_table, own, false);
    show_table(arena, weir_printf(arena, "Options that every %s stage has", role_name(role)),
        engine_tables[role], own, false);
}

static bool has_type(
    struct registry *registry, const char *type, enum role role, struct weir_arena *arena)
{
    struct weir_strs types = registry_types(registry, role, arena);

    return strchr(type, '/') || weir_strs_contain(&types, weir_str(type));
}

static const char *type_at(const void *candidates, size_t i)
{
    return ((const struct weir_strs *)candidates)->items[i];
}

/* "; did you mean 'http'?" of whatever role, or "". */
static const char *suggestion(struct registry *registry, const char *type, struct weir_arena *arena)
{
    const char *words = "";

    for (int role = 0; role < N_ROLES && !*words; role++) {
        struct weir_strs types = registry_types(registry, (enum role)role, arena);

        words = weir_did_you_mean(arena, type, type_at, &types, types.n);
    }
    return words;
}

static int show(
    struct registry *registry, struct weir_arena *arena, const struct command_options *options)
{
    const char *type = options->words[1], *only = options->words[2];
    struct weir_error error = {0};
    int shown = 0;

    for (int role = 0; role < N_ROLES; role++) {
        const struct weir_plugin *plugin;

        if (only && strcmp(only, role_name((enum role)role)) != 0)
            continue;
        if (!only && !has_type(registry, type, (enum role)role, arena))
            continue;
        plugin = registry_find(registry, type, (enum role)role, &error);
        if (!plugin)
            continue;
        if (shown++)
            puts("");
        show_plugin(plugin, type, (enum role)role, options->markdown, arena);
    }
    if (shown)
        return 0;
    if (!weir_error_is_set(&error))
        weir_error_set(&error, WEIR_FAULT_PLUGIN, "E-PLUGIN-MISSING",
            "there is no plugin '%s'%s; weir plugin list shows all", type,
            suggestion(registry, type, arena));
    fprintf(stderr, "weir: error[%s]: %s\n", error.code, error.text);
    return (int)error.fault;
}

static int run(int argc, char **argv)
{
    struct command_options options;
    struct registry *registry;
    struct weir_arena *arena;
    int code;

    if (!command_parse(&command_plugin, argc, argv, &options, &code))
        return code;
    arena = weir_arena_new();
    registry = registry_new(options.folders);
    if (options.n_words == 1 && strcmp(options.words[0], "list") == 0) {
        code = list(registry, arena);
    } else if (options.n_words >= 2 && strcmp(options.words[0], "show") == 0) {
        code = show(registry, arena, &options);
    } else {
        fputs("weir: error[E-USAGE]: weir plugin needs list, or show and a name; see weir plugin "
              "--help\n",
            stderr);
        code = WEIR_FAULT_USAGE;
    }
    registry_free(registry);
    weir_arena_free(arena);
    return code;
}

const struct command command_plugin = {
    .name = "plugin",
    .summary = "list plugins, show what one takes",
    .help = help,
    .takes = TAKES_MARKDOWN,
    .run = run,
};
