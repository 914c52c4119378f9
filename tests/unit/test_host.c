/* What stages may ask of a run, and from where. How waking and the budget move batches is in
 * test_pump.c. */
#include "flow_checks.h"
#include "output_checks.h"

#include <signal.h>

static struct kept kept;
static struct capture errors;

static int setup(void **state)
{
    memset(&kept, 0, sizeof(kept));
    return flow_setup(state);
}

/* An extractor without rows, whose start asks what a test wants to know. */
static struct weir_plugin asking(enum weir_status (*start)(struct weir_stage *stage))
{
    struct weir_plugin plugin = numbers_plugin;

    plugin.threading = WEIR_ON_LOOP;
    plugin.start = start;
    plugin.stop = NULL;
    return plugin;
}

static enum weir_status fail_twice(struct weir_stage *stage)
{
    (void)weir_fail(stage, WEIR_FAULT_LOCKED, "E-FIRST", "the cause");
    return weir_fail(stage, WEIR_FAULT_SOURCE, "E-SECOND", "what follows from it");
}

static void the_first_error_wins(void **state)
{
    struct flow_fixture *f = *state;
    struct weir_plugin extract = asking(fail_twice);
    struct numbers numbers = {0};

    run_stages(f, &extract, &numbers, &kept_plugin, &kept);
    check_failed(f, "extract", "E-FIRST");
    assert_int_equal(f->result.error.fault, WEIR_FAULT_LOCKED);
    assert_string_equal(f->result.error.text, "the cause");
    flow_done_with(f);
}

static enum weir_status give_up_on_two(struct weir_stage *stage)
{
    struct weir_error error = {0};

    weir_error_set(&error, WEIR_FAULT_SOURCE, "E-GONE", "not there");
    weir_give_up(stage, stage->resources[0], "GET /a", 5, &error);
    weir_give_up(stage, NULL, "GET /b", 1, &error);
    return WEIR_OK;
}

static void what_is_given_up_is_remembered_and_fails_nothing(void **state)
{
    struct flow_fixture *f = *state;
    struct weir_plugin extract = asking(give_up_on_two);
    struct numbers numbers = {.rows = 10, .unit = 10};
    const struct failure *failure;

    run_stages(f, &extract, &numbers, &kept_plugin, &kept);
    check_went_well(f);
    check_ids(&kept, 10);
    assert_int_equal(f->stats.n_failures, 2);
    failure = f->stats.failures;
    assert_string_equal(failure->resource, "first");
    assert_string_equal(failure->what, "GET /a");
    assert_int_equal(failure->attempts, 5);
    assert_string_equal(failure->error.code, "E-GONE");
    assert_string_equal(failure->next->what, "GET /b");
    flow_done_with(f);
}

static enum weir_status say_something(struct weir_stage *stage)
{
    weir_log(stage, WEIR_LOG_INFO, "hello from %d", 42);
    weir_log(stage, WEIR_LOG_DEBUG, "not wanted");
    return WEIR_OK;
}

static void log_lines_name_the_stage(void **state)
{
    struct flow_fixture *f = *state;
    struct weir_plugin extract = asking(say_something);
    struct numbers numbers = {0};

    capture_begin(&errors, stderr);
    run_stages(f, &extract, &numbers, &kept_plugin, &kept);
    assert_string_equal(capture_end(&errors), "weir: extract: hello from 42\n");
    flow_done_with(f);
}

static bool grants[5];

static enum weir_status ask_for_memory(struct weir_stage *stage)
{
    size_t budget = 2 << 20;

    grants[0] = weir_reserve(stage, budget);
    grants[1] = weir_reserve(stage, 1);
    weir_release(stage, budget / 2);
    grants[2] = weir_reserve(stage, budget / 2);
    grants[3] = weir_reserve(stage, 1);
    weir_release(stage, budget);
    grants[4] = weir_reserve(stage, 100 * budget);
    weir_release(stage, 100 * budget);
    return WEIR_OK;
}

static void a_quarter_of_the_memory_may_be_reserved(void **state)
{
    struct flow_fixture *f = *state;
    struct weir_plugin extract = asking(ask_for_memory);
    struct numbers numbers = {.rows = 10, .unit = 10};

    f->plan.memory = 8 << 20;
    run_stages(f, &extract, &numbers, &kept_plugin, &kept);
    check_went_well(f);
    assert_true(grants[0]);
    assert_false(grants[1]);
    assert_true(grants[2]);
    assert_false(grants[3]);
    assert_true(grants[4]);
    check_ids(&kept, 10);
    flow_done_with(f);
}

/* --- waking ------------------------------------------------------------------------------- */

/* Rows come from a thread that the engine does not know. */
struct foreign {
    uv_thread_t thread;
    atomic_int due;
    int64_t given;
};

enum { FOREIGN_ROWS = 30 };

static void bring_rows(void *arg)
{
    struct weir_stage *stage = arg;
    struct foreign *foreign = stage->state;

    for (int i = 0; i < FOREIGN_ROWS; i++) {
        sleep_ms(1);
        atomic_fetch_add(&foreign->due, 1);
        weir_wake(stage);
    }
}

