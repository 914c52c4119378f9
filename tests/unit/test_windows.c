/* Windows: from the mark to the end, in one piece or in many, without a gap and without overlap. */
#include "incremental_checks.h"

#include <inttypes.h>
#include <stdio.h>

static const char now[] = "2024-05-10T10:20:30Z";

static struct weir_windows *open_windows(
    const struct weir_incremental *of, const char *mark, const char *at)
{
    struct weir_error error = {0};
    struct weir_windows *windows = weir_windows_new(of, mark, at, &error);

    if (!windows)
        fail_msg("%s", error.text);
    return windows;
}

static const char *shown(struct weir_str text)
{
    return text.ptr ? text.ptr : "-";
}

/* All windows as "start..end" with "; " between them; behind a ! what the rows are bounded by, where
 * that is something else. */
static void check(
    struct fixture *f, const struct weir_incremental *of, const char *mark, const char *expected)
{
    struct weir_windows *windows = open_windows(of, mark, now);
    struct weir_window w;
    const char *seen = "";
    uint64_t n = 0;
    bool was_last = false;

    while (weir_windows_next(windows, f->arena, &w)) {
        seen = weir_printf(
            f->arena, "%s%s%s..%s", seen, n++ ? "; " : "", shown(w.start), shown(w.end));
        if (!w.to.key.ptr)
            seen = weir_printf(f->arena, "%s!", seen);
        assert_ptr_equal(w.from.text.ptr, w.start.ptr);
        assert_false(was_last);
        was_last = w.is_last;
    }
    assert_string_equal(seen, expected);
    assert_int_equal(n, weir_windows_total(windows));
    assert_true(was_last || n == 0);
    assert_false(weir_windows_next(windows, f->arena, &w));
    weir_windows_free(windows);
}

#define INITIAL "'initial_value': '2024-05-01T00:00:00Z'"

static void without_a_step(void **state)
{
    struct fixture *f = *state;
    const struct weir_incremental *of = options(f, "");

    check(f, of, NULL, "-..2024-05-10T10:20:30Z!");
    check(f, of, "2024-05-02 10:00+02:00", "2024-05-02 10:00+02:00..2024-05-10T10:20:30Z!");
    check(f, of, "2024-05-02T10:00:00.123Z", "2024-05-02T10:00:00.123Z..2024-05-10T10:20:30.000Z!");
    check(f, of, "2034-01-01", "2034-01-01..2024-05-10T10:20:30Z!");
    of = options(f, INITIAL);
    check(f, of, NULL, "2024-05-01T00:00:00Z..2024-05-10T10:20:30Z!");
    of = options(f, INITIAL ", 'end_value': '2024-06-01'");
    check(f, of, NULL, "2024-05-01T00:00:00Z..2024-06-01");
    check(f, of, "2024-05-31T23:59:59Z", "2024-05-31T23:59:59Z..2024-06-01");
    check(f, of, "2024-06-01T00:00:00Z", "");
    check(f, options(f, "'cursor_type': 'date'"), NULL, "-..2024-05-10!");
    check(f, options(f, "'cursor_type': 'epoch'"), "1714558830.5", "1714558830.5..1715336430.0!");
    check(f, options(f, "'cursor_type': 'epoch_ms'"), NULL, "-..1715336430000!");
    check(f, options(f, "'cursor_format': '%d/%m/%Y %H'"), "02/05/2024 10",
        "02/05/2024 10..10/05/2024 10!");
    check(f, options(f, "'cursor_type': 'integer'"), NULL, "-..-!");
    check(f, options(f, "'cursor_type': 'integer'"), "007", "007..-!");
    check(f, options(f, "'cursor_type': 'integer', 'initial_value': '{vars.n}', 'end_value': 9"),
        NULL, "7..9");
    check(f, options(f, "'cursor_type': 'text', 'initial_value': 'b'"), NULL, "b..-!");
    check(f, options(f, "'cursor_type': 'text', 'end_value': 'x'"), "c", "c..x");
}

