/* Batches that a loader keeps: counted when it gives them back, in whatever order; in memory as long
 * as it keeps them; and no way to lose one in silence. */
#include "output_checks.h"
#include "patient_checks.h"

/* --- counting ----------------------------------------------------------------------------- */

static void batches_are_given_back_in_any_order(void **state)
{
    struct patient_fixture *p = *state;

    p->flow->plan.batching.rows = 50;
    p->patient.keep = 100;
    p->patient.newest_first = true;
    run_numbers(p);
    check_went_well(p->flow);
    check_taken(p, 200);
    check_counted(p, 200, 200);
    assert_int_equal(p->patient.given_back, 20);
    assert_int_equal(p->patient.most_kept, 5);
    assert_int_equal(p->patient.first_given_back[0], 41);
    assert_int_equal(p->patient.first_given_back[4], 1);
    assert_int_equal(p->patient.left_at_stop, 0);
    assert_int_equal(p->flow->result.state.outcome, SESSION_DONE);
}

static int setup_with_period(void **state)
{
    struct patient_fixture *p;

    patient_setup(state);
    p = *state;
    p->flow->plan.batching.period = 20;
    return 0;
}

static void load_is_called_again_when_there_is_room(void **state)
{
    struct patient_fixture *p = *state;

    p->patient.keep = 2;
    p->patient.hold = 1;
    run_numbers(p);
    check_went_well(p->flow);
    check_taken(p, 200);
    check_counted(p, 200, 200);
    assert_int_equal(p->patient.most_kept, 2);
}

static void what_is_kept_is_not_loaded_yet(void **state)
{
    struct patient_fixture *p = *state;

    p->flow->plan.batching.rows = 100;
    p->patient.keep = 100;
    p->patient.fail_in = "commit";
    run_numbers(p);
    check_failed(p->flow, "load", "E-PATIENT");
    check_taken(p, 100);
    check_counted(p, 0, 0);
    assert_int_equal(p->patient.left_at_stop, 10);
}

/* A failure behind it takes nothing of it away, and it is counted once. */
static void what_was_given_back_is_committed(void **state)
{
    struct patient_fixture *p = *state;
    uint64_t n_loaded;

    p->flow->plan.batching.rows = 100;
    p->patient.keep = 1;
    p->patient.hold = 1;
    p->patient.fail_in = "commit";
    run_numbers(p);
    check_failed(p->flow, "load", "E-PATIENT");
    /* The last of the ten may be kept yet. */
    check_taken(p, 100);
    n_loaded = counted(&p->flow->stats.resources[0].rows_loaded);
    assert_true(n_loaded == 90 || n_loaded == 100);
    check_counted(p, n_loaded, n_loaded);
}

static void what_was_given_back_before_a_failure_elsewhere_is_committed(void **state)
{
    struct patient_fixture *p = *state;
    uint64_t n_loaded;

    p->patient.keep = 1;
    p->patient.hold = 1;
    p->patient.fail_in = "load";
    p->patient.fail_after = 50;
    run_numbers(p);
    check_failed(p->flow, "load", "E-PATIENT");
    n_loaded = counted(&p->flow->stats.resources[0].rows_loaded);
    assert_int_equal(n_loaded, 50);
    check_counted(p, n_loaded, n_loaded);
}

/* --- rows set aside meanwhile ------------------------------------------------------------- */

static void rows_may_be_lost_while_it_is_kept(void **state)
{
    struct patient_fixture *p = *state;

    p->flow->resources[0].sets_aside = true;
    p->patient.keep = 3;
    p->patient.hold = 1;
    p->patient.refuse = 2;
    run_numbers(p);
    check_went_well(p->flow);
    check_counted(p, 200 - 40, 200 - 40);
    assert_int_equal(p->flow->result.state.n_dead_letters, 40);
    assert_int_equal(p->patient.ending.exit_code, EXIT_LACKS);
}

static void too_many_of_them_end_the_run(void **state)
{
    struct patient_fixture *p = *state;

    p->flow->resources[0].sets_aside = true;
    p->flow->plan.dead_letters.max_rows = 10;
    p->numbers.rows = 100000;
    p->patient.keep = 3;
    p->patient.hold = 1;
    p->patient.refuse = 2;
    run_numbers(p);
    check_failed(p->flow, "load", "E-DEAD-LETTERS");
    check_contains(p->flow->result.error.text, "max_rows (10)");
    assert_true(p->patient.rows < 100000);
    assert_false(p->patient.ending.done);
    assert_int_equal(p->patient.ending.exit_code, WEIR_FAULT_DATA);
}

/* --- memory ------------------------------------------------------------------------------- */

/* An extractor of large batches, which counts those that live. */
struct large {
    size_t bytes; /* of a batch */
    int64_t rows;
    size_t reserves; /* before it; 0: nothing */
    /* what happened */
    int64_t given;
    int refusals;
    atomic_int living, most_living;
};

