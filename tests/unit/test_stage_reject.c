/* A row that cannot go on: the end of the run, or one row less. */
#include "batch_checks.h"

static struct weir_error told;

static void on_fail(struct weir_stage *stage, const struct weir_error *error)
{
    (void)stage;
    told = *error;
}

static const struct weir_host host = {.size = sizeof(host), .fail = on_fail};

static enum weir_status refuse(struct weir_batch *batch, size_t row, const char *column)
{
    struct weir_stage stage = {.name = "transform 1 (x)", .host = &host};

    memset(&told, 0, sizeof(told));
    return weir_reject(
        &stage, batch, row, column, WEIR_FAULT_DATA, "E-ROW", "'%s' is no %s", "x\n", "number");
}

static void the_stage_fails_where_nothing_is_set_aside(void **state)
{
    struct weir_batch *batch = batch_of_ids(2, 3);
    const struct weir_resource resource = {.name = "orders"};

    (void)state;
    batch->resource = &resource;
    assert_int_equal(refuse(batch, 4, "price"), WEIR_FAIL);
    assert_int_equal(told.fault, WEIR_FAULT_DATA);
    assert_string_equal(told.code, "E-ROW");
    assert_string_equal(
        told.text, "resource 'orders', row 2 of its unit, column 'price': 'x\\x0A' is no number");
    assert_int_equal(batch->n_rejects, 0);

    keep_only(batch, "010101");
    assert_int_equal(refuse(batch, 2, NULL), WEIR_FAIL);
    assert_string_equal(
        told.text, "resource 'orders', row 2 of what is left of its unit: 'x\\x0A' is no number");
    batch->resource = NULL;
    assert_int_equal(refuse(batch, 2, NULL), WEIR_FAIL);
    weir_batch_free(batch);
}

static void the_row_is_set_aside_where_the_resource_says_so(void **state)
{
    struct weir_batch *batch = batch_of_ids(2, 3);
    const struct weir_resource resource = {.name = "orders", .sets_aside = true};

    (void)state;
    batch->resource = &resource;
    assert_int_equal(refuse(batch, 4, "price"), WEIR_OK);
    assert_false(weir_error_is_set(&told));
    assert_int_equal(batch->n_rejects, 1);
    check_reject(batch->rejects, 1, 2, 0, "{\"id\":4,\"name\":\"n4\"}");
    assert_string_equal(batch->rejects->column, "price");
    assert_string_equal(batch->rejects->error.code, "E-ROW");
    assert_string_equal(batch->rejects->error.text, "'x\\x0A' is no number");
    weir_batch_free(batch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_stage_fails_where_nothing_is_set_aside),
        cmocka_unit_test(the_row_is_set_aside_where_the_resource_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
