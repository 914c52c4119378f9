/* set - compute columns. See README.md. */
#include <weir/plugin.h>
#include <weir/sql.h>
#include <weir/version.h>

struct set {
    struct weir_pairs columns;
    struct weir_sql *expressions;
};

static const struct weir_option options[] = {
    WEIR_PAIRS(struct set, columns, .required = true,
        .example = "{ name: trim(name), km: meters / 1000.0 }",
        .help = "The name of each column and the SQL expression that gives its value. A column "
                "that exists is replaced, a new one stands behind the others. All expressions see "
                "the row as it was before."),
    {0},
};

/* One by one, so that each mistake is told at its place. */
static void set_check(struct weir_stage *stage, struct weir_mistakes *mistakes)
{
    const struct set *set = stage->state;

    for (size_t i = 0; i < set->columns.n; i++) {
        const struct weir_pair *pair = &set->columns.items[i];
        struct weir_error error = {0};
        size_t offset = 0;
        size_t index;
        struct weir_sql *sql =
            weir_sql_columns(&pair->name, &pair->text, 1, &index, &offset, &error);

        if (!sql)
            weir_sql_mistake(mistakes, pair->node, offset, &error);
        weir_sql_free(sql);
    }
}

static enum weir_status set_start(struct weir_stage *stage)
{
    struct set *set = stage->state;
    size_t n = set->columns.n;
    const char **names = weir_new_array(stage->arena, n, const char *);
    const char **texts = weir_new_array(stage->arena, n, const char *);
    struct weir_error error = {0};
    size_t index, offset;

    for (size_t i = 0; i < n; i++) {
        names[i] = set->columns.items[i].name;
        texts[i] = set->columns.items[i].text;
    }
    set->expressions = weir_sql_columns(names, texts, n, &index, &offset, &error);
    if (!set->expressions)
        return weir_fail_with(stage, &error);
    weir_sql_watch(set->expressions, stage);
    return WEIR_OK;
}

static void set_stop(struct weir_stage *stage)
{
    struct set *set = stage->state;

    weir_sql_free(set->expressions);
}

static enum weir_status set_transform(struct weir_stage *stage, struct weir_batch *batch)
{
    const struct set *set = stage->state;
    struct weir_error error = {0};

    if (weir_sql_run(set->expressions, batch, &error) == WEIR_OK)
        return WEIR_OK;
    return weir_fail_with(stage, &error);
}

const struct weir_plugin weir_plugin = {
    .header = WEIR_HEADER,
    .name = "set",
    .summary = "Compute columns.",
    .version = WEIR_VERSION,
    .threading = WEIR_IN_PARALLEL,
    .flags = WEIR_ROW_BY_ROW,
    .state_size = sizeof(struct set),
    .options = options,
    .check = set_check,
    .start = set_start,
    .stop = set_stop,
    .transform = set_transform,
};
