#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include <weir/batch.h>

/* One row a number, in the column "n"; `units` units of `rows` rows, counted through. */
static struct weir_batch *numbers(size_t units, size_t rows)
{
    struct weir_batch *batch = weir_batch_new(NULL);
    size_t column = weir_batch_column(batch, weir_str("n"));

    for (size_t u = 0; u < units; u++) {
        (void)weir_batch_add_unit(batch, NULL);
        for (size_t r = 0; r < rows; r++) {
            size_t row = weir_batch_add_row(batch);

            weir_batch_set(batch, column, weir_int((int64_t)row));
        }
    }
    return batch;
}

static void rows_and_columns_grow(void **state)
{
    struct weir_batch *batch = weir_batch_new(NULL);
    char name[16];

    (void)state;
    (void)weir_batch_add_unit(batch, NULL);
    for (size_t r = 0; r < 500; r++) {
        assert_int_equal(weir_batch_add_row(batch), r);
        (void)snprintf(name, sizeof(name), "c%zu", r % 100);
        weir_batch_set(batch, weir_batch_column(batch, weir_str(name)), weir_int((int64_t)r));
    }
    assert_int_equal(batch->n_rows, 500);
    assert_int_equal(batch->n_columns, 100);
    assert_int_equal(batch->units[0].n_rows, 500);
    for (size_t c = 0; c < 100; c++) {
        (void)snprintf(name, sizeof(name), "c%zu", c);
        assert_int_equal(weir_batch_find(batch, weir_str(name)), c);
        assert_true(weir_column_has(&batch->columns[c], WEIR_INT));
        for (size_t r = 0; r < 500; r++) {
            const struct weir_value *value = &batch->columns[c].values[r];

            assert_int_equal(value->kind, r % 100 == c ? WEIR_INT : WEIR_NULL);
            if (value->kind)
                assert_int_equal(value->integer, r);
        }
    }
    assert_int_equal(weir_batch_find(batch, weir_str("C1")), SIZE_MAX);
    weir_batch_free(batch);
    weir_batch_free(NULL);
}

static void kinds_are_those_that_occur(void **state)
{
    struct weir_batch *batch = numbers(1, 3);
    struct weir_column *column = &batch->columns[0];

    (void)state;
    weir_batch_set(batch, 0, weir_text(WEIR_TEXT, weir_str("x")));
    assert_true(weir_column_has(column, WEIR_TEXT));
    assert_true(weir_column_has(column, WEIR_INT));
    weir_batch_set(batch, 0, weir_null());
    assert_false(weir_column_has(column, WEIR_NULL));
    weir_column_recount(column, batch->n_rows);
    assert_int_equal(column->kinds, 1 << WEIR_INT);
    weir_batch_free(batch);
}

static void a_failed_unit_leaves_no_rows(void **state)
{
    struct weir_batch *batch = numbers(2, 10);
    struct weir_error error = {0};
    int origin;

    (void)state;
    assert_ptr_equal(weir_batch_add_unit(batch, &origin)->origin, &origin);
    (void)weir_batch_add_row(batch);
    weir_batch_set(batch, weir_batch_column(batch, weir_str("t")), weir_bool(true));
    (void)weir_error_set(&error, WEIR_FAULT_DATA, "E-JSON", "broken");
    weir_batch_fail_unit(batch, &error);
    memset(&error, 0, sizeof(error));
    assert_int_equal(batch->n_rows, 20);
    assert_int_equal(batch->units[2].n_rows, 0);
    assert_string_equal(batch->units[2].error->code, "E-JSON");
    assert_int_equal(batch->n_columns, 2);
    assert_int_equal(batch->columns[1].kinds, 0);

    (void)weir_batch_add_unit(batch, NULL);
    assert_int_equal(weir_batch_add_row(batch), 20);
    assert_int_equal(batch->units[3].first_row, 20);
    /* What the failed unit left behind does not show through. */
    assert_int_equal(batch->columns[1].values[20].kind, WEIR_NULL);
    weir_batch_free(batch);
}

static void keeping_moves_the_borders_of_units(void **state)
{
    struct weir_batch *batch = numbers(3, 4);
    bool marks[12] = {0, 1, 0, 1, 0, 0, 0, 0, 1, 1, 1, 1};
    static const int64_t left[] = {1, 3, 8, 9, 10, 11};

    (void)state;
    batch->columns[0].values[4] = weir_float(0.5);
    batch->columns[0].kinds |= 1U << WEIR_FLOAT;
    weir_batch_keep(batch, marks);
    assert_int_equal(batch->n_rows, 6);
    for (size_t r = 0; r < 6; r++)
        assert_int_equal(batch->columns[0].values[r].integer, left[r]);
    assert_int_equal(batch->units[0].first_row, 0);
    assert_int_equal(batch->units[0].n_rows, 2);
    assert_int_equal(batch->units[1].first_row, 2);
    assert_int_equal(batch->units[1].n_rows, 0);
    assert_int_equal(batch->units[2].first_row, 2);
    assert_int_equal(batch->units[2].n_rows, 4);
    assert_int_equal(batch->columns[0].kinds, 1 << WEIR_INT);
    weir_batch_free(batch);
}

static void columns_can_be_dropped(void **state)
{
    struct weir_batch *batch = numbers(1, 1);

    (void)state;
    weir_batch_set(batch, weir_batch_column(batch, weir_str("b")), weir_bool(true));
    weir_batch_set(batch, weir_batch_column(batch, weir_str("c")), weir_bool(false));
    weir_batch_drop_column(batch, 1);
    assert_int_equal(batch->n_columns, 2);
    assert_string_equal(batch->columns[1].name.ptr, "c");
    weir_batch_drop_column(batch, 1);
    assert_string_equal(batch->columns[0].name.ptr, "n");
    assert_int_equal(weir_batch_find(batch, weir_str("c")), SIZE_MAX);
    weir_batch_free(batch);
}

static void rows_can_be_replaced(void **state)
{
    struct weir_batch *batch = numbers(2, 2);
    size_t unit_rows[] = {0, 3};
    struct weir_value values[] = {weir_int(7), weir_null(), weir_bool(true)};
    struct weir_column column = {.name = weir_str("other"), .values = values};

    (void)state;
    weir_column_recount(&column, 3);
    weir_batch_replace(batch, &column, 1, unit_rows);
    column.name = weir_str("gone");
    assert_int_equal(batch->n_rows, 3);
    assert_int_equal(batch->n_columns, 1);
    assert_string_equal(batch->columns[0].name.ptr, "other");
    assert_int_equal(batch->columns[0].kinds, 1 << WEIR_INT | 1 << WEIR_BOOL);
    assert_int_equal(batch->units[0].n_rows, 0);
    assert_int_equal(batch->units[1].first_row, 0);
    assert_int_equal(batch->units[1].n_rows, 3);
    /* It can be built on. */
    assert_int_equal(weir_batch_add_row(batch), 3);
    assert_int_equal(weir_batch_column(batch, weir_str("new")), 1);
    assert_int_equal(batch->columns[0].values[0].integer, 7);
    assert_int_equal(batch->columns[0].values[3].kind, WEIR_NULL);
    weir_batch_free(batch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_and_columns_grow),
        cmocka_unit_test(kinds_are_those_that_occur),
        cmocka_unit_test(a_failed_unit_leaves_no_rows),
        cmocka_unit_test(keeping_moves_the_borders_of_units),
        cmocka_unit_test(columns_can_be_dropped),
        cmocka_unit_test(rows_can_be_replaced),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
