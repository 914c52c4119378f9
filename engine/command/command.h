/*
 * The commands of the program: each has a file, a line here, and a help text with
 * an example.
 */
#ifndef COMMAND_H
#define COMMAND_H

#include "plan/plan.h"

/* The options that not every command has; one that would do nothing is refused. */
enum command_takes {
    TAKES_LOG = 1 << 0,
    TAKES_REPORT = 1 << 1,
    TAKES_RESOURCE = 1 << 2,
    TAKES_ROWS = 1 << 3,
    TAKES_MARKDOWN = 1 << 4,
    TAKES_QUIET = 1 << 5,
    TAKES_VERBOSE = 1 << 6,
    TAKES_STATE = 1 << 7,
    TAKES_YES = 1 << 8,
};

struct command {
    const char *name;
    const char *summary;
    const char *help;                  /* usage, options, an example */
    unsigned takes;                    /* enum command_takes */
    const char *const *choices;        /* of a word behind the file, NULL-terminated; NULL: none */
    const char *words;                 /* says so when it is missing */
    bool any_resource;                 /* --resource may name what the file has not */
    int (*run)(int argc, char **argv); /* argv[0] is the command's name; returns the exit code */
};

extern const struct command command_run;
extern const struct command command_check;
extern const struct command command_preview;
extern const struct command command_replay;
extern const struct command command_state;
extern const struct command command_plugin;

/* --- what the commands share (options.c) -------------------------------------------------- */

struct command_options {
    const char *file;
    const char *words[4]; /* arguments that are no options, the file among them */
    int n_words;
    const char *report;
    bool log_json;
    bool verbose;
    bool quiet;
    bool markdown;
    bool yes;
    struct plan_state state; /* --run-id, --restart, --keep-partial, --takeover */
    int64_t rows;
    const char *folders[8];    /* --plugins, NULL-terminated */
    const char *resources[64]; /* --resource */
    size_t n_resources;
};

/*
 * Reads the arguments. False when the command is to end now, with *ret_exit: after
 * --help, or after a mistake, which has been told on stderr.
 */
bool command_parse(const struct command *command, int argc, char **argv,
    struct command_options *ret_options, int *ret_exit);

/* Tells a mistake on the command line, with where there is help; false. `value` may be NULL. */
bool command_mistake(const struct command *command, const char *what, const char *value);

/*
 * What every command on a pipeline file does: reads the arguments, reads and checks
 * the file, shows its mistakes, and if there are none calls `use` with the plan.
 * Returns the exit code.
 */
int command_with_plan(const struct command *command, int argc, char **argv,
    struct plan_request *request, int (*use)(const struct command_options *, struct plan *));

#endif
