/* The options that commands take, in one place, so that they mean the same everywhere. */
#include "command.h"

#include "file/show_mistakes.h"
#include "report/log.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    OPT_LOG = 256,
    OPT_REPORT,
    OPT_PLUGINS,
    OPT_ROWS,
    OPT_RESOURCE,
    OPT_MARKDOWN,
    OPT_RUN_ID,
    OPT_RESTART,
    OPT_KEEP_PARTIAL,
    OPT_TAKEOVER,
    OPT_YES
};

#define LETTERS ":hvq"

static const struct option long_options[] = {
    {"help", no_argument, NULL, 'h'},
    {"verbose", no_argument, NULL, 'v'},
    {"quiet", no_argument, NULL, 'q'},
    {"log", required_argument, NULL, OPT_LOG},
    {"report", required_argument, NULL, OPT_REPORT},
    {"plugins", required_argument, NULL, OPT_PLUGINS},
    {"rows", required_argument, NULL, OPT_ROWS},
    {"resource", required_argument, NULL, OPT_RESOURCE},
    {"markdown", no_argument, NULL, OPT_MARKDOWN},
    {"run-id", required_argument, NULL, OPT_RUN_ID},
    {"restart", no_argument, NULL, OPT_RESTART},
    {"keep-partial", no_argument, NULL, OPT_KEEP_PARTIAL},
    {"takeover", no_argument, NULL, OPT_TAKEOVER},
    {"yes", no_argument, NULL, OPT_YES},
    {NULL, 0, NULL, 0},
};

bool command_mistake(const struct command *command, const char *what, const char *value)
{
    char shown[256];

    (void)weir_str_printable(weir_str(value ? value : ""), shown, sizeof(shown));
    fprintf(stderr, "weir: error[E-USAGE]: %s%s%s; see weir %s --help\n", what, value ? " " : "",
        shown, command->name);
    return false;
}

/* A letter may stand among others, so only getopt knows which it is. */
static bool refuse_option(const struct command *command, const char *word)
{
    const char letter[] = {'-', (char)optopt, '\0'};
    bool is_letter = optopt > 0 && optopt < OPT_LOG && !strchr(LETTERS, optopt);

    return command_mistake(command, "unknown option", is_letter ? letter : word);
}

static bool take_log(const struct command *command, struct command_options *options)
{
    if (strcmp(optarg, "json") == 0)
        options->log_json = true;
    else if (strcmp(optarg, "text") != 0)
        return command_mistake(command, "--log is text or json, not", optarg);
    return true;
}

static bool take_folder(const struct command *command, struct command_options *options)
{
    size_t n = 0;

    while (options->folders[n])
        n++;
    if (n + 1 >= sizeof(options->folders) / sizeof(options->folders[0]))
        return command_mistake(command, "too many --plugins folders", NULL);
    options->folders[n] = optarg;
    return true;
}

static bool take_resource(const struct command *command, struct command_options *options)
{
    if (options->n_resources == sizeof(options->resources) / sizeof(options->resources[0]))
        return command_mistake(command, "too many --resource options", NULL);
    options->resources[options->n_resources++] = optarg;
    return true;
}

static bool take_rows(const struct command *command, struct command_options *options)
{
    if (!weir_parse_int(optarg, &options->rows) || options->rows < 1 || options->rows > 10000)
        return command_mistake(command, "--rows needs a whole number from 1 to 10000, got", optarg);
    return true;
}

/* Stored and shown again, so it is a short word. */
static bool take_run_id(const struct command *command, struct command_options *options)
{
    char shown[256];

    if (!*optarg || strlen(optarg) > 200)
        return command_mistake(command, "--run-id needs a text of 1 to 200 bytes", NULL);
    if (weir_str_printable(weir_str(optarg), shown, sizeof(shown)) != strlen(optarg) ||
        strcmp(shown, optarg) != 0)
        return command_mistake(
            command, "--run-id may not hold characters that cannot be printed:", optarg);
    options->state.run_key = optarg;
    return true;
}

/* What a command must take for this option to be one of its; 0: every command has it. */
static unsigned needed_for(int option)
{
    switch (option) {
    case 'v':
        return TAKES_VERBOSE;
    case 'q':
        return TAKES_QUIET;
    case OPT_LOG:
        return TAKES_LOG;
    case OPT_REPORT:
        return TAKES_REPORT;
    case OPT_ROWS:
        return TAKES_ROWS;
    case OPT_RESOURCE:
        return TAKES_RESOURCE;
    case OPT_MARKDOWN:
        return TAKES_MARKDOWN;
    case OPT_RUN_ID:
    case OPT_RESTART:
    case OPT_KEEP_PARTIAL:
    case OPT_TAKEOVER:
        return TAKES_STATE;
    case OPT_YES:
        return TAKES_YES;
    default:
        return 0;
    }
}

static const char *option_name(int option)
{
    for (const struct option *o = long_options; o->name; o++)
        if (o->val == option)
            return o->name;
    return "";
}

static bool refuse(const struct command *command, int option)
{
    char what[64];

    snprintf(what, sizeof(what), "--%s is no option of this command", option_name(option));
    return command_mistake(command, what, NULL);
}