static void batch_died(void *arg)
{
    struct large *large = arg;

    atomic_fetch_sub(&large->living, 1);
}

static enum weir_status large_extract(struct weir_stage *stage, struct weir_batch *batch)
{
    struct large *large = stage->state;
    int living;

    if (large->given == large->rows)
        return WEIR_END;
    if (large->reserves && !weir_reserve(stage, large->reserves)) {
        large->refusals++;
        return WEIR_AGAIN;
    }
    living = atomic_fetch_add(&large->living, 1) + 1;
    if (living > atomic_load(&large->most_living))
        atomic_store(&large->most_living, living);
    weir_defer(batch->arena, batch_died, large);
    (void)weir_alloc(batch->arena, large->bytes);
    add_numbers(batch, &large->given, 1);
    if (large->reserves)
        weir_release(stage, large->reserves);
    return WEIR_OK;
}

static const struct weir_plugin large_plugin = {
    .header = WEIR_HEADER,
    .name = "large",
    .threading = WEIR_ON_LOOP,
    .extract = large_extract,
};

/* Beyond what the queue holds there are the jobs, one more than there are workers, and the batch
 * that filled the queue. */
static void what_is_kept_holds_the_extractor_back(void **state)
{
    struct patient_fixture *p = *state;
    struct large large = {.bytes = 64 << 10, .rows = 100};
    int room = (8 << 20) / 16 / (64 << 10) + 1 + 17;

    p->flow->plan.memory = 8 << 20;
    p->patient.keep = PATIENT_KEPT_MAX;
    run_patient(p, &large_plugin, &large);
    check_went_well(p->flow);
    check_taken(p, 100);
    check_counted(p, 100, 100);
    assert_true(atomic_load(&large.most_living) <= room);
    assert_true(p->patient.most_kept >= 8);
    assert_true(p->patient.most_kept <= (size_t)room);
    assert_int_equal(atomic_load(&large.living), 0);
}

/* Asked for before each batch, almost all of the budget is there only when the last one is not. */
static void what_is_kept_counts_against_the_budget(void **state)
{
    struct patient_fixture *p = *state;
    struct large large = {.bytes = 100 << 10, .rows = 5, .reserves = 2000 << 10};

    p->flow->plan.memory = 8 << 20;
    p->patient.keep = PATIENT_KEPT_MAX;
    run_patient(p, &large_plugin, &large);
    check_went_well(p->flow);
    check_taken(p, 5);
    assert_true(large.refusals > 0);
    assert_int_equal(atomic_load(&large.most_living), 1);
    assert_int_equal(atomic_load(&large.living), 0);
}

static void what_is_kept_to_the_end_is_freed(void **state)
{
    struct patient_fixture *p = *state;
    struct large large = {.bytes = 1 << 10, .rows = 50};

    p->patient.keep = PATIENT_KEPT_MAX;
    p->patient.fail_in = "commit";
    run_patient(p, &large_plugin, &large);
    check_failed(p->flow, "load", "E-PATIENT");
    assert_true(p->patient.left_at_stop > 0);
    assert_int_equal(atomic_load(&large.living), 0);
}

/* --- promises that are broken ------------------------------------------------------------- */

static void a_commit_that_keeps_batches_is_a_bug(void **state)
{
    struct patient_fixture *p = *state;

    p->patient.keep = 100;
    p->patient.hoards = true;
    run_numbers(p);
    check_failed(p->flow, "load", "E-BUG");
    check_contains(p->flow->result.error.text, "keeps batches");
    check_counted(p, 0, 0);
    assert_false(p->patient.ending.done);
}

static void a_batch_that_is_lost_in_silence_is_a_bug(void **state)
{
    struct patient_fixture *p = *state;

    p->patient.keep = 3;
    p->patient.hold = 1;
    p->patient.loses = true;
    run_numbers(p);
    check_failed(p->flow, "load", "E-BUG");
    check_contains(p->flow->result.error.text, "lost");
    check_counted(p, 0, 0);
    assert_false(p->patient.ending.done);
}

/* What a loader does with each batch, inside of load. */
struct odd {
    void (*first)(struct weir_stage *stage, struct weir_batch *batch);
    void (*second)(struct weir_stage *stage, struct weir_batch *batch);
    bool fails;
};

static enum weir_status odd_load(struct weir_stage *stage, struct weir_batch *batch)
{
    const struct odd *odd = stage->state;

    odd->first(stage, batch);
    if (odd->second)
        odd->second(stage, batch);
    return odd->fails ? weir_fail(stage, WEIR_FAULT_DATA, "E-ODD", "told to fail") : WEIR_OK;
}

static const struct weir_plugin odd_plugin = {
    .header = WEIR_HEADER,
    .name = "odd",
    .threading = WEIR_ON_LOOP,
    .load = odd_load,
};

/* Keeps every other batch, and gives it back at once; says nothing of the rest. */
static enum weir_status halving_load(struct weir_stage *stage, struct weir_batch *batch)
{
    int *n_loads = stage->state;

