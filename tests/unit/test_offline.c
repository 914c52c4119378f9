/* A loader without a run: its own options, its own errors, one life. */
#include "flow_checks.h"

#include "state/offline.h"

static struct flow_fixture *fixture(void **state, const struct weir_plugin *load, void *load_state)
{
    struct flow_fixture *f = *state;

    put_stage(f, &f->plan.load, "load", load, load_state);
    return f;
}

static void it_has_a_copy_of_the_options(void **state)
{
    struct kept kept = {.wait_ms = 7};
    struct weir_plugin plugin = kept_plugin;

    plugin.state_size = sizeof(kept);
    struct flow_fixture *f = fixture(state, &plugin, &kept);
    struct offline *offline = offline_new(&f->plan);
    const struct kept *copy = offline_stage(offline)->state;

    assert_ptr_not_equal(copy, &kept);
    assert_int_equal(copy->wait_ms, 7);
    assert_int_equal(offline_start(offline), WEIR_OK);
    assert_int_equal(copy->starts, 1);
    assert_int_equal(kept.starts, 0);
    offline_free(offline);
    assert_null(f->plan.load.stage.arena);
}

/* The life of the copy, told to the test, which it outlives. */
static struct {
    int starts, stops;
    bool offline;
} seen;

static enum weir_status seen_start(struct weir_stage *stage)
{
    seen.starts++;
    seen.offline = weir_is_offline(stage) && !weir_stopping(stage) && !weir_incomplete(stage);
    assert_true(weir_reserve(stage, 1 << 30));
    weir_release(stage, 1 << 30);
    weir_wake(stage);
    assert_null(weir_pass_now(stage));
    return WEIR_OK;
}

static void seen_stop(struct weir_stage *stage)
{
    (void)stage;
    seen.stops++;
}

static const struct weir_plugin seen_plugin = {
    .header = WEIR_HEADER,
    .name = "seen",
    .start = seen_start,
    .stop = seen_stop,
};

static void it_knows_that_there_is_no_run(void **state)
{
    struct flow_fixture *f = fixture(state, &seen_plugin, NULL);
    struct offline *offline = offline_new(&f->plan);

    assert_int_equal(offline_start(offline), WEIR_OK);
    assert_true(seen.offline);
    assert_int_equal(seen.stops, 0);
    offline_free(offline);
    assert_int_equal(seen.starts, 1);
    assert_int_equal(seen.stops, 1);
}

static void what_was_not_started_is_not_stopped(void **state)
{
    struct flow_fixture *f = fixture(state, &seen_plugin, NULL);

    memset(&seen, 0, sizeof(seen));
    offline_free(offline_new(&f->plan));
    offline_free(NULL);
    assert_int_equal(seen.stops, 0);
}

static void the_first_failure_is_told(void **state)
{
    struct kept kept = {.fail_start = true};
    struct weir_plugin plugin = kept_plugin;

    plugin.state_size = sizeof(kept);
    struct flow_fixture *f = fixture(state, &plugin, &kept);
    struct offline *offline = offline_new(&f->plan);

    assert_int_equal(offline_start(offline), WEIR_FAIL);
    (void)weir_fail(offline_stage(offline), WEIR_FAULT_BUG, "E-LATER", "a consequence");
    assert_string_equal(offline_error(offline)->code, "E-KEPT");
    assert_false(offline_is_missing(offline));
    offline_free(offline);
}

static enum weir_status fail_as_missing(struct weir_stage *stage)
{
    return weir_fail(stage, WEIR_FAULT_DESTINATION, "E-STATE-NONE", "no state: it is not there");
}

static enum weir_status fail_silently(struct weir_stage *stage)
{
    (void)stage;
    return WEIR_FAIL;
}

static void what_is_missing_is_known_as_such(void **state)
{
    struct weir_plugin plugin = seen_plugin;

    plugin.start = fail_as_missing;
    struct offline *offline = offline_new(&fixture(state, &plugin, NULL)->plan);

    assert_int_equal(offline_start(offline), WEIR_FAIL);
    assert_true(offline_is_missing(offline));
    offline_free(offline);
}

static void a_plugin_that_says_nothing_is_named(void **state)
{
    struct weir_plugin plugin = seen_plugin;

    plugin.start = fail_silently;
    struct offline *offline = offline_new(&fixture(state, &plugin, NULL)->plan);

    assert_int_equal(offline_start(offline), WEIR_FAIL);
    assert_string_equal(offline_error(offline)->code, "E-PLUGIN");
    offline_free(offline);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(it_has_a_copy_of_the_options, flow_setup),
        cmocka_unit_test_setup(it_knows_that_there_is_no_run, flow_setup),
        cmocka_unit_test_setup(what_was_not_started_is_not_stopped, flow_setup),
        cmocka_unit_test_setup(the_first_failure_is_told, flow_setup),
        cmocka_unit_test_setup(what_is_missing_is_known_as_such, flow_setup),
        cmocka_unit_test_setup(a_plugin_that_says_nothing_is_named, flow_setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
