/* weir check FILE: everything that can be known without contacting anything. */
#include "command.h"

#include "state/guarantee.h"

#include <stdio.h>
#include <string.h>

static const char help[] =
    "weir check FILE - find every mistake in a pipeline file; contact nothing\n"
    "\n"
    "  --log text|json  mistakes as lines for people, or as JSON lines\n"
    "  --plugins DIR    look for plugins here first (may be given several times)\n"
    "\n"
    "What check passes, run runs: both read the file by the same code. It also says what the\n"
    "pipeline promises about its rows when a run ends early, and when it is run again.\n"
    "\n"
    "Example:\n"
    "  weir check pipelines/quickstart.yaml\n";

static void print_guarantee(const struct guarantee *guarantee, const char *indent)
{
    printf("%sguarantee: %s\n%s%s\n", indent, guarantee->text, indent, guarantee->repeat);
}

static bool all_alike(const struct guarantee *guarantees, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (strcmp(guarantees[i].text, guarantees[0].text) != 0 ||
            strcmp(guarantees[i].repeat, guarantees[0].repeat) != 0)
            return false;
    return true;
}

/* Of what is read row by row, whose rows they are. */
static void print_parents(const struct weir_resource *resource)
{
    for (size_t i = 0; i < resource->n_parents; i++)
        printf("%s%s", i == 0 ? ", read from rows of " : " and ", resource->parents[i]->name);
    printf("\n");
}

static void print_resource(const struct weir_resource *resource)
{
    if (resource->is_walked)
        printf("  %s, for what is read from its rows", resource->name);
    else
        printf("  %s -> table %s", resource->name, resource->table);
    print_parents(resource);
}

/* What holds for all is said once, behind them. */
static void describe_resources(const struct plan *plan)
{
    struct guarantee *guarantees = weir_new_array(plan->arena, plan->n_resources, struct guarantee);
    bool alike;

    for (size_t i = 0; i < plan->n_resources; i++)
        guarantee_of(plan, i, plan->arena, &guarantees[i]);
    alike = all_alike(guarantees, plan->n_resources);
    for (size_t i = 0; i < plan->n_resources; i++) {
        print_resource(&plan->resources[i]);
        if (!alike && !plan->resources[i].is_walked)
            print_guarantee(&guarantees[i], "    ");
    }
    if (alike)
        print_guarantee(&guarantees[0], "  ");
}

static int describe(const struct command_options *options, struct plan *plan)
{
    (void)options;
    printf("%s: %zu resource%s from %s", plan->name, plan->n_resources,
        plan->n_resources == 1 ? "" : "s", plan->extract.type);
    if (plan->n_transforms)
        printf(", %zu transform%s", plan->n_transforms, plan->n_transforms == 1 ? "" : "s");
    printf(", into %s: no mistakes\n", plan->load.type);
    describe_resources(plan);
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
