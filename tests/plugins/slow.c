/* slow - a loader that takes its time and can be told to fail; it keeps nothing. */
#include <weir/plugin.h>

#include <stdio.h>
#include <time.h>

struct slow {
    uint64_t wait;
    int64_t fail_after;
    int64_t enough_after;
    bool fail_start;
    bool fail_commit;
    bool fail_stop;
    const char *trace;
    /* not options */
    int64_t rows;
    FILE *file;
};

static const struct weir_option options[] = {
    WEIR_DURATION(struct slow, wait, .initial = "0ms", .help = "Sleeps in each load."),
    WEIR_INT(struct slow, fail_after, .initial = "-1", .min = -1, .max = 100000000,
        .help = "Refuses the batch after so many rows."),
    WEIR_INT(struct slow, enough_after, .initial = "-1", .min = -1, .max = 100000000,
        .help = "Says that it is enough after so many rows."),
    WEIR_BOOL(struct slow, fail_start, .initial = "false", .help = "Fails in start."),
    WEIR_BOOL(struct slow, fail_commit, .initial = "false", .help = "Fails in commit."),
    WEIR_BOOL(struct slow, fail_stop, .initial = "false", .help = "Fails in stop."),
    WEIR_TEXT(struct slow, trace, .help = "A file that each callback writes a line to."),
    {0},
};

static void trace(struct slow *slow, const char *what)
{
    if (slow->file)
        fprintf(slow->file, "%s %lld\n", what, (long long)slow->rows);
}

static enum weir_status slow_start(struct weir_stage *stage)
{
    struct slow *slow = stage->state;

    slow->file = slow->trace ? fopen(slow->trace, "w") : NULL;
    trace(slow, "start");
    if (slow->fail_start)
        return weir_fail(stage, WEIR_FAULT_DESTINATION, "E-SLOW", "told to fail in start");
    return WEIR_OK;
}

static enum weir_status slow_load(struct weir_stage *stage, struct weir_batch *batch)
{
    struct slow *slow = stage->state;
    struct timespec wait = {(time_t)(slow->wait / 1000), (long)(slow->wait % 1000) * 1000000};

    nanosleep(&wait, NULL);
    if (slow->fail_after >= 0 && slow->rows >= slow->fail_after)
        return weir_fail(stage, WEIR_FAULT_DATA, "E-SLOW", "told to refuse after %lld rows",
            (long long)slow->rows);
    slow->rows += (int64_t)batch->n_rows;
    trace(slow, "load");
    return slow->enough_after >= 0 && slow->rows >= slow->enough_after ? WEIR_END : WEIR_OK;
}

static enum weir_status slow_commit(struct weir_stage *stage)
{
    struct slow *slow = stage->state;

    if (slow->fail_commit)
        return weir_fail(stage, WEIR_FAULT_DESTINATION, "E-SLOW", "told to fail in commit");
    trace(slow, "commit");
    return WEIR_OK;
}

static void slow_stop(struct weir_stage *stage)
{
    struct slow *slow = stage->state;

    trace(slow, weir_incomplete(stage) ? "stop of a part" : "stop");
    if (slow->fail_stop)
        (void)weir_fail(stage, WEIR_FAULT_DESTINATION, "E-SLOW", "told to fail in stop");
    if (slow->file)
        fclose(slow->file);
}

const struct weir_plugin weir_plugin = {
    .header = WEIR_HEADER,
    .name = "slow",
    .summary = "Take rows slowly and keep none.",
    .state_size = sizeof(struct slow),
    .options = options,
    .start = slow_start,
    .stop = slow_stop,
    .load = slow_load,
    .commit = slow_commit,
};