static enum weir_status foreign_start(struct weir_stage *stage)
{
    struct foreign *foreign = stage->state;

    if (uv_thread_create(&foreign->thread, bring_rows, stage) != 0)
        return weir_fail(stage, WEIR_FAULT_MEMORY, "E-THREAD", "no thread");
    return WEIR_OK;
}

static void foreign_stop(struct weir_stage *stage)
{
    struct foreign *foreign = stage->state;

    uv_thread_join(&foreign->thread);
}

static enum weir_status foreign_extract(struct weir_stage *stage, struct weir_batch *batch)
{
    struct foreign *foreign = stage->state;

    if (foreign->given == FOREIGN_ROWS)
        return WEIR_END;
    if (foreign->given == atomic_load(&foreign->due))
        return WEIR_AGAIN;
    add_numbers(batch, &foreign->given, 1);
    return WEIR_OK;
}

static const struct weir_plugin foreign_plugin = {
    .header = WEIR_HEADER,
    .name = "foreign",
    .start = foreign_start,
    .stop = foreign_stop,
    .extract = foreign_extract,
};

static void any_thread_may_wake(void **state)
{
    struct flow_fixture *f = *state;
    const uint32_t threadings[] = {WEIR_ON_WORKER, WEIR_ON_LOOP};

    for (int i = 0; i < 2; i++) {
        struct weir_plugin extract = with_threading(&foreign_plugin, threadings[i]);
        struct foreign foreign = {0};

        setup(state);
        run_stages(f, &extract, &foreign, &kept_plugin, &kept);
        check_went_well(f);
        check_ids(&kept, FOREIGN_ROWS);
        flow_done_with(f);
    }
}

/* --- what a stage may know of the run ----------------------------------------------------- */

/* A loader that asks at its first row and in stop. */
struct asked {
    bool was_asked;
    bool stopping, incomplete;           /* at the first row */
    bool stopping_last, incomplete_last; /* in stop */
};

static enum weir_status asked_load(struct weir_stage *stage, struct weir_batch *batch)
{
    struct asked *asked = stage->state;

    (void)batch;
    if (!asked->was_asked) {
        asked->stopping = weir_stopping(stage);
        asked->incomplete = weir_incomplete(stage);
    }
    asked->was_asked = true;
    return WEIR_OK;
}

static void asked_stop(struct weir_stage *stage)
{
    struct asked *asked = stage->state;

    asked->stopping_last = weir_stopping(stage);
    asked->incomplete_last = weir_incomplete(stage);
}

static const struct weir_plugin asked_plugin = {
    .header = WEIR_HEADER,
    .name = "asked",
    .load = asked_load,
    .stop = asked_stop,
};

static struct asked run_asked(struct flow_fixture *f, const struct weir_plugin *extract)
{
    struct numbers numbers = {.rows = 100, .unit = 10, .says_why = true};
    struct asked asked = {0};

    if (!extract) {
        extract = &numbers_plugin;
        numbers.fail_after = 50;
    }
    capture_begin(&errors, stderr);
    run_stages(f, extract, &numbers, &asked_plugin, &asked);
    (void)capture_end(&errors);
    flow_done_with(f);
    return asked;
}

static enum weir_status end_by_signal(struct weir_stage *stage, struct weir_batch *batch)
{
    const struct numbers *numbers = stage->state;

    if (numbers->given == 50 && raise(SIGINT) != 0)
        return WEIR_FAIL;
    while (numbers->given == 50 && !weir_stopping(stage))
        sleep_ms(1);
    return numbers_extract(stage, batch);
}

static void stages_learn_whether_the_run_is_whole(void **state)
{
    struct flow_fixture *f = *state;
    const struct weir_plugin stopped = {.name = "stopped", .extract = end_by_signal};
    struct asked asked = run_asked(f, &numbers_plugin);

    assert_true(asked.was_asked);
    assert_false(asked.stopping || asked.incomplete);
    assert_false(asked.stopping_last || asked.incomplete_last);

    /* A failure: nobody is to hurry, since what is complete is still loaded. */
    asked = run_asked(f, NULL);
    assert_true(asked.was_asked);
    assert_false(asked.stopping_last);
    assert_true(asked.incomplete_last);

    asked = run_asked(f, &stopped);
    assert_int_equal(f->result.signal, SIGINT);
    assert_true(asked.was_asked);
    assert_true(asked.stopping_last && asked.incomplete_last);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_first_error_wins, setup),
        cmocka_unit_test_setup(what_is_given_up_is_remembered_and_fails_nothing, setup),
        cmocka_unit_test_setup(log_lines_name_the_stage, setup),
        cmocka_unit_test_setup(a_quarter_of_the_memory_may_be_reserved, setup),
        cmocka_unit_test_setup(any_thread_may_wake, setup),
        cmocka_unit_test_setup(stages_learn_whether_the_run_is_whole, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
