/* select - keep these columns, in this order. See README.md. */
#include <weir/plugin.h>
#include <weir/version.h>

struct select {
    struct weir_strs columns;
};

static const struct weir_option options[] = {
    WEIR_TEXTS(struct select, columns, .required = true, .min = 1, .max = 10000,
        .example = "[id, name]",
        .help = "Columns to keep, in this order. One that a batch lacks is skipped."),
    {0},
};

static void swap(struct weir_column *a, struct weir_column *b)
{
    struct weir_column kept = *a;

    *a = *b;
    *b = kept;
}

/* Moves the columns to the front, one behind the other, and drops what is left behind them. */
static enum weir_status select_transform(struct weir_stage *stage, struct weir_batch *batch)
{
    const struct select *select = stage->state;
    size_t kept = 0;

    for (size_t i = 0; i < select->columns.n; i++) {
        size_t c = weir_batch_find(batch, weir_str(select->columns.items[i]));

        /* A column that is named twice stands at the front already. */
        if (c != SIZE_MAX && c >= kept)
            swap(&batch->columns[kept++], &batch->columns[c]);
    }
    while (batch->n_columns > kept)
        weir_batch_drop_column(batch, batch->n_columns - 1);
    return WEIR_OK;
}

const struct weir_plugin weir_plugin = {
    .header = WEIR_HEADER,
    .name = "select",
    .summary = "Keep these columns, in this order.",
    .version = WEIR_VERSION,
    .threading = WEIR_IN_PARALLEL,
    .flags = WEIR_ROW_BY_ROW,
    .state_size = sizeof(struct select),
    .options = options,
    .transform = select_transform,
};