    if ((*n_loads)++ % 2)
        return WEIR_OK;
    weir_keep(stage, batch);
    weir_loaded(stage, batch);
    return WEIR_OK;
}

static enum weir_status halving_commit(struct weir_stage *stage)
{
    const int *n_loads = stage->state;

    return *n_loads < 20 ? WEIR_OK : weir_fail(stage, WEIR_FAULT_DATA, "E-ODD", "told to fail");
}

static const struct weir_plugin halving_plugin = {
    .header = WEIR_HEADER,
    .name = "halving",
    .threading = WEIR_ON_LOOP,
    .load = halving_load,
    .commit = halving_commit,
};

/* The first 100 rows are committed by the engine, of the other 100 those that were given back. */
static void what_load_answered_for_waits_for_the_commit(void **state)
{
    struct patient_fixture *p = *state;
    int n_loads = 0;

    p->flow->plan.batching.rows = 100;
    run_stages(p->flow, &p->extract, &p->numbers, &halving_plugin, &n_loads);
    check_failed(p->flow, "load", "E-ODD");
    check_counted(p, 200, 150);
}

static struct flow_fixture *run_odd(void **state, uint32_t threading, struct odd odd)
{
    struct patient_fixture *p = *state;
    struct weir_plugin plugin = with_threading(&odd_plugin, threading);

    p->numbers.rows = 10;
    run_stages(p->flow, &p->extract, &p->numbers, &plugin, &odd);
    return p->flow;
}

static void it_may_be_given_back_at_once(void **state)
{
    const struct flow_fixture *f =
        run_odd(state, WEIR_ON_LOOP, (struct odd){.first = weir_keep, .second = weir_loaded});

    check_went_well(f);
    check_counted(*state, 10, 10);
}

static void where_load_fails_nothing_is_kept(void **state)
{
    const struct flow_fixture *f =
        run_odd(state, WEIR_ON_LOOP, (struct odd){.first = weir_keep, .fails = true});

    check_failed(f, "load", "E-ODD");
    check_counted(*state, 0, 0);
}

static void it_may_be_dropped_where_load_fails(void **state)
{
    const struct flow_fixture *f = run_odd(state, WEIR_ON_LOOP,
        (struct odd){.first = weir_keep, .second = weir_dropped, .fails = true});

    check_failed(f, "load", "E-ODD");
    check_counted(*state, 0, 0);
}

static void keep_another(struct weir_stage *stage, struct weir_batch *batch)
{
    struct weir_batch *another = weir_batch_new(batch->resource);

    weir_keep(stage, another);
    weir_batch_free(another);
}

static void keeping_what_it_is_not_loading_is_a_bug(void **state)
{
    const struct flow_fixture *f =
        run_odd(state, WEIR_ON_LOOP, (struct odd){.first = keep_another});

    check_failed(f, "load", "E-BUG");
    check_contains(f->result.error.text, "not loading");
}

static void giving_back_what_is_not_kept_is_a_bug(void **state)
{
    const struct flow_fixture *f = run_odd(state, WEIR_ON_LOOP, (struct odd){.first = weir_loaded});

    check_failed(f, "load", "E-BUG");
    check_contains(f->result.error.text, "does not keep");
}

static void a_loader_on_a_thread_keeps_nothing(void **state)
{
    const struct flow_fixture *f = run_odd(state, WEIR_ON_WORKER, (struct odd){.first = weir_keep});

    check_failed(f, "load", "E-BUG");
    check_contains(f->result.error.text, "WEIR_ON_LOOP");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PATIENT(batches_are_given_back_in_any_order),
        PATIENT(load_is_called_again_when_there_is_room),
        PATIENT(what_is_kept_is_not_loaded_yet),
        PATIENT(what_was_given_back_is_committed),
        PATIENT(what_was_given_back_before_a_failure_elsewhere_is_committed),
        PATIENT(what_load_answered_for_waits_for_the_commit),
        PATIENT(rows_may_be_lost_while_it_is_kept),
        PATIENT(too_many_of_them_end_the_run),
        cmocka_unit_test_setup_teardown(
            what_is_kept_holds_the_extractor_back, setup_with_period, patient_teardown),
        cmocka_unit_test_setup_teardown(
            what_is_kept_counts_against_the_budget, setup_with_period, patient_teardown),
        PATIENT(what_is_kept_to_the_end_is_freed),
        PATIENT(a_commit_that_keeps_batches_is_a_bug),
        PATIENT(a_batch_that_is_lost_in_silence_is_a_bug),
        PATIENT(it_may_be_given_back_at_once),
        PATIENT(where_load_fails_nothing_is_kept),
        PATIENT(it_may_be_dropped_where_load_fails),
        PATIENT(keeping_what_it_is_not_loading_is_a_bug),
        PATIENT(giving_back_what_is_not_kept_is_a_bug),
        PATIENT(a_loader_on_a_thread_keeps_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
