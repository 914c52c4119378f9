/* Rows that are set aside: marked, told, taken out. */
#include "batch_checks.h"

static void a_row_is_set_aside_once(void **state)
{
    struct weir_batch *batch = batch_of_ids(1, 3);
    char column[] = "price";
    struct weir_error error = {0};

    (void)state;
    assert_false(weir_batch_is_rejected(batch, 1));
    (void)weir_error_set(&error, WEIR_FAULT_DATA, "E-FIRST", "why");
    weir_batch_reject(batch, 1, column, &error);
    column[0] = 'x';
    error.text[0] = 'x';
    set_aside(batch, 1, "E-SECOND");
    assert_int_equal(batch->n_rejects, 1);
    assert_int_equal(batch->n_rows, 3);
    assert_true(weir_batch_is_rejected(batch, 1));
    assert_false(weir_batch_is_rejected(batch, 0));
    assert_string_equal(batch->rejects->column, "price");
    assert_string_equal(batch->rejects->error.code, "E-FIRST");
    assert_string_equal(batch->rejects->error.text, "why");
    weir_batch_reject(batch, 2, NULL, &error);
    assert_null(batch->rejects->column);
    weir_batch_free(batch);
}

static void what_is_set_aside_is_dropped_at_once(void **state)
{
    struct weir_batch *batch = batch_of_ids(3, 2);

    (void)state;
    weir_batch_drop_rejected(batch);
    check_batch_ids(batch, "0 1 |2 3 |4 5 |");
    set_aside(batch, 5, "E-ROW");
    set_aside(batch, 2, "E-ROW");
    set_aside(batch, 3, "E-ROW");
    weir_batch_drop_rejected(batch);
    check_batch_ids(batch, "0 1 ||4 |");
    assert_int_equal(batch->n_rejects, 3);
    for (size_t r = 0; r < 3; r++)
        assert_false(weir_batch_is_rejected(batch, r));
    weir_batch_drop_rejected(batch);
    check_batch_ids(batch, "0 1 ||4 |");
    weir_batch_free(batch);
}

static void marks_move_with_their_rows(void **state)
{
    struct weir_batch *batch = batch_of_ids(2, 3);

    (void)state;
    set_aside(batch, 3, "E-ROW");
    set_aside(batch, 5, "E-ROW");
    keep_only(batch, "100101");
    assert_false(weir_batch_is_rejected(batch, 0));
    assert_true(weir_batch_is_rejected(batch, 1));
    assert_true(weir_batch_is_rejected(batch, 2));
    weir_batch_drop_rejected(batch);
    check_batch_ids(batch, "0 ||");
    assert_int_equal(batch->n_rejects, 2);
    weir_batch_free(batch);
}

/* More than the batch has room for: the marks grow with it. */
static void added_rows_are_not_set_aside(void **state)
{
    struct weir_batch *batch = batch_of_ids(1, 3);

    (void)state;
    set_aside(batch, 2, "E-ROW");
    keep_only(batch, "111");
    for (int i = 0; i < 100; i++)
        assert_false(weir_batch_is_rejected(batch, weir_batch_add_row(batch)));
    assert_true(weir_batch_is_rejected(batch, 2));
    weir_batch_drop_rejected(batch);
    assert_int_equal(batch->n_rows, 102);
    weir_batch_free(batch);
}

static void a_failed_unit_takes_its_rejects_along(void **state)
{
    struct weir_batch *batch = batch_of_ids(2, 2);
    struct weir_error error = {0};

    (void)state;
    set_aside(batch, 0, "E-ROW");
    set_aside(batch, 3, "E-ROW");
    (void)weir_error_set(&error, WEIR_FAULT_DATA, "E-UNIT", "broken");
    weir_batch_fail_unit(batch, &error);
    assert_int_equal(batch->n_rejects, 1);
    assert_int_equal(batch->rejects->unit, 0);
    assert_null(batch->rejects->next);
    (void)weir_batch_add_unit(batch, NULL);
    (void)weir_batch_add_row(batch);
    assert_int_equal(weir_batch_add_row(batch), 3);
    assert_false(weir_batch_is_rejected(batch, 3));
    weir_batch_free(batch);
}

static void a_void_unit_leaves_nothing(void **state)
{
    struct weir_batch *batch = batch_of_ids(3, 2);
    const struct weir_position position = {.number = 4};
    const struct weir_unit_mark mark = {.text = "4"};

    (void)state;
    weir_batch_remember(batch);
    for (size_t u = 0; u < 3; u++) {
        batch->units[u].position = &position;
        batch->units[u].mark = &mark;
    }
    set_aside(batch, 1, "E-ROW");
    set_aside(batch, 2, "E-ROW");
    set_aside(batch, 3, "E-ROW");
    set_aside(batch, 5, "E-ROW");
    weir_batch_void_unit(batch, 1);
    assert_null(batch->units[1].position);
    assert_null(batch->units[1].mark);
    assert_ptr_equal(batch->units[0].position, &position);
    assert_ptr_equal(batch->units[2].mark, &mark);
    check_batch_ids(batch, "0 1 ||4 5 |");
    assert_int_equal(batch->n_rejects, 2);
    assert_int_equal(batch->rejects->unit, 2);
    assert_int_equal(batch->rejects->next->unit, 0);
    assert_null(batch->rejects->next->next);
    weir_batch_drop_rejected(batch);
    check_batch_ids(batch, "0 ||4 |");
    /* One that has no rows. */
    weir_batch_void_unit(batch, 1);
    set_aside(batch, 1, "E-ROW");
    check_reject(batch->rejects, 2, 1, 0, "{\"id\":4,\"name\":\"n4\"}");
    weir_batch_void_unit(batch, 2);
    check_batch_ids(batch, "0 |||");
    assert_int_equal(batch->n_rejects, 1);
    weir_batch_free(batch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_is_set_aside_once),
        cmocka_unit_test(what_is_set_aside_is_dropped_at_once),
        cmocka_unit_test(marks_move_with_their_rows),
        cmocka_unit_test(added_rows_are_not_set_aside),
        cmocka_unit_test(a_failed_unit_takes_its_rejects_along),
        cmocka_unit_test(a_void_unit_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
