/* What a store tells, as people read it. */
#include "output_checks.h"

#include "command/state_view.h"

static struct capture output;
static struct weir_strs all;

static int setup(void **state)
{
    *state = state_view_new(&all);
    return 0;
}

static int teardown(void **state)
{
    state_view_free(*state);
    return 0;
}

static const char *print(const struct state_view *view)
{
    capture_begin(&output, stdout);
    state_view_print(view, "places", stdout);
    return capture_end(&output);
}

static void tell_pass(struct state_view *view, enum weir_pass_status status)
{
    struct weir_generation generations[] = {
        {.name = "countries", .mode = "append", .done = true, .rows = 250},
        {.name = "airports", .mode = "append", .rows = 4100},
        {.name = "quakes", .mode = "append"},
    };
    const struct weir_pass pass = {
        .id = 7,
        .started_at = "2026-11-21T13:00:00Z",
        .status = status,
        .generations = generations,
        .n_generations = 3,
    };
    const struct weir_showing *showing = state_view_showing(view);

    showing->pass(showing->arg, &pass);
}

static void tell_mark(struct state_view *view, const char *resource, const char *text)
{
    const struct weir_marked mark = {.resource = resource, .text = text, .key = ""};
    const struct weir_showing *showing = state_view_showing(view);

    showing->mark(showing->arg, &mark);
}

static void tell_run(
    struct state_view *view, const char *finished_at, int code, const char *summary)
{
    const struct weir_run run = {.pipeline = "places", .started_at = "2026-11-21T13:00:00Z"};
    const struct weir_showing *showing = state_view_showing(view);

    showing->run(showing->arg, &run, finished_at, code, summary);
}

static void nothing_is_no_state(void **state)
{
    assert_true(state_view_is_empty(*state));
    assert_string_equal(print(*state), "places: no state\n");
}

static void an_open_pass_says_how_far_it_is(void **state)
{
    const struct weir_showing *showing = state_view_showing(*state);

    tell_pass(*state, WEIR_PASS_OPEN);
    showing->progress(showing->arg, "airports", 10, 3, 41);
    assert_string_equal(print(*state),
        "places: a pass is open; the next run goes on with it\n"
        "open pass, begun at 2026-11-21T13:00:00Z\n"
        "  countries  done                                 250 rows\n"
        "  airports   3 of 10 begun chains done, 41 units  4,100 rows\n"
        "  quakes     not begun                            0 rows\n");
}

static void a_pass_that_is_done_is_not_shown(void **state)
{
    tell_pass(*state, WEIR_PASS_DONE);
    tell_run(*state, "2026-11-21T13:00:00Z", 0, "{}");
    check_lacks(print(*state), "countries");
    check_contains(output.text, "places: no pass is open\n");
}

static void marks_of_one_series_stand_alone(void **state)
{
    tell_mark(*state, "quakes", "2026-11-20T10:00:00Z");
    for (int i = 0; i < 1200; i++)
        tell_mark(*state, "orders", i < 2 ? "17" : "18");
    assert_string_equal(print(*state), "places: no pass is open\n"
                                       "marks\n"
                                       "  quakes  2026-11-20T10:00:00Z\n"
                                       "  orders  1,200 series: 17, 17, 18, ...\n");
}

static void notes_are_counted(void **state)
{
    const struct weir_showing *showing = state_view_showing(*state);

    showing->notes(showing->arg, "quakes", 1);
    showing->notes(showing->arg, "orders", 1200);
    assert_string_equal(print(*state), "places: no pass is open\n"
                                       "notes of what need not be sent again\n"
                                       "  quakes  1 unit\n"
                                       "  orders  1,200 units\n");
}

static void gaps_say_why_and_since_when(void **state)
{
    const struct weir_showing *showing = state_view_showing(*state);
    const struct weir_gap gaps[] = {
        {.label = "country=AT, page 3",
            .code = "E-HTTP-STATUS",
            .reason = "the server answered 500",
            .at = "2026-11-21T13:00:12Z"},
        {.number = 4, .code = "E-JSON", .reason = "cut short", .at = "2026-11-21T13:00:13Z"},
    };

    for (int i = 0; i < 30; i++)
        showing->gap(showing->arg, "airports", &gaps[i > 0]);
    print(*state);
    check_contains(output.text,
        "gaps\n"
        "  airports  country=AT, page 3  2026-11-21T13:00:12Z  E-HTTP-STATUS  the server answered "
        "500\n"
        "  airports  unit 4              2026-11-21T13:00:13Z  E-JSON         cut short\n");
    check_contains(output.text, "  and 10 more\n");
}

