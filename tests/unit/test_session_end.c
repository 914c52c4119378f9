/* How a run's session ends: what the pass is left with after what was loaded. */
#include "session_checks.h"

/* Units of one batch, one letter each: n next, e end, w wait at 5, W at 6, h a hole, f filled, F not
 * filled, which is unit 2, v void. */
static void load_units(struct run_fixture *r, const char *units)
{
    struct weir_batch *batch = weir_batch_new(&r->flow->resources[0]);

    for (const char *unit = units; *unit; unit++) {
        struct weir_position *position = weir_new(batch->arena, struct weir_position);

        position->chain = chain_of("a");
        position->number = strchr("fF", *unit) ? 2 : *unit == 'w' ? 5 : 6;
        position->follow = *unit == 'e'                   ? WEIR_FOLLOW_END
                           : strchr("wW", *unit)          ? WEIR_FOLLOW_WAIT
                           : *unit == 'f' || *unit == 'F' ? WEIR_FOLLOW_FILL
                                                          : WEIR_FOLLOW_NEXT;
        position->left_out = strchr("wWhF", *unit);
        weir_batch_add_unit(batch, NULL)->position = *unit == 'v' ? NULL : position;
    }
    session_note(r->session, batch);
    weir_batch_free(batch);
}

/* --- the end ------------------------------------------------------------------------------ */

static void a_complete_run_is_done(void **state)
{
    struct run_fixture *r = *state;

    assert_int_equal(open_run(r), WEIR_OK);
    load_units(r, "nnevf");
    finish(r, true, 0);
    check_ending(r, true, false, 0, "done");
    assert_non_null(fake.ending.finished_at);
    assert_non_null(strstr(fake.summary, "\"outcome\":\"done\",\"rows\":42,\"gaps\":0"));
}

/* What it was told first is what counts: nothing is decided twice. */
static void the_store_may_wait_with_the_end(void **state)
{
    struct run_fixture *r = *state;

    fake.waits = 3;
    assert_int_equal(open_run(r), WEIR_OK);
    load_units(r, "nnevf");
    finish(r, true, 0);
    check_ending(r, true, false, 0, "done");
    assert_non_null(strstr(fake.summary, "\"outcome\":\"done\",\"rows\":42,\"gaps\":0"));
}

static void a_run_that_failed_leaves_the_pass_open(void **state)
{
    struct run_fixture *r = *state;

    assert_int_equal(open_run(r), WEIR_OK);
    load_units(r, "nn");
    finish(r, false, 3);
    check_ending(r, false, false, 3, "open");
}

static void a_finish_that_fails_leaves_the_pass_open(void **state)
{
    struct run_fixture *r = *state;

    assert_int_equal(open_run(r), WEIR_OK);
    load_units(r, "e");
    fake.on_finish = WEIR_FAIL;
    finish(r, true, 0);
    assert_int_equal(result_of(r).outcome, SESSION_OPEN);
}

static void any_gap_leaves_the_pass_open(void **state)
{
    static const char *const loads[] = {"nnw", "nhe", "eF"};
    struct run_fixture *r = *state;

    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(open_run(r), WEIR_OK);
        load_units(r, loads[i]);
        finish(r, true, 0);
        check_ending(r, false, false, 9, "open");
        assert_int_equal(result_of(r).n_gaps, 1);
    }
}

static void a_failure_is_told_rather_than_a_gap(void **state)
{
    struct run_fixture *r = *state;

    assert_int_equal(open_run(r), WEIR_OK);
    load_units(r, "w");
    finish(r, false, 5);
    check_ending(r, false, false, 5, "open");
}

/* --- gaps that stay ----------------------------------------------------------------------- */

static void leave_two_gaps(struct run_fixture *r)
{
    leave_open_pass(r);
    leave_place(0, "a", 5, NULL);
    leave_gap(0, "a", 2, true);
    leave_gap(0, "a", 5, false);
    r->pass.n_gaps = 2;
    assert_int_equal(open_run(r), WEIR_OK);
}

static void what_fails_twice_is_abandoned(void **state)
{
    struct run_fixture *r = *state;

    leave_two_gaps(r);
    load_units(r, "F");
    load_units(r, "w");
    finish(r, true, 0);
    check_ending(r, false, true, 9, "abandoned");
}

static void what_was_filled_keeps_the_pass_open(void **state)
{
    struct run_fixture *r = *state;

    leave_two_gaps(r);
    load_units(r, "fw");
    finish(r, true, 0);
    check_ending(r, false, false, 9, "open");
}

static void gaps_that_are_filled_end_the_pass(void **state)
{
    struct run_fixture *r = *state;

    leave_two_gaps(r);
    load_units(r, "fne");
    finish(r, true, 0);
    check_ending(r, true, false, 0, "done");
}

/* One that fails for the first time is asked for once more. */
static void a_new_gap_keeps_the_pass_open(void **state)
{
    struct run_fixture *r = *state;

    leave_two_gaps(r);
    load_units(r, "Fww");
    finish(r, true, 0);
    check_ending(r, false, false, 9, "open");
}

/* Be there as many as before: what was there before may not have been asked for. */
static void another_gap_keeps_the_pass_open(void **state)
{
    struct run_fixture *r = *state;

    leave_two_gaps(r);
    load_units(r, "W");
    finish(r, true, 0);
    check_ending(r, false, false, 9, "open");
}

static void a_run_that_was_stopped_abandons_nothing(void **state)
{
    struct run_fixture *r = *state;

    leave_two_gaps(r);
    load_units(r, "Fw");
    finish(r, false, 3);
    check_ending(r, false, false, 3, "open");
}

/* Other resources of the pass could still be read to their end. */
static void a_run_of_some_resources_abandons_nothing(void **state)
{
    struct run_fixture *r = *state;

    leave_open_pass(r);
    leave_gap(0, "a", 5, false);
    r->pass.n_gaps = 1;
    r->flow->plan.n_resources = 1;
    r->flow->plan.is_partial = true;
    assert_int_equal(open_run(r), WEIR_OK);
    load_units(r, "w");
    finish(r, true, 0);
    check_ending(r, false, false, 9, "open");
    r->generations[1].done = true;
    assert_int_equal(open_run(r), WEIR_OK);
    load_units(r, "w");
    finish(r, true, 0);
    check_ending(r, false, true, 9, "abandoned");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_complete_run_is_done),
        CASE(the_store_may_wait_with_the_end),
        CASE(a_run_that_failed_leaves_the_pass_open),
        CASE(a_finish_that_fails_leaves_the_pass_open),
        CASE(any_gap_leaves_the_pass_open),
        CASE(a_failure_is_told_rather_than_a_gap),
        CASE(what_fails_twice_is_abandoned),
        CASE(what_was_filled_keeps_the_pass_open),
        CASE(gaps_that_are_filled_end_the_pass),
        CASE(a_new_gap_keeps_the_pass_open),
        CASE(another_gap_keeps_the_pass_open),
        CASE(a_run_that_was_stopped_abandons_nothing),
        CASE(a_run_of_some_resources_abandons_nothing),
    };

    return cmocka_run_group_tests_name("session_end", tests, NULL, NULL);
}
