/* count - an extractor that counts: rows with an id from 1, in units of a given size. */
#include <weir/plugin.h>

#include <time.h>

struct count {
    int64_t rows;
    int64_t unit_rows;
    int64_t fail_after;
    int64_t fail_silently_after;
    uint64_t wait;
    bool fail_start;
    /* not an option */
    int64_t given;
};

static const struct weir_option options[] = {
    WEIR_INT(
        struct count, rows, .initial = "100", .min = 0, .max = 100000000, .help = "Rows in all."),
    WEIR_INT(struct count, unit_rows, .initial = "10", .min = 1, .max = 100000,
        .help = "Rows in a unit."),
    WEIR_INT(struct count, fail_after, .initial = "-1", .min = -1, .max = 100000000,
        .help = "Fails once so many rows were given."),
    WEIR_INT(struct count, fail_silently_after, .initial = "-1", .min = -1, .max = 100000000,
        .help = "The same, but without saying why."),
    WEIR_DURATION(struct count, wait, .initial = "0ms", .help = "Sleeps before each unit."),
    WEIR_BOOL(struct count, fail_start, .initial = "false", .help = "Fails in start."),
    {0},
};

static enum weir_status count_start(struct weir_stage *stage)
{
    const struct count *count = stage->state;

    if (count->fail_start)
        return weir_fail(stage, WEIR_FAULT_SOURCE, "E-COUNT", "told to fail in start");
    return WEIR_OK;
}

static void give_rows(struct count *count, struct weir_batch *batch)
{
    size_t column = weir_batch_column(batch, weir_str("id"));

    (void)weir_batch_add_unit(batch, NULL);
    for (int64_t i = 0; i < count->unit_rows && count->given < count->rows; i++) {
        (void)weir_batch_add_row(batch);
        weir_batch_set(batch, column, weir_int(++count->given));
    }
}

static enum weir_status count_extract(struct weir_stage *stage, struct weir_batch *batch)
{
    struct count *count = stage->state;
    struct timespec wait = {(time_t)(count->wait / 1000), (long)(count->wait % 1000) * 1000000};

    if (count->fail_after >= 0 && count->given >= count->fail_after)
        return weir_fail(stage, WEIR_FAULT_SOURCE, "E-COUNT", "told to fail after %lld rows",
            (long long)count->given);
    if (count->fail_silently_after >= 0 && count->given >= count->fail_silently_after)
        return WEIR_FAIL;
    if (count->given >= count->rows)
        return WEIR_END;
    nanosleep(&wait, NULL);
    give_rows(count, batch);
    return WEIR_OK;
}

const struct weir_plugin weir_plugin = {
    .header = WEIR_HEADER,
    .name = "count",
    .summary = "Count from one.",
    .state_size = sizeof(struct count),
    .options = options,
    .start = count_start,
    .extract = count_extract,
};
