/* faulty - a transform that fails when it sees a given id. */
#include <weir/plugin.h>

struct faulty {
    int64_t id;
    bool fail_start;
};

static const struct weir_option options[] = {
    WEIR_INT(struct faulty, id, .initial = "0", .min = 0, .max = 100000000,
        .help = "Fails at the row with this id."),
    WEIR_BOOL(struct faulty, fail_start, .initial = "false", .help = "Fails in start."),
    {0},
};

static enum weir_status faulty_start(struct weir_stage *stage)
{
    const struct faulty *faulty = stage->state;

    if (faulty->fail_start)
        return weir_fail(stage, WEIR_FAULT_PLUGIN, "E-FAULTY", "told to fail in start");
    return WEIR_OK;
}

static enum weir_status faulty_transform(struct weir_stage *stage, struct weir_batch *batch)
{
    const struct faulty *faulty = stage->state;
    size_t column = weir_batch_find(batch, weir_str("id"));

    for (size_t r = 0; column != SIZE_MAX && r < batch->n_rows; r++)
        if (batch->columns[column].values[r].integer == faulty->id)
            return weir_fail(stage, WEIR_FAULT_DATA, "E-FAULTY", "row %zu has id %lld", r,
                (long long)faulty->id);
    return WEIR_OK;
}

const struct weir_plugin weir_plugin = {
    .header = WEIR_HEADER,
    .name = "faulty",
    .summary = "Fail at a row.",
    .state_size = sizeof(struct faulty),
    .options = options,
    .start = faulty_start,
    .transform = faulty_transform,
};
