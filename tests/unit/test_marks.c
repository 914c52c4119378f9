/* The marks that earlier passes left: kept by resource and series, and refused when they are of
 * another cursor. */
#include "incremental_checks.h"

#include "state/marks.h"

struct bench {
    struct weir_resource resources[3];
    struct plan plan;
    struct marks *marks;
    struct weir_arena *arena;
};

/* "all" is not incremental, "appended" and "merged" are, by integers. */
static void open_bench(struct bench *b, struct fixture *f)
{
    const struct weir_incremental *integers = options(f, "'cursor_type': 'integer'");

    *b = (struct bench){
        .resources =
            {
                {.name = "all"},
                {.name = "appended", .incremental = integers},
                {.name = "merged", .incremental = integers, .disposition = WEIR_MERGE},
            },
        .plan = {.n_resources = 3},
    };
    b->arena = f->arena;
    b->plan.resources = b->resources;
    b->marks = marks_new(&b->plan);
}

static enum weir_status add(
    struct bench *b, const char *resource, struct weir_id series, const char *text, const char *key)
{
    const char ties[] = "zzzzzzzzzzzzzzzzaaaaaaaaaaaaaaaa";
    struct weir_marked marked = {resource, series, text, key, {ties, 32}};
    struct weir_error error = {0};
    enum weir_status status = marks_add(b->marks, &marked, &error);

    assert_int_equal(weir_error_is_set(&error), status != WEIR_OK);
    if (status == WEIR_OK)
        return status;
    assert_string_equal(error.code, "E-STATE-MARK");
    assert_int_equal(error.fault, WEIR_FAULT_USAGE);
    assert_string_equal(error.text,
        weir_printf(b->arena,
            "resource '%s': the mark that earlier runs left, '%s', is of another cursor; undo the "
            "change of 'incremental', or forget the mark with 'weir state FILE reset --resource "
            "%s'",
            resource, text, resource));
    return status;
}

static struct weir_id id_of(size_t i)
{
    return weir_id_of((struct weir_str){(const char *)&i, sizeof(i)});
}

static void marks_are_found_by_their_series(void **state)
{
    struct bench b;
    struct marks_old old;
    struct weir_id series = id_of(1);

    open_bench(&b, *state);
    assert_int_equal(add(&b, "appended", series, "007", "at:1000000000000000000007"), WEIR_OK);
    assert_int_equal(add(&b, "merged", series, "8", "at:1000000000000000000008"), WEIR_OK);
    assert_true(marks_find(b.marks, 1, &series, &old));
    assert_string_equal(old.text, "007");
    assert_int_equal(old.n_ties, 2);
    assert_memory_equal(old.ties, "aaaaaaaaaaaaaaaazzzzzzzzzzzzzzzz", 32);
    assert_true(marks_find(b.marks, 2, &series, &old));
    assert_string_equal(old.text, "8");
    assert_int_equal(old.n_ties, 0);
    assert_false(marks_find(b.marks, 0, &series, &old));
    series = id_of(2);
    assert_false(marks_find(b.marks, 1, &series, &old));
    marks_free(b.marks);
    marks_free(NULL);
}

static void what_has_no_cursor_today_is_passed_over(void **state)
{
    struct bench b;
    struct marks_old old;
    struct weir_id series = id_of(1);

    open_bench(&b, *state);
    assert_int_equal(add(&b, "gone", series, "x", "y"), WEIR_OK);
    assert_int_equal(add(&b, "all", series, "x", "y"), WEIR_OK);
    assert_false(marks_find(b.marks, 0, &series, &old));
    marks_free(b.marks);
}

static void marks_of_another_cursor_are_refused(void **state)
{
    struct bench b;

    open_bench(&b, *state);
    assert_int_equal(
        add(&b, "appended", id_of(1), "2024-01-01", "at:1001704067200000000000"), WEIR_FAIL);
    assert_int_equal(add(&b, "appended", id_of(1), "7", "to:1000000000000000000007"), WEIR_FAIL);
    /* It was a number of milliseconds. */
    assert_int_equal(add(&b, "appended", id_of(1), "7", "at:1000000000000007000000"), WEIR_FAIL);
    marks_free(b.marks);
}

static void many_series(void **state)
{
    struct fixture *f = *state;
    struct bench b;
    struct marks_old old;

    open_bench(&b, f);
    for (size_t i = 0; i < 5000; i++)
        assert_int_equal(
            add(&b, i % 2 ? "appended" : "merged", id_of(i), weir_printf(f->arena, "%zu", i),
                weir_printf(f->arena, "at:1%021zu", i)),
            WEIR_OK);
    for (size_t i = 0; i < 5000; i++) {
        struct weir_id series = id_of(i);

        assert_true(marks_find(b.marks, i % 2 ? 1 : 2, &series, &old));
        assert_string_equal(old.text, weir_printf(f->arena, "%zu", i));
        assert_false(marks_find(b.marks, i % 2 ? 2 : 1, &series, &old));
    }
    marks_free(b.marks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(marks_are_found_by_their_series, setup, teardown),
        cmocka_unit_test_setup_teardown(what_has_no_cursor_today_is_passed_over, setup, teardown),
        cmocka_unit_test_setup_teardown(marks_of_another_cursor_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(many_series, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
