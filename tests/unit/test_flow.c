/* A run from its start to its end: what is started is stopped once, whatever happens, and what was
 * complete is kept. One stage's life (flow/stage.c) is a part of that. How batches move is in
 * test_pump.c, what happens to one of them in test_job.c and test_loader.c. */
#include "flow_checks.h"
#include "output_checks.h"

#include <signal.h>
#include <weir/loop.h>

static struct kept kept;

static int setup(void **state)
{
    memset(&kept, 0, sizeof(kept));
    return flow_setup(state);
}

static void all_rows_come_through(void **state)
{
    struct flow_fixture *f = *state;
    struct weir_plugin extract = numbers_plugin;
    const uint32_t threadings[] = {WEIR_ON_WORKER, WEIR_ON_LOOP};

    for (int i = 0; i < 2; i++) {
        struct numbers numbers = {.rows = 1234, .unit = 10};

        setup(state);
        extract.threading = threadings[i];
        run_stages(f, &extract, &numbers, &kept_plugin, &kept);
        check_went_well(f);
        check_ids(&kept, 1234);
        assert_int_equal(kept.committed, 1234);
        assert_false(kept.was_incomplete);
        assert_int_equal(f->result.signal, 0);
        assert_int_equal(counted(&f->stats.resources[0].rows_read), 1234);
        assert_int_equal(counted(&f->stats.resources[0].rows_committed), 1234);
        assert_true(f->stats.finished_ns > f->stats.started_ns);
        flow_done_with(f);
    }
}

static void a_source_without_rows_is_no_failure(void **state)
{
    struct flow_fixture *f = *state;
    struct numbers numbers = {0};

    run_stages(f, &numbers_plugin, &numbers, &kept_plugin, &kept);
    check_went_well(f);
    assert_int_equal(kept.loads, 0);
    assert_int_equal(kept.commits, 1);
    flow_done_with(f);
}

static void a_source_that_fails_leaves_what_came_before(void **state)
{
    struct flow_fixture *f = *state;
    struct weir_plugin extract = numbers_plugin;
    const uint32_t threadings[] = {WEIR_ON_WORKER, WEIR_ON_LOOP};

    for (int i = 0; i < 4; i++) {
        struct numbers numbers = {
            .rows = 1000, .unit = 10, .fail_after = 500, .says_why = i / 2 == 0};

        setup(state);
        extract.threading = threadings[i % 2];
        run_stages(f, &extract, &numbers, &kept_plugin, &kept);
        check_failed(f, "extract", i / 2 == 0 ? "E-NUMBERS" : "E-PLUGIN");
        check_ids(&kept, 500);
        assert_int_equal(kept.committed, 500);
        assert_true(kept.was_incomplete);
        flow_done_with(f);
    }
}

/* --- start and stop ---------------------------------------------------------------------- */

struct ending {
    struct numbers numbers;
    struct passing passing;
    struct kept kept;
    bool extract_starts, transform_starts;
};

static void check_ending(void **state, struct ending *e)
{
    struct flow_fixture *f = *state;

    flow_setup(state);
    e->numbers.rows = 1000;
    e->numbers.unit = 10;
    add_transform(f, "transform 1 (passing)", &passing_plugin, &e->passing);
    run_stages(f, &numbers_plugin, &e->numbers, &kept_plugin, &e->kept);
    assert_int_equal(e->numbers.starts, e->extract_starts);
    assert_int_equal(e->numbers.stops, e->numbers.starts);
    assert_int_equal(e->passing.starts, e->transform_starts);
    assert_int_equal(e->passing.stops, e->passing.starts);
    assert_int_equal(e->kept.starts, 1);
    assert_int_equal(e->kept.stops, 1);
    flow_done_with(f);
}

static void each_start_has_one_stop(void **state)
{
    static struct ending endings[] = {
        {.extract_starts = true, .transform_starts = true},
        {.kept.fail_start = true},
        {.passing.fail_start = true, .transform_starts = true},
        {.numbers.fail_start = true, .extract_starts = true, .transform_starts = true},
        {.numbers.fail_after = 200, .extract_starts = true, .transform_starts = true},
        {.passing.fail_at = 201, .extract_starts = true, .transform_starts = true},
        {.kept.fail_after = 200, .extract_starts = true, .transform_starts = true},
        {.kept.enough_after = 200, .extract_starts = true, .transform_starts = true},
        {.kept.fail_commit = true, .extract_starts = true, .transform_starts = true},
        {.kept.fail_stop = true, .extract_starts = true, .transform_starts = true},
    };

    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
        check_ending(state, &endings[i]);
}

static void a_stage_that_cannot_start_is_named(void **state)
{
    struct flow_fixture *f = *state;
    struct numbers numbers = {.rows = 10, .unit = 10};
    struct passing passing = {.fail_start = true};

    add_transform(f, "transform 1 (passing)", &passing_plugin, &passing);
    run_stages(f, &numbers_plugin, &numbers, &kept_plugin, &kept);
    check_failed(f, "transform 1 (passing)", "E-PASSING");
    assert_int_equal(numbers.given, 0);
    assert_int_equal(kept.n, 0);
    flow_done_with(f);
}

