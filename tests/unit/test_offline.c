/* A loader without a run: its own options, its own errors, one life. */
#include "output_checks.h"
#include "patient_checks.h"

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

/* --- on the loop -------------------------------------------------------------------------- */

static struct offline *offline_patient(struct patient_fixture *p)
{
    put_stage(p->flow, &p->flow->plan.load, "load", &p->load, &p->patient);
    stats_init(&p->flow->stats, 1);
    return offline_new(&p->flow->plan);
}

static void add_up(void *arg, const char *resource, const char *code, uint64_t n)
{
    (void)resource;
    (void)code;
    *(uint64_t *)arg += n;
}

static void add_id(void *arg, const struct weir_dead_letter *letter)
{
    *(int64_t *)arg += letter->id;
}

static void callbacks_are_waited_for(void **state)
{
    struct patient_fixture *p = *state;
    struct offline *offline;
    const struct patient *copy;
    uint64_t n = 0;
    int64_t ids = 0;
    const struct weir_showing showing = {.dead_letters = add_up, .arg = &n};

    p->patient.wait = 1;
    offline = offline_patient(p);
    copy = offline_stage(offline)->state;
    assert_int_equal(offline_start(offline), WEIR_OK);
    assert_int_equal(copy->starts, 1);
    assert_int_equal(offline_show(offline, "test", &showing), WEIR_OK);
    assert_int_equal(n, 3);
    assert_int_equal(offline_dead_letters(offline, "test", 1, 100, add_id, &ids), WEIR_OK);
    assert_int_equal(ids, 2 + 3);
    assert_int_equal(offline_reset(offline, "test", "first"), WEIR_OK);
    assert_int_equal(copy->patience.waits, 4);
    assert_int_equal(copy->patience.mistakes, 0);
    assert_int_equal(p->patient.starts, 0);
    offline_free(offline);
}

static void a_callback_that_waited_may_fail(void **state)
{
    struct patient_fixture *p = *state;
    struct offline *offline;

    p->patient.fail_in = "reset";
    offline = offline_patient(p);
    assert_int_equal(offline_start(offline), WEIR_OK);
    assert_int_equal(offline_reset(offline, "test", NULL), WEIR_FAIL);
    assert_string_equal(offline_error(offline)->code, "E-PATIENT");
    offline_free(offline);
}

/* Woken by a thread of its own, while nothing else happens on the loop. */
struct helped {
    uv_thread_t thread;
    bool has_thread;
    atomic_bool is_ready;
};

static void help(void *arg)
{
    struct weir_stage *stage = arg;
    struct helped *helped = stage->state;

    sleep_ms(10);
    atomic_store(&helped->is_ready, true);
    weir_wake(stage);
}

static enum weir_status helped_start(struct weir_stage *stage)
{
    struct helped *helped = stage->state;

    if (!helped->has_thread)
        helped->has_thread = uv_thread_create(&helped->thread, help, stage) == 0;
    return atomic_load(&helped->is_ready) ? WEIR_OK : WEIR_AGAIN;
}

static void helped_stop(struct weir_stage *stage)
{
    struct helped *helped = stage->state;

    uv_thread_join(&helped->thread);
}

static void any_thread_may_wake_it(void **state)
{
    struct helped helped = {0};
    struct weir_plugin plugin = {.header = WEIR_HEADER,
        .name = "helped",
        .threading = WEIR_ON_LOOP,
        .state_size = sizeof(helped),
        .start = helped_start,
        .stop = helped_stop};
    struct offline *offline = offline_new(&fixture(state, &plugin, &helped)->plan);

    assert_int_equal(offline_start(offline), WEIR_OK);
    offline_free(offline);
}

static enum weir_status leave_a_handle(struct weir_stage *stage)
{
    uv_timer_t *timer = weir_new(stage->arena, uv_timer_t);

    return uv_timer_init(weir_loop(stage), timer) == 0 ? WEIR_OK : WEIR_FAIL;
}

static void a_handle_left_open_harms_nothing(void **state)
{
    static struct capture errors;
    struct weir_plugin plugin = seen_plugin;
    struct offline *offline;

    plugin.threading = WEIR_ON_LOOP;
    plugin.start = leave_a_handle;
    offline = offline_new(&fixture(state, &plugin, NULL)->plan);
    assert_int_equal(offline_start(offline), WEIR_OK);
    capture_begin(&errors, stderr);
    offline_free(offline);
    check_contains(capture_end(&errors), "left handles open");
}

static enum weir_status wait_for_ever(struct weir_stage *stage)
{
    (void)stage;
    return WEIR_AGAIN;
}

static void on_a_thread_nobody_waits(void **state)
{
    struct weir_plugin plugin = seen_plugin;
    struct offline *offline;

    plugin.start = wait_for_ever;
    offline = offline_new(&fixture(state, &plugin, NULL)->plan);
    assert_int_equal(offline_start(offline), WEIR_FAIL);
    assert_string_equal(offline_error(offline)->code, "E-PLUGIN");
    check_contains(offline_error(offline)->text, "WEIR_ON_LOOP");
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
        PATIENT(callbacks_are_waited_for),
        PATIENT(a_callback_that_waited_may_fail),
        cmocka_unit_test_setup(any_thread_may_wake_it, flow_setup),
        cmocka_unit_test_setup(a_handle_left_open_harms_nothing, flow_setup),
        cmocka_unit_test_setup(on_a_thread_nobody_waits, flow_setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
