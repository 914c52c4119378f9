/* The options of incremental reading: what is refused, and where. */
#include "incremental_checks.h"

static void check_bad(struct fixture *f, const char *more, const char *code, const char *says)
{
    (void)parse(f, weir_printf(f->arena, "{'cursor_path': 'at', %s}", more));
    check_mistake(&f->mistakes, 0, code, says);
    assert_int_equal(f->mistakes.n, 1);
}

static void defaults(void **state)
{
    struct fixture *f = *state;
    const struct weir_incremental *of = options(f, "");

    assert_string_equal(weir_path_text(of->cursor_path), "at");
    assert_int_equal(of->cursor_type, WEIR_CURSOR_DATETIME);
    assert_null(of->cursor_format);
    assert_null(of->initial_value);
    assert_null(of->end_value);
    assert_null(of->lag);
    assert_null(of->step);
    assert_int_equal(of->row_order, WEIR_ORDER_NONE);
    assert_int_equal(of->on_cursor_value_missing, WEIR_MISSING_FAIL);
}

static void paths(void **state)
{
    struct fixture *f = *state;

    (void)parse(f, "{}");
    check_mistake(&f->mistakes, 0, "E-REQUIRED", "'cursor_path' is required");
    (void)parse(f, "{'cursor_path': 'a[*].b'}");
    check_mistake(&f->mistakes, 0, "E-VALUE",
        "'a[*].b' names many values where one is needed; use an index instead of [*]");
    (void)parse(f, "{'cursor_path': '$'}");
    check_mistake(&f->mistakes, 0, "E-VALUE",
        "'$' is in no column; 'cursor_path' begins with the name of one, as in updated_at or "
        "meta.updated_at");
    (void)parse(f, "{'cursor_path': '$.a.b[0]'}");
    check_none(&f->mistakes);
}

static void formats(void **state)
{
    struct fixture *f = *state;

    check_bad(f, "'cursor_format': '%Y-%m-%d %Q'", "E-VALUE",
        "'cursor_format' has '%Q', which is not known; known are %Y %y %m %d %e %b %B %a %A %H %I "
        "%p %M %S %f %z %s %F %T %R %D %%");
    assert_int_equal(f->mistakes.items[0].column, 50);
    check_bad(f, "'cursor_format': '%F %'", "E-VALUE",
        "'cursor_format' has '%', which is not known; known are %Y %y %m %d %e %b %B %a %A %H %I "
        "%p %M %S %f %z %s %F %T %R %D %%");
    check_bad(f, "'cursor_format': '%H:%M %d %m'", "E-VALUE",
        "'cursor_format': it needs a whole day: %Y, %m and %d, or %s");
    check_bad(f, "'cursor_type': 'date', 'cursor_format': '%F %T'", "E-VALUE",
        "'cursor_format': it has a time; set 'cursor_type: datetime'");
    check_bad(f, "'cursor_type': 'epoch', 'cursor_format': '%F'", "E-VALUE",
        "'cursor_format': it is for 'cursor_type: datetime' and 'cursor_type: date'");
}

static void values(void **state)
{
    struct fixture *f = *state;

    check_bad(f, "'initial_value': 'soon'", "E-VALUE",
        "'initial_value': 'soon' (text) is not a time in ISO 8601, such as 2024-05-01T10:00:00Z");
    check_bad(f, "'cursor_type': 'integer', 'end_value': '{vars.since}'", "E-VALUE",
        "'end_value': '2024-02-28' (text) is not a whole number of 64 bits");
    check_bad(f, "'end_value': '{run.started_at}'", "E-VALUE",
        "'end_value' may use {vars.x} alone: a pass that goes on in a later run must ask as it "
        "began");
    check_bad(f, "'initial_value': '2024-05-01', 'end_value': '2024-05-01T02:00:00+02:00'",
        "E-VALUE",
        "the range is empty: 'initial_value' is 2024-05-01, 'end_value' is "
        "2024-05-01T02:00:00+02:00");
    (void)parse(f, "{'cursor_path': 'at', 'initial_value': '{partition.x}'}");
    assert_int_equal(f->mistakes.n, 1);
    assert_string_equal(f->mistakes.items[0].code, "E-TEMPLATE");
}

static void distances(void **state)
{
    struct fixture *f = *state;

    check_bad(
        f, "'lag': 'long'", "E-VALUE", "'lag' needs a duration, such as 1h or 30d, got 'long'");
    check_bad(f, "'lag': '0s'", "E-VALUE", "'lag' needs a duration, such as 1h or 30d, got '0s'");
    check_bad(f, "'cursor_type': 'integer', 'lag': '1h'", "E-VALUE",
        "'lag' needs a whole number of at least 1, got '1h'");
    check_bad(f, "'cursor_type': 'integer', 'lag': '-1'", "E-VALUE",
        "'lag' needs a whole number of at least 1, got '-1'");
    check_bad(f, "'cursor_type': 'date', 'lag': '36h'", "E-VALUE",
        "'lag' needs whole days, such as 7d, got '36h'");
    check_bad(f, "'cursor_type': 'text', 'lag': '1'", "E-VALUE",
        "'lag' has no meaning for 'cursor_type: text', as texts cannot be reckoned with");
    check_bad(f, "'cursor_format': '%d.%m.%Y %H', 'lag': '30m'", "E-VALUE",
        "'lag' is finer than 'cursor_format: %d.%m.%Y %H' can say; lengthen the one or the other");
    check_bad(f, "'step': '1d'", "E-REQUIRED",
        "'step' needs 'initial_value': what has no beginning cannot be cut into windows");
    check_bad(f, "'cursor_type': 'integer', 'initial_value': 1, 'step': 5", "E-REQUIRED",
        "'step' needs 'end_value' for integers: there is no 'now' among them");
    check_bad(f, "'cursor_type': 'integer', 'initial_value': 0, 'end_value': 2000002, 'step': 2",
        "E-LIMIT", "'step' cuts the range into more than 1000000 windows; make it larger");
    (void)options(
        f, "'cursor_type': 'integer', 'initial_value': 0, 'end_value': 2000000, 'step': 2");
    (void)options(f, "'cursor_type': 'date', 'lag': '48h'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(defaults, setup, teardown),
        cmocka_unit_test_setup_teardown(paths, setup, teardown),
        cmocka_unit_test_setup_teardown(formats, setup, teardown),
        cmocka_unit_test_setup_teardown(values, setup, teardown),
        cmocka_unit_test_setup_teardown(distances, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
