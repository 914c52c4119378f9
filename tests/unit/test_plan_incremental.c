/* Incremental reading in a plan: what it is filled with, and what does not fit together. */
#include "plan_checks.h"

#include <weir/incremental.h>

#define HEAD "weir: 1\nname: test\nload: { type: slow }\n"
#define MERGING "weir: 1\nname: test\nload: { type: positions }\n"
#define SAMPLE "extract: { type: sample, path: /x, "

static void it_is_absent_or_filled(void **state)
{
    struct plan *plan = read_good_plan(*state, HEAD SAMPLE "primary_key: id }\n");
    const struct weir_incremental *incremental;

    assert_null(plan->resources[0].incremental);
    plan = read_good_plan(*state,
        HEAD "vars: { since: 2024-01-01 }\n" SAMPLE
             "incremental: { cursor_path: meta.at, initial_value: \"{vars.since}\" } }\n");
    incremental = plan->resources[0].incremental;
    assert_non_null(incremental);
    assert_string_equal(weir_path_text(incremental->cursor_path), "meta.at");
    assert_string_equal(weir_template_source(incremental->initial_value).ptr, "{vars.since}");
    assert_null(plan->resources[0].order_by);
}

static void defaults_are_shared(void **state)
{
    struct plan *plan = read_good_plan(*state,
        HEAD "extract:\n"
             "  type: sample\n"
             "  path: /x\n"
             "  resource_defaults: { incremental: { cursor_path: at, cursor_type: epoch } }\n"
             "  resources:\n"
             "    - { name: alpha }\n"
             "    - { name: beta, incremental: { cursor_path: changed } }\n");

    assert_string_equal(weir_path_text(plan->resources[0].incremental->cursor_path), "at");
    assert_string_equal(weir_path_text(plan->resources[1].incremental->cursor_path), "changed");
    assert_int_equal(plan->resources[1].incremental->cursor_type, WEIR_CURSOR_EPOCH);
}

static void mistakes_stand_where_they_were_made(void **state)
{
    struct fixture *f = *state;

    refuses_plan(
        f, HEAD SAMPLE "incremental: { lag: 1h } }\n", 4, 49, "E-REQUIRED", "'cursor_path'");
    refuses_plan(f, HEAD SAMPLE "incremental: { cursor_path: at, step: 1h } }\n", 4, 74,
        "E-REQUIRED", "'step' needs 'initial_value'");
    refuses_plan(f, HEAD SAMPLE "incremental: { cursor_path: at, lag: 1h } }\n", 4, 73, "E-VALUE",
        "'lag' reads rows again, and 'append' would add them again; set 'write_disposition: "
        "merge'");
    refuses_plan(f, HEAD SAMPLE "incremental: at }\n", 4, 49, "E-VALUE", "'incremental'");
}

static void merge_takes_the_cursor_for_its_order(void **state)
{
    static const struct {
        const char *more;
        const char *order_by;
    } cases[] = {
        {"incremental: { cursor_path: at, lag: 1h }", "at"},
        {"incremental: { cursor_path: \"['odd key']\" }", "odd key"},
        {"incremental: { cursor_path: at }, order_by: version", "version"},
        {"incremental: { cursor_path: meta.at }", NULL},
        {"incremental: { cursor_path: at, cursor_format: \"%d.%m.%Y\" }", NULL},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct plan *plan = read_good_plan(
            f, weir_printf(f->arena, "%s%sprimary_key: id, write_disposition: merge, %s }\n",
                   MERGING, SAMPLE, cases[i].more));
        const char *order_by = plan->resources[0].order_by;

        assert_int_equal(order_by != NULL, cases[i].order_by != NULL);
        if (order_by)
            assert_string_equal(order_by, cases[i].order_by);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_is_absent_or_filled, plan_setup, teardown),
        cmocka_unit_test_setup_teardown(defaults_are_shared, plan_setup, teardown),
        cmocka_unit_test_setup_teardown(mistakes_stand_where_they_were_made, plan_setup, teardown),
        cmocka_unit_test_setup_teardown(merge_takes_the_cursor_for_its_order, plan_setup, teardown),
    };

    return cmocka_run_group_tests(tests, open_plans, close_plans);
}
