/* Rows that a table cannot take: what becomes of them, by the contract and by the resource. */
#include "table_checks.h"

static const char *const key[] = {"id"};

static struct weir_batch *batch_with(
    const struct table_fixture *f, const char *column, size_t row, struct weir_value value)
{
    struct weir_batch *batch = new_batch(f, 3);

    set_value(batch, column, row, value);
    return batch;
}

static enum weir_status check(struct table_fixture *f, struct weir_batch *batch)
{
    memset(&told, 0, sizeof(told));
    return table_check_rows(&f->table, batch);
}

static void check_failure(struct table_fixture *f, struct weir_batch *batch, const char *code,
    enum weir_fault fault, const char *text)
{
    assert_int_equal(check(f, batch), WEIR_FAIL);
    check_told(fault, code, text);
    weir_batch_free(batch);
}

static void a_value_that_does_not_fit_is_a_bad_row(void **state)
{
    struct table_fixture *f = *state;

    check_failure(f, batch_with(f, "id", 1, text_value("secret")), "E-TYPE", WEIR_FAULT_DATA,
        "resource 'r', row 2 of its unit, column 'id': the column has the type bigint, and the "
        "text that came");
    assert_null(strstr(told.text, "secret"));
    check_failure(f, batch_with(f, "note", 0, weir_text(WEIR_TEXT, (struct weir_str){"a\0b", 3})),
        "E-TEXT-NUL", WEIR_FAULT_DATA, "holds a NUL");
}

static void it_is_set_aside_where_the_resource_says_so(void **state)
{
    struct table_fixture *f = *state;
    struct weir_batch *batch;

    f->resource.sets_aside = true;
    batch = batch_with(f, "id", 1, text_value("x"));
    assert_int_equal(check(f, batch), WEIR_OK);
    assert_int_equal(check(f, batch), WEIR_OK);
    assert_int_equal(batch->n_rejects, 1);
    assert_true(weir_batch_is_rejected(batch, 1));
    assert_string_equal(batch->rejects->error.code, "E-TYPE");
    assert_int_equal(batch->n_rows, 3);
    weir_batch_free(batch);
}

static void the_contract_judges_values(void **state)
{
    struct table_fixture *f = *state;
    struct weir_batch *batch;

    (void)add_known(f, "n", "smallint");
    f->schema.data_type = WEIR_CONTRACT_DISCARD_VALUE;
    batch = batch_with(f, "n", 1, weir_int(40000));
    assert_int_equal(check(f, batch), WEIR_OK);
    assert_int_equal(batch->columns[1].values[1].kind, WEIR_NULL);
    assert_int_equal(batch->columns[1].kinds, 0);
    weir_batch_free(batch);
    f->schema.data_type = WEIR_CONTRACT_DISCARD_ROW;
    batch = batch_with(f, "n", 1, weir_int(40000));
    assert_int_equal(check(f, batch), WEIR_OK);
    assert_int_equal(batch->n_rows, 2);
    assert_int_equal(batch->columns[0].values[1].integer, 2);
    weir_batch_free(batch);
    table_tell(&f->table);
    assert_non_null(strstr(logged, "1 row and 1 value were left out"));
    f->schema.data_type = WEIR_CONTRACT_FREEZE;
    f->resource.sets_aside = true;
    check_failure(f, batch_with(f, "n", 1, weir_int(40000)), "E-TYPE", WEIR_FAULT_DATA,
        "'data_type: freeze'");
}

/* Where null is not taken, leaving the value out would only be another mistake. */
static void a_value_that_is_needed_is_not_left_out(void **state)
{
    struct table_fixture *f = *state;

    f->schema.data_type = WEIR_CONTRACT_DISCARD_VALUE;
    check_failure(
        f, batch_with(f, "id", 1, text_value("x")), "E-TYPE", WEIR_FAULT_DATA, "column 'id'");
}

static void the_contract_judges_columns(void **state)
{
    struct table_fixture *f = *state;
    struct weir_batch *batch;

    f->schema.new_columns = WEIR_CONTRACT_FREEZE;
    check_failure(f, batch_with(f, "more", 1, weir_int(1)), "E-CONTRACT", WEIR_FAULT_DATA,
        "has no column 'more'");
    f->schema.new_columns = WEIR_CONTRACT_DISCARD_VALUE;
    batch = batch_with(f, "more", 1, weir_int(1));
    assert_int_equal(check(f, batch), WEIR_OK);
    assert_int_equal(batch->n_columns, 1);
    assert_int_equal(batch->n_rows, 3);
    weir_batch_free(batch);
    f->schema.new_columns = WEIR_CONTRACT_DISCARD_ROW;
    batch = batch_with(f, "more", 1, weir_int(1));
    assert_int_equal(check(f, batch), WEIR_OK);
    assert_int_equal(batch->n_rows, 2);
    weir_batch_free(batch);
    f->schema.new_columns = WEIR_CONTRACT_DEAD_LETTER;
    f->resource.sets_aside = true;
    batch = batch_with(f, "more", 1, weir_int(1));
    assert_int_equal(check(f, batch), WEIR_OK);
    assert_true(weir_batch_is_rejected(batch, 1));
    assert_string_equal(batch->rejects->error.code, "E-CONTRACT");
    assert_int_equal(batch->n_columns, 1);
    weir_batch_free(batch);
}

