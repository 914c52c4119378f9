/* The loader on a thread: what it commits and when, and how it ends. */
#include "flow_checks.h"

static struct kept kept;

static int setup(void **state)
{
    memset(&kept, 0, sizeof(kept));
    return flow_setup(state);
}

/* --- its thread --------------------------------------------------------------------------- */

struct threads {
    uv_thread_t first;
    int calls, elsewhere;
};

static void note_thread(struct threads *threads)
{
    uv_thread_t self = uv_thread_self();

    if (!threads->calls++)
        threads->first = self;
    if (!uv_thread_equal(&self, &threads->first))
        threads->elsewhere++;
}

static enum weir_status threads_step(struct weir_stage *stage)
{
    note_thread(stage->state);
    return WEIR_OK;
}

static enum weir_status threads_load(struct weir_stage *stage, struct weir_batch *batch)
{
    (void)batch;
    return threads_step(stage);
}

static void threads_stop(struct weir_stage *stage)
{
    note_thread(stage->state);
}

static const struct weir_plugin threads_plugin = {
    .header = WEIR_HEADER,
    .name = "threads",
    .start = threads_step,
    .stop = threads_stop,
    .load = threads_load,
    .commit = threads_step,
};

static void all_callbacks_run_on_one_thread_of_its_own(void **state)
{
    struct flow_fixture *f = *state;
    struct numbers numbers = {.rows = 100, .unit = 10};
    struct threads threads = {0};
    uv_thread_t self = uv_thread_self();

    run_stages(f, &numbers_plugin, &numbers, &threads_plugin, &threads);
    check_went_well(f);
    assert_int_equal(threads.calls, 1 + 10 + 1 + 1);
    assert_int_equal(threads.elsewhere, 0);
    assert_false(uv_thread_equal(&self, &threads.first));
    flow_done_with(f);
}

static enum weir_status wait_in_start(struct weir_stage *stage)
{
    (void)stage;
    return WEIR_AGAIN;
}

static void there_it_may_not_answer_again(void **state)
{
    struct flow_fixture *f = *state;
    struct numbers numbers = {.rows = 10, .unit = 10};
    struct weir_plugin waiting = kept_plugin;

    waiting.start = wait_in_start;
    run_stages(f, &numbers_plugin, &numbers, &waiting, &kept);
    check_failed(f, "load", "E-PLUGIN");
    assert_non_null(strstr(f->result.error.text, "WEIR_ON_LOOP"));
    assert_int_equal(kept.stops, 1);
    flow_done_with(f);
}

/* --- commits ------------------------------------------------------------------------------ */

static void commits_after_so_many_rows(void **state)
{
    struct flow_fixture *f = *state;
    struct numbers numbers = {.rows = 100, .unit = 10};

    f->plan.batching.rows = 30;
    run_stages(f, &numbers_plugin, &numbers, &kept_plugin, &kept);
    check_went_well(f);
    /* After 30, 60 and 90 rows, and at the end. */
    assert_int_equal(kept.commits, 4);
    assert_int_equal(counted(&f->stats.commits), 4);
    assert_int_equal(kept.committed, 100);
    flow_done_with(f);
}

static void commits_after_so_many_bytes(void **state)
{
    struct flow_fixture *f = *state;
    struct numbers numbers = {.rows = 100, .unit = 10};

    f->plan.batching.bytes = 1;
    run_stages(f, &numbers_plugin, &numbers, &kept_plugin, &kept);
    check_went_well(f);
    assert_int_equal(kept.commits, 11);
    flow_done_with(f);
}

/* Gives one batch, then waits until it is committed: nothing but the period can bring that. */
struct waiting {
    int64_t given;
    const counter *committed;
    int rounds;
};

static enum weir_status waiting_extract(struct weir_stage *stage, struct weir_batch *batch)
{
    struct waiting *waiting = stage->state;

    if (!waiting->given) {
        add_numbers(batch, &waiting->given, 1);
        return WEIR_OK;
    }
    while (!counted(waiting->committed) && waiting->rounds++ < 5000)
        sleep_ms(1);
    return WEIR_END;
}

static const struct weir_plugin waiting_plugin = {
    .header = WEIR_HEADER,
    .name = "waiting",
    .extract = waiting_extract,
};

static void commits_when_the_source_pauses(void **state)
{
    struct flow_fixture *f = *state;
    struct waiting waiting = {.committed = &f->stats.commits};

    f->plan.batching.period = 20;
    run_stages(f, &waiting_plugin, &waiting, &kept_plugin, &kept);
    check_went_well(f);
    assert_true(waiting.rounds < 5000);
    assert_int_equal(kept.commits, 2);
    flow_done_with(f);
}

