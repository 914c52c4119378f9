/* weir preview FILE: the first rows, as they would be loaded; nothing is loaded. */
#include "command.h"
#include "table.h"

#include "flow/flow.h"
#include "report/log.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { DEFAULT_ROWS = 10, DEFAULT_WIDTH = 160 };

static const char help[] =
    "weir preview FILE - extract and transform a few rows and print them; load nothing\n"
    "\n"
    "  --rows N         rows of each resource (10)\n"
    "  --resource NAME  only this resource (may be given several times)\n"
    "  --plugins DIR    look for plugins here first (may be given several times)\n"
    "  --log text|json  what is said on stderr: lines for people, or JSON lines\n"
    "  -v, --verbose    say more\n"
    "\n"
    "Under each column's name stand the kinds of values that were seen.\n"
    "\n"
    "Example:\n"
    "  weir preview pipelines/quickstart.yaml --rows 5\n";

static size_t output_width(void)
{
    struct winsize size = {0};

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20)
        return size.ws_col;
    return DEFAULT_WIDTH;
}

static int preview(const struct command_options *options, struct plan *plan)
{
    struct table_state *state = plan->load.stage.state;
    struct flow_result result;
    struct stats stats;
    int code = 0;

    state->rows = options->rows ? (size_t)options->rows : DEFAULT_ROWS;
    stats_init(&stats, plan->n_resources);
    flow_run(plan, &stats, NULL, &result);
    if (result.status != WEIR_OK) {
        log_error(&result.error, result.stage, NULL);
        code = (int)result.error.fault;
    } else if (result.signal) {
        code = EXIT_SIGNAL + result.signal;
    }
    stats_done(&stats);
    return code;
}

static int run(int argc, char **argv)
{
    struct table_state state = {.width = output_width(), .out = stdout};
    struct plan_request request = {.load_instead = &table_plugin, .load_state = &state};

    return command_with_plan(&command_preview, argc, argv, &request, preview);
}

const struct command command_preview = {
    .name = "preview",
    .summary = "print the first rows, load nothing",
    .help = help,
    .takes = TAKES_LOG | TAKES_ROWS | TAKES_RESOURCE | TAKES_VERBOSE,
    .run = run,
};
