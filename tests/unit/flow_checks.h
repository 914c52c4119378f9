/* For tests of the flow: a plan without a file, made of plugins that stand in the test, and three
 * of them: an extractor that counts, a transform that lets pass, a loader that remembers. */
#ifndef FLOW_CHECKS_H
#define FLOW_CHECKS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "flow/flow.h"

enum { IDS_MAX = 20000, RUN_TIME_MS = 20000 };

struct flow_fixture {
    struct plan plan;
    struct weir_resource resources[2];
    struct weir_resource *taken[2];
    struct weir_progress progress[2];
    struct plan_stage transforms[2];
    struct stats stats;
    struct flow_result result;
};

/* A run that stands still fails as one that takes too long. */
static inline int flow_setup(void **state)
{
    static struct flow_fixture f;
    static const char *const names[] = {"first", "second"};

    memset(&f, 0, sizeof(f));
    for (int i = 0; i < 2; i++) {
        f.resources[i] =
            (struct weir_resource){.name = names[i], .table = names[i], .progress = &f.progress[i]};
        f.taken[i] = &f.resources[i];
    }
    f.plan = (struct plan){
        .name = "test",
        .memory = 64 << 20,
        .run_time = RUN_TIME_MS,
        .resources = f.resources,
        .n_resources = 1,
        .transforms = f.transforms,
        .batching = {.rows = 1000000, .bytes = 256 << 20, .period = 5000},
    };
    *state = &f;
    return 0;
}

static inline void put_stage(struct flow_fixture *f, struct plan_stage *stage, const char *name,
    const struct weir_plugin *plugin, void *state)
{
    static const bool takes_all[] = {true, true};

    *stage = (struct plan_stage){
        .plugin = plugin, .type = plugin->name, .sound = true, .takes = takes_all};
    stage->stage = (struct weir_stage){
        .name = name, .state = state, .resources = f->taken, .n_resources = f->plan.n_resources};
}

static inline void add_transform(
    struct flow_fixture *f, const char *name, const struct weir_plugin *plugin, void *state)
{
    put_stage(f, &f->transforms[f->plan.n_transforms++], name, plugin, state);
}

/* The caller looks at the stats and then frees them: flow_done_with. */
static inline void run_observed(struct flow_fixture *f, const struct weir_plugin *extract,
    void *extract_state, const struct weir_plugin *load, void *load_state,
    const struct flow_observer *observer)
{
    put_stage(f, &f->plan.extract, "extract", extract, extract_state);
    put_stage(f, &f->plan.load, "load", load, load_state);
    stats_init(&f->stats, f->plan.n_resources);
    flow_run(&f->plan, &f->stats, observer, &f->result);
}

static inline void run_stages(struct flow_fixture *f, const struct weir_plugin *extract,
    void *extract_state, const struct weir_plugin *load, void *load_state)
{
    run_observed(f, extract, extract_state, load, load_state, NULL);
}

static inline void flow_done_with(struct flow_fixture *f)
{
    stats_done(&f->stats);
}

static inline void check_went_well(const struct flow_fixture *f)
{
    if (f->result.status != WEIR_OK)
        fail_msg("%s: [%s] %s", f->result.stage ? f->result.stage : "-", f->result.error.code,
            f->result.error.text);
}

static inline void check_failed(const struct flow_fixture *f, const char *stage, const char *code)
{
    assert_int_equal(f->result.status, WEIR_FAIL);
    assert_string_equal(f->result.error.code, code);
    if (stage)
        assert_string_equal(f->result.stage, stage);
    else
        assert_null(f->result.stage);
}

/* A plugin as it would be on another thread. */
static inline struct weir_plugin with_threading(
    const struct weir_plugin *plugin, uint32_t threading)
{
    struct weir_plugin other = *plugin;

    other.threading = threading;
    return other;
}

static inline void sleep_ms(unsigned ms)
{
    uv_sleep(ms);
}

/* --- an extractor that counts ------------------------------------------------------------ */

struct numbers {
    int64_t rows;       /* in all */
    int64_t unit;       /* in a batch */
    int64_t fail_after; /* so many rows; 0: never */
    bool says_why;
    bool fail_start;
    /* what happened */
    int64_t given;
    int starts, stops;
};

static inline enum weir_status numbers_start(struct weir_stage *stage)
{
    struct numbers *numbers = stage->state;

    numbers->starts++;
    if (numbers->fail_start)
        return weir_fail(stage, WEIR_FAULT_SOURCE, "E-NUMBERS", "told to fail in start");
    return WEIR_OK;
}

static inline void numbers_stop(struct weir_stage *stage)
{
    struct numbers *numbers = stage->state;

    numbers->stops++;
}

/* One unit with the next ids. */
static inline void add_numbers(struct weir_batch *batch, int64_t *given, int64_t n)
{
    size_t column = weir_batch_column(batch, weir_str("id"));

    (void)weir_batch_add_unit(batch, NULL);
    for (int64_t i = 0; i < n; i++) {
        (void)weir_batch_add_row(batch);
        weir_batch_set(batch, column, weir_int(++*given));
    }
}

