/* drop - leave out these columns. See README.md. */
#include <weir/plugin.h>
#include <weir/version.h>

struct drop {
    struct weir_strs columns;
};

static const struct weir_option options[] = {
    WEIR_TEXTS(struct drop, columns, .required = true, .min = 1, .max = 10000,
        .example = "[notes, raw]",
        .help = "Columns to leave out. One that a batch lacks is skipped."),
    {0},
};

static enum weir_status drop_transform(struct weir_stage *stage, struct weir_batch *batch)
{
    const struct drop *drop = stage->state;

    for (size_t i = 0; i < drop->columns.n; i++) {
        size_t c = weir_batch_find(batch, weir_str(drop->columns.items[i]));

        if (c != SIZE_MAX)
            weir_batch_drop_column(batch, c);
    }
    return WEIR_OK;
}

const struct weir_plugin weir_plugin = {
    .header = WEIR_HEADER,
    .name = "drop",
    .summary = "Leave out these columns.",
    .version = WEIR_VERSION,
    .threading = WEIR_IN_PARALLEL,
    .flags = WEIR_ROW_BY_ROW,
    .state_size = sizeof(struct drop),
    .options = options,
    .transform = drop_transform,
};
