#include "keys.h"

static const struct weir_option limits_table[] = {
    WEIR_SIZE(struct limits_keys, memory, .initial = "64MiB", .min = 8 << 20, .max = INT64_MAX,
        .help = "What the run may hold in memory: a slow end slows the fast one, it never grows."),
    WEIR_DURATION(struct limits_keys, run_time, .example = "2h", .min = 1, .max = INT64_MAX,
        .help = "Ends the run as Ctrl-C does when it takes longer. No limit when absent."),
    {0},
};

const struct weir_option file_key_table[] = {
    WEIR_INT(struct file_keys, weir, .required = true, .min = 1, .max = INT64_MAX, .example = "1",
        .help = "The version of the file format."),
    WEIR_TEXT(struct file_keys, name, .required = true, .min = 1, .max = 200,
        .example = "countries",
        .help = "The pipeline's name, in reports and, for a single resource, its table."),
    WEIR_NODE(struct file_keys, vars, .example = "{ since: \"2024-01-01\" }",
        .help = "Constants, used as {vars.since}."),
    WEIR_GROUP(struct file_keys, limits, struct limits_keys, limits_table,
        .help = "Limits of the whole run."),
    WEIR_NODE(struct file_keys, extract, .required = true,
        .help = "Where the data comes from: a type, and that plugin's options."),
    WEIR_NODE(struct file_keys, transform,
        .help = "What is done to the rows: a list of stages, in order."),
    WEIR_NODE(struct file_keys, load, .required = true,
        .help = "Where the data goes: a type, and that plugin's options."),
    {0},
};

const struct weir_option extract_key_table[] = {
    WEIR_TEXT(struct extract_keys, type, .required = true, .example = "http",
        .help = "The extract plugin."),
    WEIR_NODE(struct extract_keys, resource_defaults,
        .help = "Options that every resource has unless it says otherwise."),
    WEIR_NODE(struct extract_keys, resources,
        .help = "A list of resources, one for each table. Without it, the file is a pipeline of "
                "one resource, whose options stand beside `type`."),
    {0},
};

const struct weir_option resource_key_table[] = {
    WEIR_TEXT(struct resource_keys, name, .min = 1, .max = 200, .example = "countries",
        .help = "The resource's name."),
    WEIR_TEXT(struct resource_keys, table, .min = 1, .max = 200,
        .help = "The table its rows go to; the resource's name when absent."),
    WEIR_BOOL(struct resource_keys, selected, .initial = "true",
        .help = "Whether it takes part in a run."),
    WEIR_TEXTS(struct resource_keys, primary_key, .example = "id",
        .help = "The column or columns that tell one row from all others."),
    {0},
};

const struct weir_option transform_key_table[] = {
    WEIR_TEXT(struct transform_keys, type, .required = true, .example = "filter",
        .help = "The transform plugin."),
    WEIR_TEXTS(struct transform_keys, resources, .example = "[issues]",
        .help = "The resources it applies to; all when absent."),
    {0},
};

static const struct weir_option batching_table[] = {
    WEIR_INT(struct batching_keys, rows, .initial = "1000000", .min = 1, .max = INT64_MAX,
        .help = "The most rows in a transaction."),
    WEIR_SIZE(struct batching_keys, bytes, .initial = "256MiB", .min = 1, .max = INT64_MAX,
        .help = "The most bytes of rows in a transaction."),
    WEIR_DURATION(struct batching_keys, period, .initial = "5s", .min = 1, .max = 86400000,
        .help = "The longest time a row waits for its commit."),
    {0},
};

const struct weir_option load_key_table[] = {
    WEIR_TEXT(
        struct load_keys, type, .required = true, .example = "sqlite", .help = "The load plugin."),
    WEIR_GROUP(struct load_keys, batching, struct batching_keys, batching_table,
        .help = "When to commit."),
    {0},
};