static void with_a_lag(void **state)
{
    struct fixture *f = *state;
    const struct weir_incremental *of = options(f, "'lag': '1h'");

    check(f, of, NULL, "-..2024-05-10T10:20:30Z!");
    check(f, of, "2024-05-02T10:00:00.120+02:00",
        "2024-05-02T07:00:00.120Z..2024-05-10T10:20:30.000Z!");
    check(f, of, "2024-03-01", "2024-02-29T23:00:00Z..2024-05-10T10:20:30Z!");
    check(f, of, "0000-01-01", "0000-01-01T00:00:00Z..2024-05-10T10:20:30Z!");
    check(f, options(f, "'lag': '500ms'"), "2024-05-02T10:00:00Z",
        "2024-05-02T09:59:59.500Z..2024-05-10T10:20:30.000Z!");
    /* Not before what was wanted first; a mark that is there already stays. */
    of = options(f, INITIAL ", 'lag': '2d'");
    check(f, of, "2024-05-02T00:00:00Z", "2024-05-01T00:00:00Z..2024-05-10T10:20:30Z!");
    check(f, of, "2024-05-04T00:00:00Z", "2024-05-02T00:00:00Z..2024-05-10T10:20:30Z!");
    check(f, of, "2024-04-04T00:00:00Z", "2024-04-04T00:00:00Z..2024-05-10T10:20:30Z!");
    check(f, options(f, "'cursor_type': 'integer', 'lag': '10'"), "3", "-7..-!");
    check(f, options(f, "'cursor_type': 'integer', 'lag': '10'"), "-9223372036854775800",
        "-9223372036854775808..-!");
    check(f, options(f, "'cursor_type': 'date', 'lag': '1d'"), "2024-03-01",
        "2024-02-29..2024-05-10!");
    check(f, options(f, "'cursor_type': 'epoch', 'lag': '1m'"), "30.25", "-29.75..1715336430.00!");
    check(f, options(f, "'cursor_type': 'epoch_ms', 'lag': '50ms'"), "30", "-20..1715336430000!");
    check(f, options(f, "'cursor_format': '%d.%m.%Y %H:%M', 'lag': '90m'"), "01.03.2024 00:30",
        "29.02.2024 23:00..10.05.2024 10:20!");
}

static void with_a_step(void **state)
{
    struct fixture *f = *state;
    const struct weir_incremental *of = options(f, INITIAL ", 'step': '4d'");

    check(f, of, NULL,
        "2024-05-01T00:00:00Z..2024-05-05T00:00:00Z; "
        "2024-05-05T00:00:00Z..2024-05-09T00:00:00Z; 2024-05-09T00:00:00Z..2024-05-10T10:20:30Z");
    check(f, of, "2024-05-05T00:00:00.5+02:00",
        "2024-05-05T00:00:00.5+02:00..2024-05-08T22:00:00.5Z; "
        "2024-05-08T22:00:00.5Z..2024-05-10T10:20:30.0Z");
    check(f, of, "2024-05-10T10:20:30Z", "");
    check(f, of, "2024-05-10T10:20:29Z", "2024-05-10T10:20:29Z..2024-05-10T10:20:30Z");
    of = options(f, "'cursor_type': 'integer', 'initial_value': -3, 'end_value': 7, 'step': 5");
    check(f, of, NULL, "-3..2; 2..7");
    check(f, of, "1", "1..6; 6..7");
    of = options(f, "'cursor_type': 'date', 'initial_value': '{vars.since}', 'step': '60d'");
    check(f, of, NULL, "2024-02-28..2024-04-28; 2024-04-28..2024-05-10");
    of = options(f, "'cursor_format': '%m/%d/%Y', 'initial_value': '05/01/2024', 'step': '7d'");
    check(f, of, NULL, "05/01/2024..05/08/2024; 05/08/2024..05/10/2024");
    of = options(f, "'cursor_type': 'epoch', 'initial_value': '1', 'end_value': '2', "
                    "'step': '400ms'");
    check(f, of, NULL, "1..1.400; 1.400..1.800; 1.800..2");
    of = options(f, INITIAL ", 'step': '4d', 'lag': '1d', 'end_value': '2024-05-06'");
    check(f, of, "2024-05-02T12:00:00Z",
        "2024-05-01T12:00:00Z..2024-05-05T12:00:00Z; 2024-05-05T12:00:00Z..2024-05-06");
}

static void bounds_are_closed_at_the_start(void **state)
{
    struct fixture *f = *state;
    struct weir_windows *windows = open_windows(
        options(f, "'cursor_type': 'integer', 'initial_value': 0, 'end_value': 10, 'step': 5"),
        NULL, now);
    struct weir_window w;

    assert_true(weir_windows_next(windows, f->arena, &w));
    assert_string_equal(w.from.key.ptr, "1000000000000000000000");
    assert_string_equal(w.to.key.ptr, "1000000000000000000005");
    assert_string_equal(w.initial.ptr, "0");
    weir_windows_free(windows);
}

static void errors(void **state)
{
    struct fixture *f = *state;
    struct weir_error error = {0};

    assert_null(weir_windows_new(options(f, ""), "17", now, &error));
    assert_string_equal(error.code, "E-CURSOR");
    assert_string_equal(
        error.text, "'17' (text) is not a time in ISO 8601, such as 2024-05-01T10:00:00Z");
    error = (struct weir_error){0};
    assert_null(weir_windows_new(options(f, INITIAL ", 'step': '500ms'"), NULL, now, &error));
    assert_string_equal(error.code, "E-LIMIT");
    assert_string_equal(error.text,
        "the range from 2024-05-01T00:00:00Z to 2024-05-10T10:20:30.000Z has more than 1000000 "
        "windows; make 'step' larger");
    error = (struct weir_error){0};
    assert_null(weir_windows_new(options(f, ""), NULL, "today", &error));
    assert_string_equal(error.code, "E-BUG");
    weir_windows_free(NULL);
}