/* --- handles ------------------------------------------------------------------------------ */

/* Ticks give rows; the handle lives in the stage's arena, and is there until it is closed. */
struct ticking {
    uv_timer_t *timer;
    int64_t due, given;
    bool leave_open;
};

static bool timer_closed;

static void on_ticked(uv_timer_t *timer)
{
    struct weir_stage *stage = timer->data;
    struct ticking *ticking = stage->state;

    ticking->due++;
    weir_wake(stage);
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct weir_stage *stage = handle->data;
    const struct ticking *ticking = stage->state;

    timer_closed = ticking->timer == (uv_timer_t *)handle && stage->arena;
}

static enum weir_status ticking_start(struct weir_stage *stage)
{
    struct ticking *ticking = stage->state;

    ticking->timer = weir_new(stage->arena, uv_timer_t);
    uv_timer_init(weir_loop(stage), ticking->timer);
    ticking->timer->data = stage;
    if (!ticking->leave_open)
        uv_timer_start(ticking->timer, on_ticked, 1, 1);
    return WEIR_OK;
}

static void ticking_stop(struct weir_stage *stage)
{
    const struct ticking *ticking = stage->state;

    if (!ticking->leave_open)
        uv_close((uv_handle_t *)ticking->timer, on_timer_closed);
}

static enum weir_status ticking_extract(struct weir_stage *stage, struct weir_batch *batch)
{
    struct ticking *ticking = stage->state;

    if (ticking->leave_open || ticking->given == 20)
        return WEIR_END;
    if (ticking->given == ticking->due)
        return WEIR_AGAIN;
    add_numbers(batch, &ticking->given, 1);
    return WEIR_OK;
}

static const struct weir_plugin ticking_plugin = {
    .header = WEIR_HEADER,
    .name = "ticking",
    .threading = WEIR_ON_LOOP,
    .start = ticking_start,
    .stop = ticking_stop,
    .extract = ticking_extract,
};

static void handles_may_live_in_the_arena_of_the_stage(void **state)
{
    struct flow_fixture *f = *state;
    struct ticking ticking = {0};

    timer_closed = false;
    run_stages(f, &ticking_plugin, &ticking, &kept_plugin, &kept);
    check_went_well(f);
    check_ids(&kept, 20);
    assert_true(timer_closed);
    flow_done_with(f);
}

/* The promise is broken, so the run only has to survive. */
static void a_handle_left_open_harms_nothing(void **state)
{
    struct flow_fixture *f = *state;
    struct ticking ticking = {.leave_open = true};
    static struct capture errors;

    capture_begin(&errors, stderr);
    run_stages(f, &ticking_plugin, &ticking, &kept_plugin, &kept);
    check_contains(capture_end(&errors), "left handles open");
    check_went_well(f);
    flow_done_with(f);
}

/* --- ends from outside -------------------------------------------------------------------- */

static enum weir_status endless_extract(struct weir_stage *stage, struct weir_batch *batch)
{
    int64_t *given = stage->state;

    if (*given == 10 && raise(SIGTERM) != 0)
        return WEIR_FAIL;
    add_numbers(batch, given, 1);
    sleep_ms(1);
    return WEIR_OK;
}

static const struct weir_plugin endless_plugin = {
    .header = WEIR_HEADER,
    .name = "endless",
    .extract = endless_extract,
};

static void a_signal_ends_a_run_and_keeps_what_is_complete(void **state)
{
    struct flow_fixture *f = *state;
    int64_t given = 0;
    static struct capture errors;

    capture_begin(&errors, stderr);
    run_stages(f, &endless_plugin, &given, &kept_plugin, &kept);
    check_contains(capture_end(&errors), "stopping");
    check_went_well(f);
    assert_int_equal(f->result.signal, SIGTERM);
    assert_true(kept.n >= 10);
    check_ids(&kept, (size_t)given);
    assert_int_equal(kept.committed, given);
    assert_true(kept.was_incomplete);
    flow_done_with(f);
}

/* A store whose last transaction takes so long that a signal comes meanwhile. */
static enum weir_status late_open(struct weir_stage *stage, const struct weir_run *run,
    struct weir_arena *arena, struct weir_found *ret_found)
{
    (void)stage;
    (void)run;
    (void)arena;
    *ret_found = (struct weir_found){0};
    return WEIR_OK;
}

static enum weir_status late_begin(
    struct weir_stage *stage, struct weir_pass *pass, const struct weir_pass *old)
{
    (void)stage;
    (void)pass;
    (void)old;
    return WEIR_OK;
}

static enum weir_status late_read(
    struct weir_stage *stage, const struct weir_pass *pass, const struct weir_reading *reading)
{
    (void)stage;
    (void)pass;
    (void)reading;
    return WEIR_OK;
}

