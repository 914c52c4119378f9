/* weir state FILE show | reset: what a pipeline's loader remembers, and how it is forgotten. */
#include "command.h"
#include "state_view.h"

#include "report/log.h"
#include "state/offline.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "weir state FILE show  - print what the runs of a pipeline have left: what is open, marks,\n"
    "                        notes, gaps, rows that were set aside, the last runs\n"
    "weir state FILE reset - forget positions, marks, notes and gaps, so that the next run\n"
    "                        reads everything anew; rows stay, also those that were set aside\n"
    "\n"
    "  --resource NAME  only of this resource (may be given several times)\n"
    "  --yes            reset: do not ask\n"
    "  --log text|json  what is said on stderr: lines for people, or JSON lines\n"
    "  --plugins DIR    look for plugins here first (may be given several times)\n"
    "\n"
    "Example:\n"
    "  weir state pipelines/quickstart.yaml show\n";

/* What the command is about. */
struct subject {
    const struct command_options *options;
    const struct plan *plan;
    struct offline *offline;
    struct weir_strs only;
    struct state_view *view;
};

static int tell_error(struct subject *s)
{
    const struct weir_error *error = offline_error(s->offline);

    log_error(error, offline_stage(s->offline)->name, NULL);
    return (int)error->fault;
}

/* --- reset -------------------------------------------------------------------------------- */

static bool plan_has(const struct plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->n_resources; i++)
        if (strcmp(plan->resources[i].name, name) == 0)
            return true;
    return false;
}

/* A resource may be gone from the file and still have state; one that has neither was misspelt. */
static bool check_names(const struct subject *s)
{
    for (size_t i = 0; i < s->only.n; i++)
        if (!plan_has(s->plan, s->only.items[i]) && !state_view_has(s->view, s->only.items[i]))
            return command_mistake(
                &command_state, "neither the file nor its state has a resource", s->only.items[i]);
    return true;
}

/* What is forgotten of one of them alone would never come again, or be read twice. */
static bool check_families(const struct subject *s)
{
    for (size_t i = 0; i < s->plan->n_resources && s->only.n; i++) {
        const struct weir_resource *child = &s->plan->resources[i];

        for (size_t k = 0; k < child->n_parents; k++) {
            const char *parent = child->parents[k]->name;
            bool has_child = weir_strs_allow(&s->only, weir_str(child->name));

            if (has_child != weir_strs_allow(&s->only, weir_str(parent)))
                return command_mistake(&command_state,
                    weir_printf(s->plan->arena,
                        "'%s' is read from what rows of '%s' say, so they are forgotten together; "
                        "add --resource",
                        child->name, parent),
                    has_child ? parent : child->name);
        }
    }
    return true;
}

static void say_what_stays(const struct subject *s)
{
    const char *again = "";

    for (size_t i = 0; i < s->plan->n_resources; i++) {
        const struct weir_resource *resource = &s->plan->resources[i];

        if (resource->disposition == WEIR_APPEND &&
            weir_strs_allow(&s->only, weir_str(resource->name)))
            again =
                weir_printf(s->plan->arena, "%s%s%s", again, *again ? ", " : "", resource->name);
    }
    puts("rows stay where they are, and so do rows that were set aside");
    if (*again)
        printf("the next run adds all rows again (append): %s\n", again);
}

static bool confirmed(void)
{
    char answer[16] = "";

    fputs("forget it? [y/N] ", stdout);
    fflush(stdout);
    return fgets(answer, sizeof(answer), stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

static bool forget(struct subject *s)
{
    if (!s->only.n)
        return offline_reset(s->offline, s->plan->name, NULL) == WEIR_OK;
    for (size_t i = 0; i < s->only.n; i++)
        if (offline_reset(s->offline, s->plan->name, s->only.items[i]) != WEIR_OK)
            return false;
    return true;
}

static int reset(struct subject *s)
{
    if (!check_names(s) || !check_families(s))
        return WEIR_FAULT_USAGE;
    printf("%s: to be forgotten:\n", s->plan->name);
    if (!state_view_print_forgotten(s->view, stdout)) {
        puts("nothing; there are no positions, marks, notes or gaps");
        return 0;
    }
    say_what_stays(s);
    fflush(stdout);
    if (!s->options->yes && !isatty(STDIN_FILENO)) {
        (void)command_mistake(
            &command_state, "nobody can be asked here, so nothing was done; add --yes", NULL);
        return WEIR_FAULT_USAGE;
    }
    if (!s->options->yes && !confirmed()) {
        puts("nothing was done");
        return 0;
    }
    if (!forget(s))
        return tell_error(s);
    puts("forgotten; the next run reads everything anew");
    return 0;
}

/* --- both --------------------------------------------------------------------------------- */

static int look(struct subject *s)
{
    bool resets = strcmp(s->options->words[1], "reset") == 0;

    if (offline_start(s->offline) != WEIR_OK) {
        if (!offline_is_missing(s->offline))
            return tell_error(s);
        printf("%s: %s\n", s->plan->name, offline_error(s->offline)->text);
        return 0;
    }
    if (offline_show(s->offline, s->plan->name, state_view_showing(s->view)) != WEIR_OK)
        return tell_error(s);
    if (resets)
        return reset(s);
    state_view_print(s->view, s->plan->name, stdout);
    return 0;
}

static int use_plan(const struct command_options *options, struct plan *plan)
{
    struct subject s = {
        .options = options, .plan = plan, .only = {options->resources, options->n_resources}};
    struct weir_error error = {0};
    int code;

    if (!plan->load.plugin->store) {
        weir_error_set(&error, WEIR_FAULT_USAGE, "E-STATE-NONE",
            "the %s loader keeps no state, so there is none to show or to reset", plan->load.type);
        log_error(&error, NULL, NULL);
        return WEIR_FAULT_USAGE;
    }
    if (options->yes && strcmp(options->words[1], "show") == 0) {
        (void)command_mistake(&command_state, "--yes goes with reset", NULL);
        return WEIR_FAULT_USAGE;
    }
    s.offline = offline_new(plan);
    s.view = state_view_new(&s.only);
    code = look(&s);
    state_view_free(s.view);
    offline_free(s.offline);
    return code;
}

static int run(int argc, char **argv)
{
    struct plan_request request = {0};

    return command_with_plan(&command_state, argc, argv, &request, use_plan);
}

static const char *const words[] = {"show", "reset", NULL};

const struct command command_state = {
    .name = "state",
    .summary = "show what the runs of a pipeline left, or forget it",
    .help = help,
    .takes = TAKES_LOG | TAKES_RESOURCE | TAKES_YES,
    .choices = words,
    .words = "it needs a pipeline file and what to do, show or reset: weir state FILE show",
    .any_resource = true,
    .run = run,
};
