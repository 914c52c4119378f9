/* weir check FILE: everything that can be known without contacting anything. */
#include "command.h"

#include <stdio.h>

static const char help[] =
    "weir check FILE - find every mistake in a pipeline file; contact nothing\n"
    "\n"
    "  --log text|json  mistakes as lines for people, or as JSON lines\n"
    "  --plugins DIR    look for plugins here first (may be given several times)\n"
    "\n"
    "What check passes, run runs: both read the file by the same code.\n"
    "\n"
    "Example:\n"
    "  weir check pipelines/quickstart.yaml\n";

static int describe(const struct command_options *options, struct plan *plan)
{
    (void)options;
    printf("%s: %zu resource%s from %s", plan->name, plan->n_resources,
        plan->n_resources == 1 ? "" : "s", plan->extract.type);
    if (plan->n_transforms)
        printf(", %zu transform%s", plan->n_transforms, plan->n_transforms == 1 ? "" : "s");
    printf(", into %s: no mistakes\n", plan->load.type);
    for (size_t i = 0; i < plan->n_resources; i++)
        printf("  %s -> table %s\n", plan->resources[i].name, plan->resources[i].table);
    return 0;
}

static int run(int argc, char **argv)
{
    struct plan_request request = {0};

    return command_with_plan(&command_check, argc, argv, &request, describe);
}

const struct command command_check = {
    .name = "check",
    .summary = "find every mistake in a pipeline file",
    .help = help,
    .takes = TAKES_LOG,
    .run = run,
};