static void a_name_that_cannot_be_is_a_bad_row(void **state)
{
    struct table_fixture *f = *state;
    char name[65] = {0};

    check_failure(f, batch_with(f, "xmin", 2, weir_int(1)), "E-COLUMN-NAME", WEIR_FAULT_DATA,
        "row 3 of its unit, column 'xmin': the column's name is that of a column that PostgreSQL");
    check_failure(f, batch_with(f, "", 0, weir_int(1)), "E-COLUMN-NAME", WEIR_FAULT_DATA,
        "give it another one with a 'rename' transform");
    memset(name, 'k', 64);
    check_failure(f, batch_with(f, name, 0, weir_int(1)), "E-COLUMN-NAME", WEIR_FAULT_DATA,
        "longer than 63 bytes");
}

static void what_the_database_computes_takes_no_values(void **state)
{
    struct table_fixture *f = *state;
    struct weir_batch *batch;

    add_known(f, "total", "bigint")->is_generated = true;
    check_failure(f, batch_with(f, "total", 0, weir_int(1)), "E-DB-SCHEMA", WEIR_FAULT_DESTINATION,
        "column 'total' of table 'public.t' is computed");
    batch = batch_with(f, "total", 0, weir_null());
    assert_int_equal(check(f, batch), WEIR_OK);
    assert_int_equal(batch->n_columns, 1);
    weir_batch_free(batch);
    f->schema.new_columns = WEIR_CONTRACT_DISCARD_VALUE;
    batch = batch_with(f, "total", 0, weir_int(1));
    assert_int_equal(check(f, batch), WEIR_OK);
    assert_int_equal(batch->n_columns, 1);
    weir_batch_free(batch);
}

static void a_null_where_none_is_taken_is_a_bad_row(void **state)
{
    struct table_fixture *f = *state;
    struct weir_batch *batch;

    check_failure(f, batch_with(f, "id", 1, weir_null()), "E-ROW-CONSTRAINT", WEIR_FAULT_DATA,
        "row 2 of its unit, column 'id': the column is null");
    batch = new_batch(f, 2);
    weir_batch_drop_column(batch, 0);
    check_failure(f, batch, "E-ROW-CONSTRAINT", WEIR_FAULT_DATA, "the column is not there");
    /* One with a default may be missing, but not be null. */
    add_known(f, "made_at", "timestamptz")->is_not_null = true;
    batch = new_batch(f, 2);
    assert_int_equal(check(f, batch), WEIR_OK);
    weir_batch_free(batch);
    check_failure(f, batch_with(f, "made_at", 0, weir_null()), "E-ROW-CONSTRAINT", WEIR_FAULT_DATA,
        "column 'made_at'");
    table_find(&f->table, weir_str("made_at"))->has_default = true;
    check_failure(f, batch_with(f, "made_at", 0, weir_null()), "E-ROW-CONSTRAINT", WEIR_FAULT_DATA,
        "column 'made_at'");
    batch = batch_with(f, "made_at", 0, weir_absent());
    assert_int_equal(check(f, batch), WEIR_OK);
    weir_batch_free(batch);
}

static void merge_needs_a_key_and_an_order(void **state)
{
    struct table_fixture *f = *state;

    f->resource.primary_key = (struct weir_strs){key, 1};
    f->resource.disposition = WEIR_MERGE;
    init_table(f, true);
    check_failure(f, batch_with(f, "id", 2, weir_null()), "E-KEY-NULL", WEIR_FAULT_DATA,
        "merge needs a key in each row");
    f->resource.order_by = "changed";
    check_failure(f, new_batch(f, 1), "E-COLUMN", WEIR_FAULT_DATA, "the rows have no column");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_value_that_does_not_fit_is_a_bad_row),
        TEST(it_is_set_aside_where_the_resource_says_so),
        TEST(the_contract_judges_values),
        TEST(a_value_that_is_needed_is_not_left_out),
        TEST(the_contract_judges_columns),
        TEST(a_name_that_cannot_be_is_a_bad_row),
        TEST(what_the_database_computes_takes_no_values),
        TEST(a_null_where_none_is_taken_is_a_bad_row),
        TEST(merge_needs_a_key_and_an_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
