/* The loader on the loop: callbacks that wait are called again, commits come when they are due, and
 * a run ends in each of its ways. The same on a thread is in test_loader.c. */
#include "output_checks.h"
#include "patient_checks.h"

#include <signal.h>

static void each_callback_may_wait(void **state)
{
    struct patient_fixture *p = *state;
    const uint32_t threadings[] = {WEIR_ON_WORKER, WEIR_ON_LOOP};

    for (int i = 0; i < 2; i++) {
        if (i) {
            patient_teardown(state);
            patient_setup(state);
        }
        p->extract.threading = threadings[i];
        p->patient.wait = 1;
        run_numbers(p);
        check_went_well(p->flow);
        check_taken(p, 200);
        check_counted(p, 200, 200);
        /* start, open, begin, read, 20 batches, finish, commit */
        assert_int_equal(p->patient.patience.waits, 4 + 20 + 2);
        assert_int_equal(p->flow->result.state.outcome, SESSION_DONE);
        assert_false(p->patient.was_incomplete);
    }
}

static void a_loader_without_state_may_be_there_too(void **state)
{
    struct patient_fixture *p = *state;

    p->load.store = NULL;
    run_numbers(p);
    check_went_well(p->flow);
    check_taken(p, 200);
    check_counted(p, 200, 200);
    assert_int_equal(p->patient.finishes, 0);
    assert_int_equal(p->flow->result.state.outcome, SESSION_NONE);
}

static void a_source_without_rows_is_no_failure(void **state)
{
    struct patient_fixture *p = *state;

    p->numbers.rows = 0;
    run_numbers(p);
    check_went_well(p->flow);
    assert_int_equal(p->patient.commits, 1);
    assert_true(p->patient.ending.done);
}

/* --- commits ------------------------------------------------------------------------------ */

static void commits_after_so_many_rows(void **state)
{
    struct patient_fixture *p = *state;

    p->flow->plan.batching.rows = 30;
    run_numbers(p);
    check_went_well(p->flow);
    /* After 30, 60, ... 180 rows, and at the end. */
    assert_int_equal(p->patient.commits, 7);
    assert_int_equal(counted(&p->flow->stats.commits), 7);
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
    struct patient_fixture *p = *state;
    struct waiting waiting = {.committed = &p->flow->stats.commits};

    p->flow->plan.batching.period = 20;
    run_patient(p, &waiting_plugin, &waiting);
    check_went_well(p->flow);
    assert_true(waiting.rounds < 5000);
    assert_int_equal(p->patient.commits, 2);
}

/* --- failures ----------------------------------------------------------------------------- */

struct failing {
    const char *where;
    int64_t after; /* rows */
    bool takes;    /* rows came so far */
    bool finishes; /* the store is told how the run ended */
};

static void fails_in(void **state, const struct failing *failing)
{
    struct patient_fixture *p;

    patient_setup(state);
    p = *state;
    p->numbers.rows = 1000;
    p->patient.fail_in = failing->where;
    p->patient.fail_after = failing->after;
    p->patient.hold = 1;
    p->patient.keep = 3;
    p->flow->plan.batching.rows = 100;
    run_numbers(p);
    check_failed(p->flow, "load", "E-PATIENT");
    assert_int_equal(p->patient.rows > 0, failing->takes);
    assert_int_equal(p->patient.starts, 1);
    assert_int_equal(p->patient.finishes, failing->finishes);
    if (failing->finishes) {
        assert_false(p->patient.ending.done && strcmp(failing->where, "stop") != 0);
        assert_int_equal(p->patient.ending.exit_code,
            strcmp(failing->where, "stop") == 0 ? 0 : WEIR_FAULT_DESTINATION);
    }
    patient_teardown(state);
}

static void each_callback_may_fail(void **state)
{
    static const struct failing all[] = {
        {.where = "start"},
        {.where = "open"},
        {.where = "begin"},
        {.where = "read"},
        {.where = "load", .finishes = true},
        {.where = "load", .after = 50, .takes = true, .finishes = true},
        {.where = "commit", .takes = true, .finishes = true},
        {.where = "finish", .takes = true},
        {.where = "stop", .takes = true, .finishes = true},
        {.where = "timer", .after = 50, .takes = true, .finishes = true},
    };

    patient_teardown(state);
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        fails_in(state, &all[i]);
    patient_setup(state);
}

/* An extractor that ends when the run does, and until then has nothing to give. */
struct idle {
    int64_t rows;
    int64_t given;
    bool raises;
};

