/* weir run FILE: the whole pipeline, with progress, and a report at the end. */
#include "command.h"

#include "flow/flow.h"
#include "report/log.h"
#include "report/progress.h"
#include "report/report.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const char help[] =
    "weir run FILE - extract, transform and load\n"
    "\n"
    "  --report FILE    also write the report as JSON; - is stdout\n"
    "  --resource NAME  run only this resource (may be given several times)\n"
    "  --run-id KEY     do the work of KEY once: run again, it goes on, or is done already\n"
    "  --restart        begin anew, though an interrupted run could be finished\n"
    "  --keep-partial   with --restart: rows that it has added may stay\n"
    "  --takeover       go ahead of another run of this pipeline, which may commit no more\n"
    "  --log text|json  what is said on stderr: lines for people, or JSON lines\n"
    "  --plugins DIR    look for plugins here first (may be given several times)\n"
    "  -q, --quiet      no progress and no report, only warnings, gaps and errors\n"
    "  -v, --verbose    say more\n"
    "\n"
    "Ctrl-C ends a run cleanly: what is complete is committed. Twice ends it at once.\n"
    "\n"
    "A run that ended early is finished by the next one, which asks for nothing twice.\n"
    "\n"
    "Exit codes: 0 done; 2 pipeline file or usage; 3 source; 4 data or a limit;\n"
    "5 destination; 6 plugin; 7 locked; 8 out of memory; 9 done, but for gaps or rows set\n"
    "aside; 130 and 143 after SIGINT and SIGTERM.\n"
    "\n"
    "Example:\n"
    "  weir run pipelines/quickstart.yaml --report report.json\n";

static struct progress choose_progress(const struct command_options *options)
{
    struct winsize size = {0};

    if (options->quiet)
        return (struct progress){PROGRESS_NONE, 0};
    if (log_is_json() || !isatty(STDERR_FILENO))
        return (struct progress){PROGRESS_PLAIN, 0};
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 20)
        return (struct progress){PROGRESS_PLAIN, 0};
    return (struct progress){PROGRESS_LIVE, size.ws_col};
}

static int exit_code(const struct flow_result *result, const struct stats *stats)
{
    if (result->status != WEIR_OK)
        return result->error.fault ? (int)result->error.fault : WEIR_FAULT_BUG;
    if (result->signal)
        return EXIT_SIGNAL + result->signal;
    return stats->n_failures || result->state.n_gaps || result->state.n_dead_letters ? EXIT_LACKS
                                                                                     : 0;
}

static void say_how_it_ended(const struct report *report, const char *state)
{
    const struct flow_result *result = report->result;
    char line[1024];

    if (result->status != WEIR_OK) {
        log_error(&result->error, result->stage, state);
    } else if (result->signal) {
        snprintf(line, sizeof(line), "stopped by a signal before the end; %s", state);
        log_event(WEIR_LOG_WARNING, NULL, line);
    }
}

/*
 * Whole for people; who reads JSON lines has --report and gets its first line here.
 * Gaps are no detail: nobody has to run it again to learn what exit code 9 meant.
 */
static void print_report(const struct command_options *options, const struct report *report)
{
    char line[1024];

    if (!options->quiet && !log_is_json()) {
        report_print(report, stderr);
        return;
    }
    report_log_failures(report);
    report_sum_up(report, line, sizeof(line));
    log_event(WEIR_LOG_INFO, NULL, line);
}

static int finish(const struct command_options *options, const struct report *report)
{
    struct weir_error error = {0};
    char state[REPORT_STANDING_SIZE];

    report_tell_standing(report, state);
    print_report(options, report);
    say_how_it_ended(report, state);
    if (options->report && !report_write_json(report, options->report, &error)) {
        log_error(&error, NULL, state);
        return report->exit_code ? report->exit_code : (int)error.fault;
    }
    return report->exit_code;
}

static int run_plan(const struct command_options *options, struct plan *plan)
{
    struct progress progress = choose_progress(options);
    struct flow_observer observer = progress_observer(&progress);
    struct weir_error error = {0};
    struct flow_result result;
    struct stats stats;
    int code;

    if (options->report && !report_may_write(options->report, &error)) {
        log_error(&error, NULL, "nothing was contacted");
        return (int)error.fault;
    }
    stats_init(&stats, plan->n_resources);
    flow_run(plan, &stats, &observer, &result);
    progress_end(&progress);
    struct report report = {plan, &stats, &result, exit_code(&result, &stats)};

    code = finish(options, &report);
    stats_done(&stats);
    return code;
}

static int run(int argc, char **argv)
{
    struct plan_request request = {0};

    return command_with_plan(&command_run, argc, argv, &request, run_plan);
}

const struct command command_run = {
    .name = "run",
    .summary = "run a pipeline",
    .help = help,
    .takes = TAKES_LOG | TAKES_REPORT | TAKES_RESOURCE | TAKES_QUIET | TAKES_VERBOSE | TAKES_STATE,
    .run = run,
};