static void ids(void **state)
{
    const struct weir_id eu = weir_id_of(weir_str("eu"));
    const struct weir_id us = weir_id_of(weir_str("us"));
    struct fixture *f = *state;
    struct weir_windows *whole = open_windows(options(f, ""), NULL, now);
    struct weir_windows *steps = open_windows(options(f, INITIAL ", 'step': '4d'"), NULL, now);
    struct weir_windows *again =
        open_windows(options(f, INITIAL ", 'step': '4d'"), "2024-05-01T02:00:00+02:00", now);
    struct weir_id seen[6];
    struct weir_window w;

    assert_true(weir_windows_next(whole, f->arena, &w));
    seen[0] = weir_window_id(whole, &w, eu);
    assert_memory_equal(&seen[0], &eu, sizeof(eu));
    for (size_t i = 0; i < 3; i++) {
        struct weir_window other;
        struct weir_id id;

        assert_true(weir_windows_next(steps, f->arena, &w));
        assert_true(weir_windows_next(again, f->arena, &other));
        seen[2 * i] = weir_window_id(steps, &w, eu);
        seen[2 * i + 1] = weir_window_id(steps, &w, us);
        id = weir_window_id(again, &other, eu);
        assert_memory_equal(&id, &seen[2 * i], sizeof(id));
    }
    for (size_t i = 0; i < 6; i++)
        for (size_t j = 0; j < i; j++)
            assert_memory_not_equal(&seen[i], &seen[j], sizeof(seen[i]));
    weir_windows_free(whole);
    weir_windows_free(steps);
    weir_windows_free(again);
}

static void check_lookup(struct weir_window *w, const char *name, const char *expected)
{
    struct weir_value value;
    bool found = weir_window_lookup(w, WEIR_ROOT_INCREMENTAL, weir_str(name), &value);

    assert_int_equal(found, expected != NULL);
    if (found) {
        assert_int_equal(value.kind, WEIR_TEXT);
        assert_true(weir_str_is(weir_value_str(&value), expected));
    }
    assert_false(weir_window_lookup(w, WEIR_ROOT_PARTITION, weir_str(name), &value));
    assert_false(weir_window_lookup(NULL, WEIR_ROOT_INCREMENTAL, weir_str(name), &value));
}

static void values_are_looked_up(void **state)
{
    struct fixture *f = *state;
    struct weir_windows *windows = open_windows(options(f, INITIAL), "2024-05-03", now);
    struct weir_window w;

    assert_true(weir_windows_next(windows, f->arena, &w));
    check_lookup(&w, "start_value", "2024-05-03");
    check_lookup(&w, "end_value", "2024-05-10T10:20:30Z");
    check_lookup(&w, "initial_value", "2024-05-01T00:00:00Z");
    check_lookup(&w, "value", NULL);
    weir_windows_free(windows);
    windows = open_windows(options(f, "'cursor_type': 'integer'"), NULL, now);
    assert_true(weir_windows_next(windows, f->arena, &w));
    check_lookup(&w, "start_value", NULL);
    check_lookup(&w, "end_value", NULL);
    check_lookup(&w, "initial_value", NULL);
    weir_windows_free(windows);
}

/* The borders are all there is between the start and the end: each window begins where the one
 * before it ended, with the same text, and every text reads as the border that it is. */
static void check_cover(struct fixture *f, const struct weir_incremental *of, const char *mark)
{
    struct weir_windows *windows = open_windows(of, mark, now);
    struct weir_windows *whole;
    struct weir_incremental no_step = *of;
    struct weir_window w, all;
    struct weir_error error = {0};
    struct weir_mark last = {0};

    no_step.step = NULL;
    whole = open_windows(&no_step, mark, now);
    if (!weir_windows_next(whole, f->arena, &all)) {
        assert_int_equal(weir_windows_total(windows), 0);
        weir_windows_free(windows);
        weir_windows_free(whole);
        return;
    }
    while (weir_windows_next(windows, f->arena, &w)) {
        const struct weir_value text = weir_text(WEIR_TEXT, w.end);
        struct weir_mark read;

        if (!last.key.ptr)
            assert_string_equal(w.from.key.ptr, all.from.key.ptr);
        else
            assert_string_equal(w.start.ptr, last.text.ptr);
        assert_int_equal(weir_mark_read(of, &text, f->arena, &read, &error), WEIR_OK);
        assert_string_equal(read.key.ptr, w.to.key.ptr);
        assert_true(weir_mark_compare(&w.from, &w.to) < 0);
        last = w.to;
    }
    if (last.key.ptr) {
        const struct weir_value text = weir_text(WEIR_TEXT, all.end);
        struct weir_mark end;

        assert_int_equal(weir_mark_read(of, &text, f->arena, &end, &error), WEIR_OK);
        assert_string_equal(last.key.ptr, end.key.ptr);
    }
    weir_windows_free(windows);
    weir_windows_free(whole);
}

