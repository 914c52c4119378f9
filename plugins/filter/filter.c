/* filter - keep the rows for which a condition is true. See README.md. */
#include <weir/plugin.h>
#include <weir/sql.h>
#include <weir/version.h>

struct filter {
    const char *where;
    struct weir_sql *condition;
};

static const struct weir_option options[] = {
    WEIR_TEXT(struct filter, where, .required = true, .example = "age >= 18 AND name IS NOT NULL",
        .help = "An SQL expression over the columns. Rows for which it is false or NULL are left "
                "out."),
    {0},
};

static void filter_check(struct weir_stage *stage, struct weir_mistakes *mistakes)
{
    const struct filter *filter = stage->state;
    struct weir_error error = {0};
    size_t offset = 0;
    struct weir_sql *condition = weir_sql_condition(filter->where, &offset, &error);

    if (!condition)
        weir_sql_mistake(mistakes, weir_node_get(stage->config, "where"), offset, &error);
    weir_sql_free(condition);
}

static enum weir_status filter_start(struct weir_stage *stage)
{
    struct filter *filter = stage->state;
    struct weir_error error = {0};
    size_t offset;

    filter->condition = weir_sql_condition(filter->where, &offset, &error);
    if (!filter->condition)
        return weir_fail_with(stage, &error);
    weir_sql_watch(filter->condition, stage);
    return WEIR_OK;
}

static void filter_stop(struct weir_stage *stage)
{
    struct filter *filter = stage->state;

    weir_sql_free(filter->condition);
}

static enum weir_status filter_transform(struct weir_stage *stage, struct weir_batch *batch)
{
    const struct filter *filter = stage->state;
    struct weir_error error = {0};

    if (weir_sql_run(filter->condition, batch, &error) == WEIR_OK)
        return WEIR_OK;
    return weir_fail_with(stage, &error);
}

const struct weir_plugin weir_plugin = {
    .header = WEIR_HEADER,
    .name = "filter",
    .summary = "Keep the rows for which a condition is true.",
    .version = WEIR_VERSION,
    .threading = WEIR_IN_PARALLEL,
    .flags = WEIR_ROW_BY_ROW,
    .state_size = sizeof(struct filter),
    .options = options,
    .check = filter_check,
    .start = filter_start,
    .stop = filter_stop,
    .transform = filter_transform,
};