static bool take_option(const struct command *command, int option, struct command_options *options)
{
    if (needed_for(option) & ~command->takes)
        return refuse(command, option);
    switch (option) {
    case 'v':
        options->verbose = true;
        return true;
    case 'q':
        options->quiet = true;
        return true;
    case OPT_LOG:
        return take_log(command, options);
    case OPT_REPORT:
        options->report = optarg;
        return true;
    case OPT_PLUGINS:
        return take_folder(command, options);
    case OPT_ROWS:
        return take_rows(command, options);
    case OPT_RESOURCE:
        return take_resource(command, options);
    case OPT_MARKDOWN:
        options->markdown = true;
        return true;
    case OPT_RUN_ID:
        return take_run_id(command, options);
    case OPT_RESTART:
        options->state.restart = true;
        return true;
    case OPT_KEEP_PARTIAL:
        options->state.keep_partial = true;
        return true;
    case OPT_TAKEOVER:
        options->state.takeover = true;
        return true;
    case OPT_YES:
        options->yes = true;
        return true;
    default:
        return false;
    }
}

static bool take_words(
    const struct command *command, int argc, char **argv, struct command_options *options)
{
    const int most = sizeof(options->words) / sizeof(options->words[0]);

    for (; optind < argc; optind++) {
        if (options->n_words == most)
            return command_mistake(command, "too many arguments, from", argv[optind]);
        options->words[options->n_words++] = argv[optind];
    }
    options->file = options->words[0];
    return true;
}

static void configure_log(const struct command_options *options)
{
    const char *no_color = getenv("NO_COLOR");
    struct log_options log = {
        .json = options->log_json,
        .color = !options->log_json && isatty(STDERR_FILENO) && !(no_color && *no_color),
        .verbose = options->verbose,
        .quiet = options->quiet,
    };

    log_configure(&log);
}

bool command_parse(const struct command *command, int argc, char **argv,
    struct command_options *ret_options, int *ret_exit)
{
    int option;

    memset(ret_options, 0, sizeof(*ret_options));
    *ret_exit = WEIR_FAULT_USAGE;
    opterr = 0;
    optind = 0; /* from the start, also when an earlier call ended in the middle */
    while ((option = getopt_long(argc, argv, LETTERS, long_options, NULL)) != -1) {
        if (option == 'h') {
            fputs(command->help, stdout);
            *ret_exit = 0;
            return false;
        }
        if (option == '?')
            return refuse_option(command, argv[optind - 1]);
        if (option == ':')
            return command_mistake(command, "a value is missing behind", argv[optind - 1]);
        if (!take_option(command, option, ret_options))
            return false;
    }
    if (!take_words(command, argc, argv, ret_options))
        return false;
    configure_log(ret_options);
    return true;
}

static void keep_secret(void *arg, const char *text)
{
    (void)arg;
    log_add_secret(text);
}

/* 6 when nothing but a plugin is at fault, else 2: the file has to be mended. */
static int exit_code_of(const struct weir_mistakes *mistakes)
{
    for (size_t i = 0; i < mistakes->n; i++)
        if (!mistakes->items[i].warning &&
            strncmp(mistakes->items[i].code, "E-PLUGIN", strlen("E-PLUGIN")) != 0)
            return WEIR_FAULT_USAGE;
    return mistakes->n_errors ? WEIR_FAULT_PLUGIN : WEIR_FAULT_NONE;
}

static struct plan *read_plan(const struct command *command, const struct command_options *options,
    struct plan_request *request, struct registry *registry, struct weir_arena *arena,
    int *ret_exit)
{
    struct weir_mistakes mistakes;
    struct yaml_source source = {0};
    struct plan *plan;

    request->path = options->file;
    if (!command->any_resource)
        request->only = (struct weir_strs){options->resources, options->n_resources};
    request->secret = keep_secret;
    request->state = options->state;
    weir_mistakes_init(&mistakes, arena);
    plan = plan_read(request, registry, arena, &mistakes, &source);
    if (log_is_json())
        show_mistakes_json(&mistakes, &source, stderr);
    else
        show_mistakes(&mistakes, &source, log_has_color(), stderr);
    *ret_exit = exit_code_of(&mistakes);
    return plan;
}

static bool has_its_words(const struct command *command, const struct command_options *options)
{
    if (!command->choices)
        return options->n_words == 1;
    for (const char *const *choice = command->choices; *choice; choice++)
        if (options->n_words == 2 && strcmp(options->words[1], *choice) == 0)
            return true;
    return false;
}

int command_with_plan(const struct command *command, int argc, char **argv,
    struct plan_request *request, int (*use)(const struct command_options *, struct plan *))
{
    struct command_options options;
    struct registry *registry;
    struct weir_arena *arena;
    struct plan *plan;
    int code;

    if (!command_parse(command, argc, argv, &options, &code))
        return code;
    if (!has_its_words(command, &options)) {
        (void)command_mistake(
            command, command->words ? command->words : "it needs one pipeline file", NULL);
        return WEIR_FAULT_USAGE;
    }
    if (options.state.keep_partial && !options.state.restart) {
        (void)command_mistake(command, "--keep-partial goes with --restart", NULL);
        return WEIR_FAULT_USAGE;
    }
    arena = weir_arena_new();
    registry = registry_new(options.folders);
    plan = read_plan(command, &options, request, registry, arena, &code);
    if (plan)
        code = use(&options, plan);
    registry_free(registry);
    weir_arena_free(arena);
    return code;
}