static void commits_at_the_end_even_without_rows(void **state)
{
    struct flow_fixture *f = *state;
    struct numbers numbers = {0};

    run_stages(f, &numbers_plugin, &numbers, &kept_plugin, &kept);
    check_went_well(f);
    assert_int_equal(kept.commits, 1);
    flow_done_with(f);
}

static void a_loader_need_not_commit(void **state)
{
    struct flow_fixture *f = *state;
    struct weir_plugin plain = kept_plugin;
    struct numbers numbers = {.rows = 50, .unit = 10};

    plain.commit = NULL;
    run_stages(f, &numbers_plugin, &numbers, &plain, &kept);
    check_went_well(f);
    check_ids(&kept, 50);
    assert_int_equal(counted(&f->stats.resources[0].rows_committed), 50);
    flow_done_with(f);
}

/* --- ends --------------------------------------------------------------------------------- */

static void a_loader_that_cannot_start_stops_everything(void **state)
{
    struct flow_fixture *f = *state;
    struct numbers numbers = {.rows = 50, .unit = 10};

    kept.fail_start = true;
    run_stages(f, &numbers_plugin, &numbers, &kept_plugin, &kept);
    check_failed(f, "load", "E-KEPT");
    assert_int_equal(numbers.starts, 0);
    assert_int_equal(kept.loads, 0);
    assert_int_equal(kept.commits, 0);
    flow_done_with(f);
}

static void what_came_before_a_refused_batch_is_kept(void **state)
{
    struct flow_fixture *f = *state;
    struct numbers numbers = {.rows = 10000, .unit = 10};

    kept.fail_after = 200;
    run_stages(f, &numbers_plugin, &numbers, &kept_plugin, &kept);
    check_failed(f, "load", "E-KEPT");
    check_ids(&kept, 200);
    assert_int_equal(kept.committed, 200);
    assert_int_equal(kept.loads, 21);
    assert_true(kept.was_incomplete);
    assert_int_equal(counted(&f->stats.resources[0].rows_committed), 200);
    flow_done_with(f);
}

static void a_commit_that_fails_commits_nothing(void **state)
{
    struct flow_fixture *f = *state;
    struct numbers numbers = {.rows = 1000, .unit = 10};

    kept.fail_commit = true;
    f->plan.batching.rows = 100;
    run_stages(f, &numbers_plugin, &numbers, &kept_plugin, &kept);
    check_failed(f, "load", "E-KEPT");
    assert_int_equal(kept.loads, 10);
    assert_int_equal(counted(&f->stats.resources[0].rows_committed), 0);
    assert_int_equal(counted(&f->stats.resources[0].rows_loaded), 100);
    flow_done_with(f);
}

static void a_stop_that_fails_fails_the_run(void **state)
{
    struct flow_fixture *f = *state;
    struct numbers numbers = {.rows = 50, .unit = 10};

    kept.fail_stop = true;
    run_stages(f, &numbers_plugin, &numbers, &kept_plugin, &kept);
    check_failed(f, "load", "E-KEPT");
    flow_done_with(f);
}

static void a_loader_that_has_enough_ends_the_run_well(void **state)
{
    struct flow_fixture *f = *state;
    struct numbers numbers = {.rows = INT64_MAX, .unit = 10};

    kept.enough_after = 50;
    run_stages(f, &numbers_plugin, &numbers, &kept_plugin, &kept);
    check_went_well(f);
    check_ids(&kept, 50);
    assert_int_equal(kept.committed, 50);
    assert_int_equal(numbers.stops, 1);
    flow_done_with(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(all_callbacks_run_on_one_thread_of_its_own, setup),
        cmocka_unit_test_setup(there_it_may_not_answer_again, setup),
        cmocka_unit_test_setup(commits_after_so_many_rows, setup),
        cmocka_unit_test_setup(commits_after_so_many_bytes, setup),
        cmocka_unit_test_setup(commits_when_the_source_pauses, setup),
        cmocka_unit_test_setup(commits_at_the_end_even_without_rows, setup),
        cmocka_unit_test_setup(a_loader_need_not_commit, setup),
        cmocka_unit_test_setup(a_loader_that_cannot_start_stops_everything, setup),
        cmocka_unit_test_setup(what_came_before_a_refused_batch_is_kept, setup),
        cmocka_unit_test_setup(a_commit_that_fails_commits_nothing, setup),
        cmocka_unit_test_setup(a_stop_that_fails_fails_the_run, setup),
        cmocka_unit_test_setup(a_loader_that_has_enough_ends_the_run_well, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
