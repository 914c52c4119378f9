/* What values of a batch take, while rows come and when all have come. */
#include "batch_checks.h"

#include <weir/arena.h>

enum {
    SMALL = 4096, /* names, columns, units, the rest of a block */
    CELL = sizeof(struct weir_value),
};

static size_t size_of(const struct weir_batch *batch)
{
    return weir_arena_size(batch->arena);
}

static void add_rows(struct weir_batch *batch, size_t n_columns, size_t n_rows)
{
    for (size_t r = 0; r < n_rows; r++) {
        size_t row = weir_batch_add_row(batch);

        for (size_t c = 0; c < n_columns; c++) {
            char name[32];

            (void)snprintf(name, sizeof(name), "c%zu", c);
            weir_batch_set(batch, weir_batch_column(batch, weir_str(name)),
                weir_int((int64_t)(row * n_columns + c)));
        }
    }
}

static struct weir_batch *counted(size_t n_columns, size_t n_rows)
{
    struct weir_batch *batch = weir_batch_new(NULL);

    (void)weir_batch_add_unit(batch, NULL);
    add_rows(batch, n_columns, n_rows);
    return batch;
}

static void check_counted(const struct weir_batch *batch, size_t n_columns, size_t n_rows)
{
    assert_int_equal(batch->n_columns, n_columns);
    assert_int_equal(batch->n_rows, n_rows);
    for (size_t c = 0; c < n_columns; c++)
        for (size_t r = 0; r < n_rows; r++)
            assert_int_equal(batch->columns[c].values[r].integer, r * n_columns + c);
}

static void growing_leaves_nothing_behind(void **state)
{
    struct weir_batch *batch = counted(10, 3000);

    (void)state;
    check_counted(batch, 10, 3000);
    assert_true(size_of(batch) < 2 * 10 * 3000 * CELL + SMALL);
    weir_batch_free(batch);
    /* One more column for each row, as well. */
    batch = weir_batch_new(NULL);
    (void)weir_batch_add_unit(batch, NULL);
    for (size_t n = 1; n <= 200; n++)
        add_rows(batch, n, 1);
    assert_true(size_of(batch) < 2 * 200 * 200 * CELL + 6 * SMALL);
    for (size_t c = 0; c < 200; c++)
        for (size_t r = 0; r < 200; r++)
            assert_int_equal(batch->columns[c].values[r].kind, c <= r ? WEIR_INT : WEIR_NULL);
    weir_batch_free(batch);
}

static void what_fits_takes_what_its_rows_take(void **state)
{
    struct weir_batch *batch = counted(10, 1100);

    (void)state;
    assert_true(size_of(batch) > 10 * 1500 * CELL);
    weir_batch_fit(batch);
    assert_true(size_of(batch) < 10 * 1100 * CELL + SMALL);
    check_counted(batch, 10, 1100);
    weir_batch_fit(batch);
    check_counted(batch, 10, 1100);
    /* It can be built on. */
    add_rows(batch, 11, 1);
    assert_int_equal(batch->columns[3].values[1099].integer, 10993);
    assert_int_equal(batch->columns[10].values[1099].kind, WEIR_NULL);
    assert_int_equal(batch->columns[10].values[1100].integer, 1100 * 11 + 10);
    weir_batch_free(batch);
}

static void rows_and_columns_that_went_take_nothing(void **state)
{
    struct weir_batch *batch = counted(10, 2000);
    bool marks[2000] = {false};

    (void)state;
    marks[700] = marks[1999] = true;
    weir_batch_drop_column(batch, 0);
    weir_batch_keep(batch, marks);
    weir_batch_fit(batch);
    assert_true(size_of(batch) < 2 * SMALL);
    for (size_t c = 0; c < 9; c++) {
        assert_int_equal(batch->columns[c].values[0].integer, 7001 + c);
        assert_int_equal(batch->columns[c].values[1].integer, 19991 + c);
    }
    marks[0] = marks[1] = false;
    weir_batch_keep(batch, marks);
    weir_batch_fit(batch);
    assert_int_equal(batch->n_rows, 0);
    add_rows(batch, 2, 1);
    assert_int_equal(batch->columns[0].values[0].integer, 1);
    assert_int_equal(batch->columns[8].values[0].kind, WEIR_NULL);
    weir_batch_free(batch);
}

