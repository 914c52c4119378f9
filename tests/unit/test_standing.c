/* Where the data stands when a run ended early: what is committed, what waits, what stays. */
#include "run_checks.h"

#include "report/report.h"

static const struct weir_store store = {.size = sizeof(struct weir_store)};
static const struct weir_plugin with_store = {
    .header = WEIR_HEADER, .name = "kept", .store = &store};

static int setup(void **state)
{
    struct run_fixture *r;

    run_setup(state);
    r = *state;
    r->plan.n_resources = 2;
    r->plan.load.plugin = &with_store;
    r->result.status = WEIR_FAIL;
    r->result.state.outcome = SESSION_OPEN;
    (void)weir_error_set(&r->result.error, WEIR_FAULT_SOURCE, "E-GONE", "not there");
    return 0;
}

static void check(const struct run_fixture *r, const char *expected)
{
    struct report report = {&r->plan, &r->stats, &r->result, 0};
    char line[REPORT_STANDING_SIZE];

    report_tell_standing(&report, line);
    assert_string_equal(line, expected);
}

static void rows_are_those_of_all_resources(void **state)
{
    struct run_fixture *r = *state;

    check(r, "0 rows are committed; run again to continue");
    count(&r->stats.resources[0].rows_committed, 1);
    check(r, "1 row is committed; run again to continue");
    count(&r->stats.resources[1].rows_committed, 12345);
    count(&r->stats.resources[1].rows_loaded, 20000);
    check(r, "12,346 rows are committed; run again to continue");
}

static void what_to_do_depends_on_how_it_ended(void **state)
{
    struct run_fixture *r = *state;

    r->result.error.fault = WEIR_FAULT_DATA;
    check(r, "0 rows are committed; once that is mended, run again to continue");
    r->result.state.outcome = SESSION_ABANDONED;
    check(r, "0 rows are committed; the next run begins anew");
    r->result.state.outcome = SESSION_NONE;
    check(r, "nothing was asked for");
    r->plan.load.plugin = &(struct weir_plugin){.header = WEIR_HEADER, .name = "file"};
    check(r, "0 rows are committed");
    r->result.state.outcome = SESSION_OPEN;
    r->result.status = WEIR_OK;
    check(r, "0 rows are committed");
    r->result.signal = 2;
    r->result.error.fault = 0;
    check(r, "0 rows are committed; run again to continue");
}

static void rows_that_replace_others_wait_while_the_pass_is_open(void **state)
{
    struct run_fixture *r = *state;

    r->resources[0].disposition = WEIR_REPLACE;
    check(r, "0 rows are committed; run again to continue");
    count(&r->stats.resources[0].rows_committed, 1);
    check(r, "1 row waits to replace the old ones; run again to continue");
    count(&r->stats.resources[0].rows_committed, 1000);
    check(r, "1,001 rows wait to replace the old ones; run again to continue");
    count(&r->stats.resources[1].rows_committed, 35);
    check(
        r, "35 rows are committed; 1,001 rows wait to replace the old ones; run again to continue");
}

static void they_do_so_no_more_once_it_is_done(void **state)
{
    struct run_fixture *r = *state;

    r->resources[0].disposition = WEIR_REPLACE;
    count(&r->stats.resources[0].rows_committed, 1001);
    r->result.state.outcome = SESSION_DONE;
    check(r, "1,001 rows are committed");
}

static void where_they_are_refused_the_old_rows_stay(void **state)
{
    struct run_fixture *r = *state;

    r->result.state.outcome = SESSION_ABANDONED;
    r->resources[0].disposition = WEIR_REPLACE;
    check(r, "nothing was replaced, and the old rows stay; the next run begins anew");
    count(&r->stats.resources[0].rows_committed, 1001);
    check(r, "nothing was replaced, and the old rows stay; the next run begins anew");
    count(&r->stats.resources[1].rows_committed, 35);
    check(r,
        "35 rows are committed; nothing was replaced, and the old rows stay; the next run begins "
        "anew");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, run_teardown)
    const struct CMUnitTest tests[] = {
        TEST(rows_are_those_of_all_resources),
        TEST(what_to_do_depends_on_how_it_ended),
        TEST(rows_that_replace_others_wait_while_the_pass_is_open),
        TEST(they_do_so_no_more_once_it_is_done),
        TEST(where_they_are_refused_the_old_rows_stay),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
