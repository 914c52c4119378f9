#include "keys.h"

#include <weir/schema.h>
#include <weir/stage.h>

static const struct weir_option limits_table[] = {
    WEIR_SIZE(struct limits_keys, memory, .initial = "64MiB", .min = 8 << 20, .max = INT64_MAX,
        .help = "What the run may hold in memory: a slow end slows the fast one, it never grows."),
    WEIR_DURATION(struct limits_keys, run_time, .example = "2h", .min = 1, .max = INT64_MAX,
        .help = "Ends the run as Ctrl-C does when it takes longer. No limit when absent."),
    {0},
};

static const struct weir_option dead_letter_table[] = {
    WEIR_TEXT(struct dead_letter_keys, table, .min = 1, .max = 200,
        .help = "The table they go to; `_weir_dead_letter` when absent."),
    WEIR_INT(struct dead_letter_keys, max_rows, .min = 1, .max = INT64_MAX, .example = "1000",
        .help = "The run fails when more rows than this are set aside. No limit when absent."),
    WEIR_TEXT(struct dead_letter_keys, max_ratio, .min = 1, .example = "1%",
        .help = "The run fails when more than this share of the rows read is set aside; it is "
                "looked at from the 1,000th row on, and at the end."),
    {0},
};

static const struct weir_choice tables_choices[] = {
    {"evolve", WEIR_CONTRACT_EVOLVE, "A table that is not there is made."},
    {"freeze", WEIR_CONTRACT_FREEZE, "A table that is not there ends the run before it begins."},
    {0},
};

static const struct weir_choice columns_choices[] = {
    {"evolve", WEIR_CONTRACT_EVOLVE, "A column that the table lacks is added."},
    {"freeze", WEIR_CONTRACT_FREEZE, "A value for such a column ends the run."},
    {"discard_value", WEIR_CONTRACT_DISCARD_VALUE, "The value is left out."},
    {"discard_row", WEIR_CONTRACT_DISCARD_ROW, "The row is left out."},
    {"dead_letter", WEIR_CONTRACT_DEAD_LETTER, "The row is set aside."},
    {0},
};

static const struct weir_choice data_type_choices[] = {
    {"widen", WEIR_CONTRACT_WIDEN, "The column gets a wider type that keeps what is there."},
    {"evolve", WEIR_CONTRACT_WIDEN, "The same."},
    {"freeze", WEIR_CONTRACT_FREEZE, "A value that does not fit ends the run."},
    {"discard_value", WEIR_CONTRACT_DISCARD_VALUE, "Null is stored instead."},
    {"discard_row", WEIR_CONTRACT_DISCARD_ROW, "The row is left out."},
    {"dead_letter", WEIR_CONTRACT_DEAD_LETTER, "The row is set aside."},
    {0},
};

static const struct weir_option contract_table[] = {
    WEIR_CHOICE(struct contract_keys, tables, tables_choices, .tuning = true,
        .help = "Tables that are not there."),
    WEIR_CHOICE(struct contract_keys, columns, columns_choices, .tuning = true,
        .help = "Values for columns that a table lacks."),
    WEIR_CHOICE(struct contract_keys, data_type, data_type_choices, .tuning = true,
        .help = "Values that a column's type cannot hold."),
    {0},
};

static const struct weir_option schema_table[] = {
    WEIR_NODE(struct schema_keys, columns, .tuning = true,
        .example = "{ issues: { closed_at: timestamptz } }",
        .help = "For each resource, the types of columns that are not to be found out."),
    WEIR_GROUP(struct schema_keys, contract, struct contract_keys, contract_table, .tuning = true,
        .help = "What happens to data that the tables do not fit."),
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
    WEIR_GROUP(struct file_keys, dead_letter, struct dead_letter_keys, dead_letter_table,
        .help = "Where rows go that `on_row_error: dead_letter` sets aside, and how many may."),
    WEIR_GROUP(struct file_keys, schema, struct schema_keys, schema_table, .tuning = true,
        .help = "Types of columns, and what may change in tables."),
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

static const struct weir_choice disposition_choices[] = {
    {"append", WEIR_APPEND, "Add the rows to those that are there."},
    {"merge", WEIR_MERGE,
        "Bring the rows of the same `primary_key` up to date, and add those that are new."},
    {"replace", WEIR_REPLACE,
        "Load beside the table, and put the new rows in place of all old ones once they are "
        "complete. Readers see the old rows or the new ones, never a part."},
    {0},
};

static const struct weir_choice on_row_error_choices[] = {
    {"fail", ROW_ERROR_FAILS, "Stop the run; what was complete by then is loaded."},
    {"dead_letter", ROW_ERROR_SETS_ASIDE,
        "Set the row aside, with its reason, and go on; `weir replay` puts it back."},
    {0},
};

const struct weir_option resource_key_table[] = {
    WEIR_TEXT(struct resource_keys, name, .min = 1, .max = 200, .example = "countries",
        .help = "The resource's name."),
    WEIR_TEXT(struct resource_keys, table, .min = 1, .max = 200,
        .help = "The table its rows go to; the resource's name when absent."),
    WEIR_BOOL(struct resource_keys, selected, .initial = "true", .tuning = true,
        .help =
            "Whether it takes part in a run. Where others are read from its rows, it is read for "
            "them and not loaded."),
    WEIR_TEXTS(struct resource_keys, primary_key, .example = "id",
        .help = "The column or columns that tell one row from all others."),
    WEIR_CHOICE(struct resource_keys, write_disposition, disposition_choices, .initial = "append",
        .help = "What becomes of the rows that the table has already."),
    WEIR_TEXT(struct resource_keys, order_by, .min = 1, .max = 200, .example = "updated_at",
        .help = "With merge: the column that tells the newer version of a row, which then wins in "
                "whatever order they come. The incremental cursor's column when absent; without "
                "one, the version that comes last wins."),
    WEIR_BOOL(struct resource_keys, allow_empty, .initial = "false", .tuning = true,
        .help = "With replace: publish also when no row came, which empties the table."),
    WEIR_NUMBER(struct resource_keys, min_ratio, .initial = "0.5", .tuning = true,
        .help = "With replace: the least share of the old number of rows that must have come; 0 "
                "allows any."),
    WEIR_CHOICE(struct resource_keys, on_row_error, on_row_error_choices, .initial = "fail",
        .tuning = true, .help = "What to do about a row that cannot be loaded."),
    WEIR_TEXT(struct resource_keys, where, .min = 1, .max = 65536, .example = "state = 'open'",
        .help =
            "An SQL expression over the columns as they were read. Rows for which it is false or "
            "NULL are left out, before transforms, and before anything is read for them."),
    WEIR_GROUP(struct resource_keys, incremental, struct weir_incremental, weir_incremental_options,
        .help = "Read only what is new since the last run: rows whose cursor, a value that grows, "
                "is not below the highest one seen."),
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