static void new_columns_move_no_other(void **state)
{
    struct weir_batch *batch = counted(3, 1000);
    const struct weir_value *first;
    size_t before;

    (void)state;
    weir_batch_fit(batch);
    first = batch->columns[0].values;
    for (size_t c = 3; c < 100; c++) {
        char name[32];

        (void)snprintf(name, sizeof(name), "c%zu", c);
        assert_int_equal(weir_batch_column(batch, weir_str(name)), c);
        assert_int_equal(batch->columns[c].values[999].kind, WEIR_NULL);
        batch->columns[c].values[999] = weir_int((int64_t)c);
    }
    assert_ptr_equal(batch->columns[0].values, first);
    before = size_of(batch);
    weir_batch_fit(batch);
    assert_true(size_of(batch) < before);
    assert_true(size_of(batch) < 100 * 1000 * CELL + 5 * SMALL);
    for (size_t c = 3; c < 100; c++)
        assert_int_equal(batch->columns[c].values[999].integer, c);
    assert_int_equal(batch->columns[2].values[999].integer, 2999);
    weir_batch_free(batch);
}

static void values_that_lie_elsewhere_stay_there(void **state)
{
    struct weir_batch *batch = counted(3, 40);
    struct weir_value own[40] = {0};

    (void)state;
    own[39] = weir_int(7);
    batch->columns[1].values = own;
    weir_batch_fit(batch);
    assert_ptr_equal(batch->columns[1].values, own);
    assert_int_equal(batch->columns[0].values[39].integer, 117);
    assert_int_equal(batch->columns[2].values[39].integer, 119);
    /* Until there are more. */
    add_rows(batch, 3, 1);
    assert_ptr_not_equal(batch->columns[1].values, own);
    assert_int_equal(batch->columns[1].values[39].integer, 7);
    assert_int_equal(batch->columns[1].values[40].integer, 121);
    weir_batch_free(batch);
}

static void two_columns_may_share_their_values(void **state)
{
    struct weir_batch *batch = counted(3, 40);

    (void)state;
    batch->columns[1].values = batch->columns[2].values = batch->columns[0].values;
    weir_batch_fit(batch);
    for (size_t c = 0; c < 3; c++)
        assert_int_equal(batch->columns[c].values[39].integer, 117);
    add_rows(batch, 3, 10);
    for (size_t c = 0; c < 3; c++) {
        assert_int_equal(batch->columns[c].values[39].integer, 117);
        assert_int_equal(batch->columns[c].values[49].integer, 147 + c);
    }
    weir_batch_free(batch);
}

static void other_rows_replace_what_was_there(void **state)
{
    struct weir_batch *batch = counted(10, 3000);
    struct weir_value values[] = {weir_int(1), weir_int(2)};
    struct weir_column column = {.name = weir_str("other"), .values = values};
    size_t n = 2;

    (void)state;
    weir_batch_replace(batch, &column, 1, &n);
    weir_batch_fit(batch);
    assert_true(size_of(batch) < SMALL);
    assert_ptr_equal(batch->columns[0].values, values);
    assert_int_equal(weir_batch_column(batch, weir_str("more")), 1);
    assert_int_equal(batch->columns[1].values[1].kind, WEIR_NULL);
    assert_int_equal(weir_batch_add_row(batch), 2);
    assert_int_equal(batch->columns[0].values[1].integer, 2);
    weir_batch_free(batch);
}

static void a_batch_without_rows_fits(void **state)
{
    struct weir_batch *batch = weir_batch_new(NULL);

    (void)state;
    weir_batch_fit(batch);
    assert_int_equal(weir_batch_column(batch, weir_str("c0")), 0);
    weir_batch_fit(batch);
    (void)weir_batch_add_unit(batch, NULL);
    add_rows(batch, 2, 1);
    check_counted(batch, 2, 1);
    weir_batch_free(batch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(growing_leaves_nothing_behind),
        cmocka_unit_test(what_fits_takes_what_its_rows_take),
        cmocka_unit_test(rows_and_columns_that_went_take_nothing),
        cmocka_unit_test(new_columns_move_no_other),
        cmocka_unit_test(values_that_lie_elsewhere_stay_there),
        cmocka_unit_test(two_columns_may_share_their_values),
        cmocka_unit_test(other_rows_replace_what_was_there),
        cmocka_unit_test(a_batch_without_rows_fits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