static enum weir_status idle_extract(struct weir_stage *stage, struct weir_batch *batch)
{
    struct idle *idle = stage->state;

    if (idle->given) {
        if (idle->raises)
            assert_int_equal(raise(SIGINT), 0);
        return WEIR_AGAIN;
    }
    add_numbers(batch, &idle->given, idle->rows);
    return WEIR_OK;
}

static const struct weir_plugin idle_plugin = {
    .header = WEIR_HEADER,
    .name = "idle",
    .extract = idle_extract,
};

/* Nothing is under way: no callback is waited for, no batch comes. */
static void a_failure_outside_of_all_callbacks_ends_the_run(void **state)
{
    struct patient_fixture *p = *state;
    struct idle idle = {.rows = 1};

    p->patient.fail_in = "timer";
    p->patient.hold = 5;
    p->patient.keep = 3;
    run_patient(p, &idle_plugin, &idle);
    check_failed(p->flow, "load", "E-PATIENT");
    assert_int_equal(p->patient.finishes, 1);
    assert_int_equal(p->patient.ending.exit_code, WEIR_FAULT_DESTINATION);
    assert_true(p->patient.was_incomplete);
    assert_int_equal(p->patient.left_at_stop, 1);
    check_counted(p, 0, 0);
}

/* The engine's own verdict on what is given back comes outside of all callbacks, too. */
static void a_limit_that_is_met_meanwhile_ends_the_run(void **state)
{
    struct patient_fixture *p = *state;
    struct idle idle = {.rows = 5};

    p->flow->resources[0].sets_aside = true;
    p->flow->plan.dead_letters.max_rows = 2;
    p->flow->plan.batching.period = 2 * (uint64_t)RUN_TIME_MS;
    p->patient.hold = 5;
    p->patient.keep = 3;
    p->patient.refuse = 3;
    run_patient(p, &idle_plugin, &idle);
    check_failed(p->flow, "load", "E-DEAD-LETTERS");
    check_counted(p, 2, 2);
}

static void it_may_have_enough(void **state)
{
    struct patient_fixture *p = *state;

    p->numbers.rows = INT64_MAX;
    p->patient.enough_after = 50;
    p->patient.keep = 100;
    run_numbers(p);
    check_went_well(p->flow);
    check_taken(p, 50);
    check_counted(p, 50, 50);
    assert_int_equal(p->numbers.stops, 1);
    assert_false(p->patient.ending.done);
}

static void a_source_that_fails_leaves_what_came_before(void **state)
{
    struct patient_fixture *p = *state;

    p->numbers.fail_after = 100;
    p->numbers.says_why = true;
    p->patient.keep = 100;
    run_numbers(p);
    check_failed(p->flow, "extract", "E-NUMBERS");
    check_taken(p, 100);
    check_counted(p, 100, 100);
    assert_false(p->patient.ending.done);
    assert_int_equal(p->patient.ending.exit_code, WEIR_FAULT_SOURCE);
}

static void a_last_commit_that_fails_leaves_the_pass_open(void **state)
{
    struct patient_fixture *p = *state;

    p->patient.fail_in = "commit";
    run_numbers(p);
    check_failed(p->flow, "load", "E-PATIENT");
    check_taken(p, 200);
    check_counted(p, 200, 0);
    assert_true(p->patient.ending.done);
    assert_int_equal(p->flow->result.state.outcome, SESSION_OPEN);
}

static enum weir_status refuse_to_replace(
    struct weir_stage *stage, const struct weir_ending *ending)
{
    (void)ending;
    (void)weir_fail(stage, WEIR_FAULT_DATA, "E-REPLACE-EMPTY", "told to refuse");
    return WEIR_REJECT;
}

/* That is durable, and the rows are in the same transaction. */
static void what_was_loaded_before_a_refused_end_is_committed(void **state)
{
    struct patient_fixture *p = *state;
    struct weir_store refusing = *p->load.store;

    refusing.finish = refuse_to_replace;
    p->load.store = &refusing;
    run_numbers(p);
    check_failed(p->flow, "load", "E-REPLACE-EMPTY");
    check_counted(p, 200, 200);
    assert_int_equal(p->patient.commits, 0);
    assert_int_equal(p->flow->result.state.outcome, SESSION_ABANDONED);
}

/* --- signals ------------------------------------------------------------------------------ */