static void rows_set_aside_are_counted_by_reason(void **state)
{
    const struct weir_showing *showing = state_view_showing(*state);

    showing->dead_letters(showing->arg, "airports", "E-TYPE", 1200);
    showing->dead_letters(showing->arg, "airports", "E-NULL-KEY", 1);
    assert_string_equal(print(*state), "places: no pass is open\n"
                                       "rows set aside\n"
                                       "  airports  E-TYPE      1,200 rows\n"
                                       "  airports  E-NULL-KEY  1 row\n");
}

static void runs_say_how_they_ended(void **state)
{
    tell_run(*state, NULL, 0, NULL);
    tell_run(*state, "2026-11-21T13:00:12Z", 9,
        "{\"outcome\":\"open\",\"rows\":4100,\"gaps\":2,\"dead_letters\":1}");
    tell_run(*state, "2026-11-21T13:04:05Z", 0, "{\"rows\":1,\"gaps\":0,\"dead_letters\":0}");
    tell_run(*state, "broken", 5, "broken");
    assert_string_equal(print(*state),
        "places: no pass is open\n"
        "last runs\n"
        "  2026-11-21T13:00:00Z  ended early, or still runs\n"
        "  2026-11-21T13:00:00Z  took 12 s        exit 9  4,100 rows, 2 gaps, 1 row set "
        "aside\n"
        "  2026-11-21T13:00:00Z  took 4 min 05 s  exit 0  1 row\n"
        "  2026-11-21T13:00:00Z  took ?           exit 5\n");
}

static void only_what_is_asked_for_is_shown(void **state)
{
    static const char *const names[] = {"airports"};
    static const struct weir_strs only = {names, 1};
    struct state_view *view = state_view_new(&only);

    (void)state;
    tell_pass(view, WEIR_PASS_OPEN);
    tell_mark(view, "quakes", "17");
    tell_mark(view, "airports", "18");
    assert_true(state_view_has(view, "airports"));
    assert_false(state_view_has(view, "quakes"));
    print(view);
    state_view_free(view);
    check_contains(output.text, "airports");
    check_lacks(output.text, "quakes");
    check_lacks(output.text, "countries");
}

static void a_reset_forgets_neither_letters_nor_runs(void **state)
{
    const struct weir_showing *showing = state_view_showing(*state);
    bool some;

    showing->dead_letters(showing->arg, "airports", "E-TYPE", 3);
    tell_run(*state, NULL, 0, NULL);
    capture_begin(&output, stdout);
    some = state_view_print_forgotten(*state, stdout);
    capture_end(&output);
    assert_false(some);
    assert_string_equal(output.text, "");
    tell_mark(*state, "airports", "18");
    capture_begin(&output, stdout);
    some = state_view_print_forgotten(*state, stdout);
    capture_end(&output);
    assert_true(some);
    assert_string_equal(output.text, "marks\n  airports  18\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_is_no_state, setup, teardown),
        cmocka_unit_test_setup_teardown(an_open_pass_says_how_far_it_is, setup, teardown),
        cmocka_unit_test_setup_teardown(a_pass_that_is_done_is_not_shown, setup, teardown),
        cmocka_unit_test_setup_teardown(marks_of_one_series_stand_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(notes_are_counted, setup, teardown),
        cmocka_unit_test_setup_teardown(gaps_say_why_and_since_when, setup, teardown),
        cmocka_unit_test_setup_teardown(rows_set_aside_are_counted_by_reason, setup, teardown),
        cmocka_unit_test_setup_teardown(runs_say_how_they_ended, setup, teardown),
        cmocka_unit_test(only_what_is_asked_for_is_shown),
        cmocka_unit_test_setup_teardown(a_reset_forgets_neither_letters_nor_runs, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
