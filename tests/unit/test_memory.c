/* Rows as they came: what transforms do to the batch does not change them. */
#include "batch_checks.h"

static void a_row_is_told_as_it_came(void **state)
{
    struct weir_batch *batch = batch_of_ids(2, 3);

    (void)state;
    weir_batch_remember(batch);
    batch->columns[0].values[4] = weir_float(0.5);
    batch->columns[0].name = weir_str("other");
    weir_batch_drop_column(batch, 1);
    batch->stage = 2;
    set_aside(batch, 4, "E-ROW");
    check_reject(batch->rejects, 1, 2, 0, "{\"id\":4,\"name\":\"n4\"}");
    weir_batch_free(batch);
}

static void rows_keep_their_numbers_when_others_go(void **state)
{
    struct weir_batch *batch = batch_of_ids(2, 4);
    bool is_exact;

    (void)state;
    weir_batch_remember(batch);
    keep_only(batch, "00110101");
    keep_only(batch, "0111");
    check_batch_ids(batch, "3 |5 7 |");
    set_aside(batch, 0, "E-ROW");
    check_reject(batch->rejects, 0, 4, 0, "{\"id\":3,\"name\":\"n3\"}");
    set_aside(batch, 2, "E-ROW");
    check_reject(batch->rejects, 1, 4, 0, "{\"id\":7,\"name\":\"n7\"}");
    assert_int_equal(weir_batch_row_number(batch, 1, &is_exact), 2);
    assert_true(is_exact);
    weir_batch_free(batch);
}

static void behind_replaced_rows_they_are_told_as_they_are(void **state)
{
    struct weir_batch *batch = batch_of_ids(2, 2);
    struct weir_value values[] = {weir_int(7), weir_int(8)};
    struct weir_column column = {.name = weir_str("x"), .values = values};
    size_t unit_rows[] = {0, 2};
    bool is_exact;

    (void)state;
    weir_batch_remember(batch);
    weir_batch_replace(batch, &column, 1, unit_rows);
    batch->stage = 3;
    set_aside(batch, 1, "E-ROW");
    check_reject(batch->rejects, 1, 0, 3, "{\"x\":8}");
    assert_int_equal(weir_batch_row_number(batch, 1, &is_exact), 2);
    assert_false(is_exact);
    weir_batch_free(batch);
}

/* They may have been put back, and have passed some transforms already. */
static void rows_that_came_later_are_told_at_their_stage(void **state)
{
    struct weir_batch *batch = batch_of_ids(1, 2);

    (void)state;
    batch->stage = 1;
    weir_batch_remember(batch);
    batch->stage = 2;
    set_aside(batch, 0, "E-ROW");
    check_reject(batch->rejects, 0, 1, 1, "{\"id\":0,\"name\":\"n0\"}");
    weir_batch_free(batch);
}

/* A row that was added behind the others did not come at all. */
static void added_rows_are_told_as_they_are(void **state)
{
    struct weir_batch *batch = batch_of_ids(1, 16);
    size_t row;

    (void)state;
    weir_batch_remember(batch);
    row = weir_batch_add_row(batch);
    weir_batch_set(batch, 0, weir_int(100));
    set_aside(batch, row, "E-ROW");
    check_reject(batch->rejects, 0, 17, 0, "{\"id\":100,\"name\":null}");
    set_aside(batch, 0, "E-ROW");
    weir_batch_drop_rejected(batch);
    assert_int_equal(batch->n_rows, 15);
    set_aside(batch, 14, "E-ROW");
    check_reject(batch->rejects, 0, 16, 0, "{\"id\":15,\"name\":\"n15\"}");
    weir_batch_free(batch);
}

static void without_memory_numbers_hold_until_rows_go(void **state)
{
    struct weir_batch *batch = batch_of_ids(2, 2);

    (void)state;
    set_aside(batch, 3, "E-ROW");
    check_reject(batch->rejects, 1, 2, 0, "{\"id\":3,\"name\":\"n3\"}");
    weir_batch_drop_rejected(batch);
    set_aside(batch, 2, "E-ROW");
    check_reject(batch->rejects, 1, 0, 0, "{\"id\":2,\"name\":\"n2\"}");
    weir_batch_free(batch);
}

static void nothing_can_be_remembered(void **state)
{
    struct weir_batch *batch = weir_batch_new(NULL);

    (void)state;
    weir_batch_remember(batch);
    weir_batch_drop_rejected(batch);
    assert_int_equal(batch->n_rows, 0);
    weir_batch_free(batch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_is_told_as_it_came),
        cmocka_unit_test(rows_keep_their_numbers_when_others_go),
        cmocka_unit_test(behind_replaced_rows_they_are_told_as_they_are),
        cmocka_unit_test(rows_that_came_later_are_told_at_their_stage),
        cmocka_unit_test(added_rows_are_told_as_they_are),
        cmocka_unit_test(without_memory_numbers_hold_until_rows_go),
        cmocka_unit_test(nothing_can_be_remembered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
