/* stop_when: is a condition true of a row, and are the rows left as they are? */
#include "batch_checks.h"

#include "../../plugins/http/paging/stop_when.h"

static bool holds(struct weir_batch *batch, const char *condition, size_t first)
{
    struct weir_error error = {0};
    size_t offset;
    struct weir_sql *sql = weir_sql_condition(condition, &offset, &error);
    bool result;

    assert_non_null(sql);
    assert_int_equal(http_stop_when_holds(sql, batch, first, &result, &error), WEIR_OK);
    weir_sql_free(sql);
    return result;
}

static void looks_at_rows_from_the_first_on(void **state)
{
    struct weir_batch *batch = batch_of_ids(2, 10);

    (void)state;
    assert_true(holds(batch, "id = 12", 10));
    assert_true(holds(batch, "id = 19 AND name = 'n19'", 10));
    assert_false(holds(batch, "id = 9", 10));
    assert_true(holds(batch, "id = 9", 0));
    assert_false(holds(batch, "no_such_column = 1", 0));
    assert_false(holds(batch, "NULL", 0));
    assert_false(holds(batch, "1", 20));
    weir_batch_free(batch);
}

static void rows_stay_as_they_are(void **state)
{
    struct weir_batch *batch = batch_of_ids(2, 10);

    (void)state;
    assert_true(holds(batch, "id > 17", 10));
    assert_int_equal(batch->n_rows, 20);
    assert_int_equal(batch->n_units, 2);
    for (size_t row = 0; row < 20; row++)
        assert_int_equal(batch->columns[0].values[row].integer, row);
    weir_batch_free(batch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looks_at_rows_from_the_first_on),
        cmocka_unit_test(rows_stay_as_they_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