static void a_signal_is_served_while_it_waits(void **state)
{
    struct patient_fixture *p = *state;
    struct idle idle = {.rows = 1, .raises = true};
    static struct capture errors;

    p->patient.wait = 50;
    p->patient.keep = 3;
    capture_begin(&errors, stderr);
    run_patient(p, &idle_plugin, &idle);
    check_contains(capture_end(&errors), "stopping");
    check_went_well(p->flow);
    assert_int_equal(p->flow->result.signal, SIGINT);
    check_taken(p, 1);
    check_counted(p, 1, 1);
    assert_true(p->patient.was_incomplete);
}

struct stopped {
    const char *where;
    bool takes; /* rows came so far */
    bool is_done;
};

static void is_stopped_in(void **state, const struct stopped *stopped)
{
    static struct capture errors;
    struct patient_fixture *p;

    patient_setup(state);
    p = *state;
    p->numbers.rows = stopped->is_done ? 500 : INT64_MAX;
    p->flow->plan.memory = 1 << 20; /* so that not much is queued */
    p->patient.signal_in = stopped->where;
    p->patient.wait = 5;
    p->patient.hold = 1;
    p->patient.keep = 3;
    p->flow->plan.batching.rows = 100;
    capture_begin(&errors, stderr);
    run_numbers(p);
    check_contains(capture_end(&errors), "stopping");
    check_went_well(p->flow);
    assert_int_equal(p->patient.starts, 1);
    assert_int_equal(p->patient.finishes, 1);
    assert_int_equal(p->patient.rows > 0, stopped->takes);
    check_taken(p, p->patient.rows);
    check_counted(p, (uint64_t)p->patient.rows, (uint64_t)p->patient.rows);
    assert_int_equal(p->patient.ending.done, stopped->is_done);
    assert_int_equal(p->flow->result.signal, stopped->is_done ? 0 : SIGINT);
    (void)signal(SIGINT, SIG_DFL);
    (void)signal(SIGTERM, SIG_DFL);
    patient_teardown(state);
}

/* What the run has taken by then is committed; what was done already stays so. */
static void a_run_may_be_stopped_in_each_callback(void **state)
{
    static const struct stopped all[] = {
        {"start", false, false},
        {"open", false, false},
        {"begin", false, false},
        {"read", false, false},
        {"load", true, false},
        {"commit", true, false},
        {"finish", true, true},
    };

    patient_teardown(state);
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        is_stopped_in(state, &all[i]);
    patient_setup(state);
}

/* A loader that waits for what never comes, but looks whether it is worth it. */
static enum weir_status stubborn_start(struct weir_stage *stage)
{
    bool *was_asked = stage->state;

    if (weir_stopping(stage))
        return weir_fail(stage, WEIR_FAULT_DESTINATION, "E-STOPPED", "gave up");
    if (!*was_asked)
        assert_int_equal(raise(SIGTERM), 0);
    *was_asked = true;
    return WEIR_AGAIN;
}

static enum weir_status stubborn_load(struct weir_stage *stage, struct weir_batch *batch)
{
    (void)stage;
    (void)batch;
    return WEIR_FAIL;
}

static const struct weir_plugin stubborn_plugin = {
    .header = WEIR_HEADER,
    .name = "stubborn",
    .threading = WEIR_ON_LOOP,
    .start = stubborn_start,
    .load = stubborn_load,
};

static void a_signal_calls_again_what_waits(void **state)
{
    struct patient_fixture *p = *state;
    static struct capture errors;
    bool was_asked = false;

    capture_begin(&errors, stderr);
    run_stages(p->flow, &p->extract, &p->numbers, &stubborn_plugin, &was_asked);
    (void)capture_end(&errors);
    check_went_well(p->flow);
    assert_true(was_asked);
    assert_int_equal(p->flow->result.signal, SIGTERM);
    assert_int_equal(p->numbers.starts, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PATIENT(each_callback_may_wait),
        PATIENT(a_loader_without_state_may_be_there_too),
        PATIENT(a_source_without_rows_is_no_failure),
        PATIENT(commits_after_so_many_rows),
        PATIENT(commits_when_the_source_pauses),
        PATIENT(each_callback_may_fail),
        PATIENT(a_failure_outside_of_all_callbacks_ends_the_run),
        PATIENT(a_limit_that_is_met_meanwhile_ends_the_run),
        PATIENT(it_may_have_enough),
        PATIENT(a_source_that_fails_leaves_what_came_before),
        PATIENT(a_last_commit_that_fails_leaves_the_pass_open),
        PATIENT(what_was_loaded_before_a_refused_end_is_committed),
        PATIENT(a_signal_is_served_while_it_waits),
        PATIENT(a_run_may_be_stopped_in_each_callback),
        PATIENT(a_signal_calls_again_what_waits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