static enum weir_status late_finish(struct weir_stage *stage, const struct weir_ending *ending)
{
    assert_true(ending->done);
    assert_int_equal(raise(SIGTERM), 0);
    while (!weir_stopping(stage))
        sleep_ms(1);
    return WEIR_OK;
}

static const struct weir_store late_store = {
    .size = sizeof(struct weir_store),
    .open = late_open,
    .begin = late_begin,
    .read = late_read,
    .finish = late_finish,
};

/* Told that it was stopped, its caller would run it again, and everything would come again. */
static void a_signal_behind_the_end_changes_nothing(void **state)
{
    struct flow_fixture *f = *state;
    struct numbers numbers = {.rows = 10, .unit = 10};
    struct weir_plugin load = kept_plugin;
    static struct capture errors;

    load.store = &late_store;
    f->plan.arena = weir_arena_new();
    f->resources[0].config = weir_node_map(f->plan.arena);
    put_stage(f, &f->plan.extract, "extract", &numbers_plugin, &numbers);
    put_stage(f, &f->plan.load, "load", &load, &kept);
    f->plan.extract.stage.config = f->resources[0].config;
    stats_init(&f->stats, f->plan.n_resources);
    capture_begin(&errors, stderr);
    flow_run(&f->plan, &f->stats, NULL, &f->result);
    (void)capture_end(&errors);
    check_went_well(f);
    assert_int_equal(f->result.state.outcome, SESSION_DONE);
    assert_int_equal(f->result.signal, 0);
    /* Nor one that comes while the report is written. */
    assert_int_equal(raise(SIGTERM), 0);
    assert_int_equal(raise(SIGINT), 0);
    (void)signal(SIGTERM, SIG_DFL);
    (void)signal(SIGINT, SIG_DFL);
    flow_done_with(f);
    weir_arena_free(f->plan.arena);
}

static void a_run_ends_when_its_time_is_over(void **state)
{
    struct flow_fixture *f = *state;
    int64_t given = 10; /* past the signal */

    f->plan.run_time = 20;
    given++;
    run_stages(f, &endless_plugin, &given, &kept_plugin, &kept);
    check_failed(f, NULL, "E-RUN-TIME");
    assert_int_equal(f->result.error.fault, WEIR_FAULT_DATA);
    assert_int_equal(kept.n, given - 11);
    assert_int_equal(kept.committed, kept.n);
    flow_done_with(f);
}

/* --- observers ---------------------------------------------------------------------------- */

struct watch {
    int ticks;
    struct flow_view last;
};

static void on_tick(void *arg, const struct flow_view *view)
{
    struct watch *watch = arg;

    watch->ticks++;
    watch->last = *view;
}

static void an_observer_sees_the_run(void **state)
{
    struct flow_fixture *f = *state;
    struct watch watch = {0};
    struct flow_observer observer = {.interval_ms = 1, .tick = on_tick, .arg = &watch};
    struct ticking ticking = {0};

    run_observed(f, &ticking_plugin, &ticking, &kept_plugin, &kept, &observer);
    check_went_well(f);
    assert_true(watch.ticks > 0);
    assert_ptr_equal(watch.last.plan, &f->plan);
    assert_ptr_equal(watch.last.stats, &f->stats);
    assert_int_equal(watch.last.held_limit, f->plan.memory / 4);
    assert_int_equal(watch.last.queue_limit, f->plan.memory / 16);
    assert_false(watch.last.stopping);
    flow_done_with(f);
}

static void an_observer_without_interval_is_left_alone(void **state)
{
    struct flow_fixture *f = *state;
    struct watch watch = {0};
    struct flow_observer observer = {.tick = on_tick, .arg = &watch};
    struct ticking ticking = {0};

    run_observed(f, &ticking_plugin, &ticking, &kept_plugin, &kept, &observer);
    check_went_well(f);
    assert_int_equal(watch.ticks, 0);
    flow_done_with(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(all_rows_come_through, setup),
        cmocka_unit_test_setup(a_source_without_rows_is_no_failure, setup),
        cmocka_unit_test_setup(a_source_that_fails_leaves_what_came_before, setup),
        cmocka_unit_test_setup(each_start_has_one_stop, setup),
        cmocka_unit_test_setup(a_stage_that_cannot_start_is_named, setup),
        cmocka_unit_test_setup(handles_may_live_in_the_arena_of_the_stage, setup),
        cmocka_unit_test_setup(a_handle_left_open_harms_nothing, setup),
        cmocka_unit_test_setup(a_signal_ends_a_run_and_keeps_what_is_complete, setup),
        cmocka_unit_test_setup(a_signal_behind_the_end_changes_nothing, setup),
        cmocka_unit_test_setup(a_run_ends_when_its_time_is_over, setup),
        cmocka_unit_test_setup(an_observer_sees_the_run, setup),
        cmocka_unit_test_setup(an_observer_without_interval_is_left_alone, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