static inline enum weir_status numbers_extract(struct weir_stage *stage, struct weir_batch *batch)
{
    struct numbers *numbers = stage->state;
    int64_t left = numbers->rows - numbers->given;

    if (numbers->fail_after && numbers->given >= numbers->fail_after)
        return numbers->says_why ? weir_fail(stage, WEIR_FAULT_SOURCE, "E-NUMBERS", "told to fail")
                                 : WEIR_FAIL;
    if (left <= 0)
        return WEIR_END;
    add_numbers(batch, &numbers->given, left < numbers->unit ? left : numbers->unit);
    return WEIR_OK;
}

static const struct weir_plugin numbers_plugin = {
    .header = WEIR_HEADER,
    .name = "numbers",
    .start = numbers_start,
    .stop = numbers_stop,
    .extract = numbers_extract,
};

/* --- a transform that lets pass ---------------------------------------------------------- */

struct passing {
    bool fail_start;
    int64_t fail_at; /* the batch that begins with this id; 0: none */
    /* what happened */
    int starts, stops, calls;
};

static inline int64_t first_id(const struct weir_batch *batch)
{
    return batch->n_rows ? batch->columns[0].values[0].integer : 0;
}

static inline enum weir_status passing_start(struct weir_stage *stage)
{
    struct passing *passing = stage->state;

    passing->starts++;
    if (passing->fail_start)
        return weir_fail(stage, WEIR_FAULT_PLUGIN, "E-PASSING", "told to fail in start");
    return WEIR_OK;
}

static inline void passing_stop(struct weir_stage *stage)
{
    struct passing *passing = stage->state;

    passing->stops++;
}

static inline enum weir_status passing_transform(struct weir_stage *stage, struct weir_batch *batch)
{
    struct passing *passing = stage->state;

    passing->calls++;
    if (passing->fail_at && first_id(batch) == passing->fail_at)
        return weir_fail(stage, WEIR_FAULT_DATA, "E-PASSING", "told to fail");
    return WEIR_OK;
}

static const struct weir_plugin passing_plugin = {
    .header = WEIR_HEADER,
    .name = "passing",
    .start = passing_start,
    .stop = passing_stop,
    .transform = passing_transform,
};

/* --- a loader that remembers ------------------------------------------------------------- */

struct kept {
    unsigned wait_ms;    /* in each load */
    size_t fail_after;   /* so many rows; 0: never */
    size_t enough_after; /* the same */
    bool fail_start, fail_commit, fail_stop;
    /* what happened */
    int64_t ids[IDS_MAX];
    size_t n, committed;
    int starts, stops, loads, commits;
    bool was_incomplete; /* asked in stop */
};

static inline enum weir_status kept_start(struct weir_stage *stage)
{
    struct kept *kept = stage->state;

    kept->starts++;
    if (kept->fail_start)
        return weir_fail(stage, WEIR_FAULT_DESTINATION, "E-KEPT", "told to fail in start");
    return WEIR_OK;
}

static inline enum weir_status kept_load(struct weir_stage *stage, struct weir_batch *batch)
{
    struct kept *kept = stage->state;

    kept->loads++;
    if (kept->wait_ms)
        sleep_ms(kept->wait_ms);
    if (kept->fail_after && kept->n >= kept->fail_after)
        return weir_fail(stage, WEIR_FAULT_DATA, "E-KEPT", "told to refuse");
    for (size_t r = 0; r < batch->n_rows; r++, kept->n++)
        if (kept->n < IDS_MAX)
            kept->ids[kept->n] = batch->columns[0].values[r].integer;
    return kept->enough_after && kept->n >= kept->enough_after ? WEIR_END : WEIR_OK;
}

static inline enum weir_status kept_commit(struct weir_stage *stage)
{
    struct kept *kept = stage->state;

    if (kept->fail_commit)
        return weir_fail(stage, WEIR_FAULT_DESTINATION, "E-KEPT", "told to fail in commit");
    kept->commits++;
    kept->committed = kept->n;
    return WEIR_OK;
}

static inline void kept_stop(struct weir_stage *stage)
{
    struct kept *kept = stage->state;

    kept->stops++;
    kept->was_incomplete = weir_incomplete(stage);
    if (kept->fail_stop)
        (void)weir_fail(stage, WEIR_FAULT_DESTINATION, "E-KEPT", "told to fail in stop");
}

static const struct weir_plugin kept_plugin = {
    .header = WEIR_HEADER,
    .name = "kept",
    .start = kept_start,
    .stop = kept_stop,
    .load = kept_load,
    .commit = kept_commit,
};

/* The ids from 1 to n, each once and in order. */
static inline void check_ids(const struct kept *kept, size_t n)
{
    assert_int_equal(kept->n, n);
    for (size_t i = 0; i < n && i < IDS_MAX; i++)
        assert_int_equal(kept->ids[i], i + 1);
}

#endif