static void windows_cover_the_range(void **state)
{
    static const char *const forms[] = {"'cursor_type': 'datetime', ", "'cursor_type': 'epoch', ",
        "'cursor_type': 'epoch_ms', ", "'cursor_format': '%d.%m.%Y %T.%f%z', "};
    struct fixture *f = *state;
    uint64_t seed = 7;

    for (int i = 0; i < 400; i++) {
        const char *form = forms[i % 4];
        const struct weir_incremental *bare =
            options(f, weir_printf(f->arena, "%s'lag': '1h'", form));
        struct weir_value value = {.kind = WEIR_TIMESTAMP};
        struct weir_mark initial;
        struct weir_mark mark;
        struct weir_error error = {0};
        uint64_t step = 1 + next_random(&seed) % 90000000;

        value.integer = 1715000000000000 + (int64_t)(next_random(&seed) % 200000000000);
        if (i % 2)
            value.integer -= value.integer % 1000000;
        assert_int_equal(weir_mark_read(bare, &value, f->arena, &initial, &error), WEIR_OK);
        value.integer += (int64_t)(next_random(&seed) % 200000000000);
        assert_int_equal(weir_mark_read(bare, &value, f->arena, &mark, &error), WEIR_OK);
        if (step < 2000)
            step += 2000;
        bare = options(
            f, weir_printf(f->arena,
                   "%s'lag': '%" PRIu64 "ms', 'initial_value': '%s', 'step': '%" PRIu64 "ms'", form,
                   1 + step / 3, initial.text.ptr, step));
        check_cover(f, bare, i % 5 ? mark.text.ptr : NULL);
    }
}

static void integer_windows_cover_the_range(void **state)
{
    struct fixture *f = *state;
    uint64_t seed = 8;

    for (int i = 0; i < 400; i++) {
        uint64_t step = 1 + next_random(&seed) % 1000;
        int64_t from = (int64_t)next_random(&seed) >> (next_random(&seed) % 63);
        int64_t length = 1 + (int64_t)(next_random(&seed) % (step * 50));
        int64_t to = from > INT64_MAX - length ? INT64_MAX : from + length;

        if (to <= from)
            continue;
        check_cover(f,
            options(f, weir_printf(f->arena,
                           "'cursor_type': 'integer', 'initial_value': %" PRId64
                           ", 'end_value': %" PRId64 ", 'step': %" PRIu64,
                           from, to, step)),
            i % 2 ? NULL : weir_printf(f->arena, "%" PRId64, from + length / 3));
    }
}

static void a_copy_outlives_what_it_was_made_of(void **state)
{
    struct fixture *f = *state;
    const struct weir_incremental *of = options(f, "'cursor_type': 'text', 'initial_value': 'b'");
    struct weir_windows *windows = open_windows(of, "c", now);
    struct weir_arena *arena = weir_arena_new();
    const struct weir_window *copy;
    struct weir_window window;

    assert_null(weir_window_copy(f->arena, NULL));
    assert_true(weir_windows_next(windows, arena, &window));
    copy = weir_window_copy(f->arena, &window);
    /* Under a sanitizer a text that was not copied is found out here. */
    weir_arena_free(arena);
    weir_windows_free(windows);
    assert_string_equal(copy->start.ptr, "c");
    assert_string_equal(copy->initial.ptr, "b");
    assert_string_equal(copy->from.text.ptr, "c");
    assert_string_equal(copy->from.key.ptr, "63");
    assert_ptr_equal(copy->from.point.text.ptr, copy->from.text.ptr);
    assert_null(copy->end.ptr);
    assert_null(copy->to.key.ptr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(without_a_step, setup, teardown),
        cmocka_unit_test_setup_teardown(with_a_lag, setup, teardown),
        cmocka_unit_test_setup_teardown(with_a_step, setup, teardown),
        cmocka_unit_test_setup_teardown(bounds_are_closed_at_the_start, setup, teardown),
        cmocka_unit_test_setup_teardown(errors, setup, teardown),
        cmocka_unit_test_setup_teardown(ids, setup, teardown),
        cmocka_unit_test_setup_teardown(values_are_looked_up, setup, teardown),
        cmocka_unit_test_setup_teardown(a_copy_outlives_what_it_was_made_of, setup, teardown),
        cmocka_unit_test_setup_teardown(windows_cover_the_range, setup, teardown),
        cmocka_unit_test_setup_teardown(integer_windows_cover_the_range, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
