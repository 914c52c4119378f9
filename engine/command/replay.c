/* weir replay FILE: rows that were set aside, through today's transforms and into the tables. */
#include "command.h"
#include "replay_source.h"

#include "flow/flow.h"
#include "report/log.h"
#include "report/words.h"

#include <stdio.h>
#include <string.h>

enum { COMMIT_ROWS = 1000 };

static const char help[] =
    "weir replay FILE - put rows that were set aside through the file's transforms, and load them\n"
    "\n"
    "  --resource NAME  only rows of this resource (may be given several times)\n"
    "  --log text|json  what is said on stderr: lines for people, or JSON lines\n"
    "  --plugins DIR    look for plugins here first (may be given several times)\n"
    "  -q, --quiet      only warnings and errors\n"
    "  -v, --verbose    say more\n"
    "\n"
    "What is loaded is no longer set aside; what fails again is, with its new reason. The source\n"
    "is not asked. Run it when the file has been mended; weir state FILE show counts such rows.\n"
    "\n"
    "Exit codes: 0 all are put back; 9 some are left; others as in weir run.\n"
    "\n"
    "Example:\n"
    "  weir replay pipelines/quickstart.yaml\n";

/*
 * What a run may do and a replay may not, or the other way round. A row that fails again goes back
 * to where it was and ends nothing; one whose table is replaced as a whole goes into what was
 * published. Commits are small, since the reader waits for them.
 */
static void prepare(struct plan *plan)
{
    plan->state.replays = true;
    plan->dead_letters = (struct plan_dead_letters){.max_rows = UINT64_MAX, .max_ratio = -1};
    if (plan->batching.rows > COMMIT_ROWS)
        plan->batching.rows = COMMIT_ROWS;
    for (size_t i = 0; i < plan->n_resources; i++) {
        plan->resources[i].sets_aside = true;
        if (plan->resources[i].disposition == WEIR_REPLACE)
            plan->resources[i].disposition = WEIR_APPEND;
    }
}

static void say(const struct command_options *options, const struct plan *plan,
    const struct flow_result *result)
{
    const char *line;
    char rows[WORDS_COUNTED_SIZE], again[WORDS_SIZE];

    line = weir_printf(plan->arena, "%s: %s put back, %s set aside again", plan->name,
        words_counted(result->state.n_put_back, "row", rows, sizeof(rows)),
        words_count(result->state.n_dead_letters, again, sizeof(again)));
    if (options->quiet || log_is_json())
        log_event(WEIR_LOG_INFO, NULL, line);
    else
        fprintf(stderr, "%s\n", line);
}

/* With --resource others were left on purpose. */
static bool tell_unknown(const struct plan *plan, const struct replay_state *state)
{
    char rows[WORDS_COUNTED_SIZE];
    const char *line;

    if (plan->is_partial || !state->n_unknown)
        return false;
    line = weir_printf(plan->arena,
        "%s %s left, since the file has no resource of that name, or does not select it; weir "
        "state FILE show names them",
        words_counted(state->n_unknown, "row", rows, sizeof(rows)),
        state->n_unknown == 1 ? "is" : "are");
    log_event(WEIR_LOG_WARNING, NULL, line);
    return true;
}

static int finish(const struct command_options *options, const struct plan *plan,
    const struct replay_state *state, const struct flow_result *result)
{
    bool some_left = result->state.n_dead_letters || state->n_unreadable;

    say(options, plan, result);
    some_left = tell_unknown(plan, state) || some_left;
    if (result->status != WEIR_OK) {
        log_error(&result->error, result->stage, "rows that are not put back are still set aside");
        return result->error.fault ? (int)result->error.fault : WEIR_FAULT_BUG;
    }
    if (result->signal)
        return EXIT_SIGNAL + result->signal;
    return some_left ? EXIT_LACKS : 0;
}

static int run_flow(
    const struct command_options *options, struct plan *plan, const struct replay_state *state)
{
    struct flow_result result;
    struct stats stats;

    prepare(plan);
    stats_init(&stats, plan->n_resources);
    flow_run(plan, &stats, NULL, &result);
    stats_done(&stats);
    return finish(options, plan, state, &result);
}

/* Where nothing is set aside, nothing is begun: no database is made and no run is written. */
static int look(const struct command_options *options, struct plan *plan)
{
    struct replay_state *state = plan->extract.stage.state;
    struct flow_result nothing = {.status = WEIR_OK};
    uint64_t n = 0;

    if (offline_start(state->offline) == WEIR_OK && replay_count(state, &n) == WEIR_OK) {
        if (n)
            return run_flow(options, plan, state);
    } else if (!offline_is_missing(state->offline)) {
        log_error(offline_error(state->offline), "load", NULL);
        return (int)offline_error(state->offline)->fault;
    }
    say(options, plan, &nothing);
    return 0;
}

static int use_plan(const struct command_options *options, struct plan *plan)
{
    struct replay_state *state = plan->extract.stage.state;
    struct weir_error error = {0};
    int code;

    if (!plan->load.plugin->store) {
        weir_error_set(&error, WEIR_FAULT_USAGE, "E-STATE-NONE",
            "the %s loader sets no rows aside, so there are none to put back", plan->load.type);
        log_error(&error, NULL, NULL);
        return WEIR_FAULT_USAGE;
    }
    state->pipeline = plan->name;
    state->offline = offline_new(plan);
    code = look(options, plan);
    offline_free(state->offline);
    return code;
}

static int run(int argc, char **argv)
{
    struct replay_state state = {0};
    struct plan_request request = {.extract_instead = &replay_plugin, .extract_state = &state};

    return command_with_plan(&command_replay, argc, argv, &request, use_plan);
}

const struct command command_replay = {
    .name = "replay",
    .summary = "load rows that were set aside, now that the file is mended",
    .help = help,
    .takes = TAKES_LOG | TAKES_RESOURCE | TAKES_QUIET | TAKES_VERBOSE,
    .run = run,
};
