/* sql - give each answer the rows of a query over it. See README.md. */
#include <weir/plugin.h>
#include <weir/sql.h>
#include <weir/version.h>

struct sql {
    const char *query;
    struct weir_sql *select;
};

static const struct weir_option options[] = {
    WEIR_TEXT(struct sql, query, .required = true,
        .example = "SELECT id, upper(name) AS name FROM batch",
        .help = "One SELECT, WITH or VALUES. The table `batch` holds the rows of one answer of the "
                "source; what the query returns takes their place."),
    {0},
};

static void sql_check(struct weir_stage *stage, struct weir_mistakes *mistakes)
{
    const struct sql *sql = stage->state;
    struct weir_error error = {0};
    size_t offset = 0;
    struct weir_sql *select = weir_sql_select(sql->query, &offset, &error);

    if (!select)
        weir_sql_mistake(mistakes, weir_node_get(stage->config, "query"), offset, &error);
    weir_sql_free(select);
}

static enum weir_status sql_start(struct weir_stage *stage)
{
    struct sql *sql = stage->state;
    struct weir_error error = {0};
    size_t offset;

    sql->select = weir_sql_select(sql->query, &offset, &error);
    if (!sql->select)
        return weir_fail_with(stage, &error);
    weir_sql_watch(sql->select, stage);
    return WEIR_OK;
}

static void sql_stop(struct weir_stage *stage)
{
    struct sql *sql = stage->state;

    weir_sql_free(sql->select);
}

static enum weir_status sql_transform(struct weir_stage *stage, struct weir_batch *batch)
{
    const struct sql *sql = stage->state;
    struct weir_error error = {0};

    if (weir_sql_run(sql->select, batch, &error) == WEIR_OK)
        return WEIR_OK;
    return weir_fail_with(stage, &error);
}

const struct weir_plugin weir_plugin = {
    .header = WEIR_HEADER,
    .name = "sql",
    .summary = "Give each answer the rows of a query over it.",
    .version = WEIR_VERSION,
    .threading = WEIR_IN_PARALLEL,
    .state_size = sizeof(struct sql),
    .options = options,
    .check = sql_check,
    .start = sql_start,
    .stop = sql_stop,
    .transform = sql_transform,
};
