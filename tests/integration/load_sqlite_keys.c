/* Keys and constraints: a row that is refused costs its own batch and no other. */
#include "sqlite_checks.h"

static void an_integer_key_is_the_row_number(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", "id");

    start(f);
    load(f, t, "[{\"a\":\"x\",\"id\":7}]");
    commit_and_stop(f);
    assert_answer(f, "SELECT rowid, id FROM t", "7|7");
    assert_answer(f, "SELECT count(*) FROM pragma_index_list('t')", "0");
}

static void a_key_of_two_columns_may_not_be_null(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", "a,b");

    start(f);
    load(f, t, "[{\"a\":\"x\",\"b\":1},{\"a\":\"x\",\"b\":2}]");
    refuse(f, t, "[{\"a\":\"y\",\"b\":1},{\"a\":\"y\",\"b\":null}]", "E-ROW-CONSTRAINT");
    assert_error_says(f, "row 2 of its unit");
    assert_error_says(f, "NOT NULL constraint failed: t.b");
    commit_and_stop(f);
    assert_answer(f, "SELECT name, \"notnull\", pk FROM pragma_table_info('t')", "a|1|1\nb|1|2");
    assert_answer(f, "SELECT a, b FROM t", "x|1\nx|2");
}

/* The key of a row that comes with other batches before it in the same transaction. */
static void assert_duplicate_costs_its_batch(
    struct fixture *f, const char *first, const char *second, const char *third)
{
    struct weir_resource *t = stage_resource(&f->s, "t", "id");

    start(f);
    load(f, t, first);
    assert_int_equal(stage_commit(&f->s), WEIR_OK);
    load(f, t, second);
    refuse(f, t, third, "E-ROW-CONSTRAINT");
    assert_int_equal(f->s.error.fault, WEIR_FAULT_DATA);
    assert_error_says(f, "table 't', row 3 of its unit");
    assert_error_says(f, "UNIQUE constraint failed: t.id");
    assert_error_says(f, "primary_key");
    commit_and_stop(f);
    assert_answer(f, "PRAGMA integrity_check", "ok");
}

static void a_duplicate_number_costs_its_batch(void **state)
{
    struct fixture *f = *state;

    assert_duplicate_costs_its_batch(f, "[{\"id\":1},{\"id\":2}]", "[{\"id\":3}]",
        "[{\"id\":90},{\"id\":-5},{\"id\":2},{\"id\":91}]");
    assert_answer(f, "SELECT id FROM t ORDER BY id", "1\n2\n3");
}

static void a_duplicate_text_costs_its_batch(void **state)
{
    struct fixture *f = *state;

    assert_duplicate_costs_its_batch(f, "[{\"id\":\"a\"},{\"id\":\"b\"}]", "[{\"id\":\"c\"}]",
        "[{\"id\":\"secret\"},{\"id\":\"e\"},{\"id\":\"secret\"},{\"id\":\"f\"}]");
    assert_null(strstr(f->s.error.text, "secret"));
    assert_answer(f, "SELECT id FROM t ORDER BY id", "a\nb\nc");
}

static void a_duplicate_takes_back_new_columns_too(void **state)
{
    struct fixture *f = *state;

    assert_duplicate_costs_its_batch(f, "[{\"id\":1,\"a\":1}]", "[{\"id\":3,\"a\":2}]",
        "[{\"id\":4,\"b\":1},{\"id\":5,\"b\":2},{\"id\":3,\"b\":3}]");
    assert_answer(f, "SELECT id, a FROM t ORDER BY id", "1|1\n3|2");
    assert_answer(f, "SELECT count(*) FROM pragma_table_info('t')", "2");
}

static void rows_are_counted_in_their_unit(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", "id");
    struct weir_batch *batch = weir_batch_new(t);
    const int64_t ids[] = {1, 2, 3, 4, 2};
    size_t id = weir_batch_column(batch, weir_str("id"));

    for (size_t i = 0; i < 5; i++) {
        if (i == 0 || i == 3)
            (void)weir_batch_add_unit(batch, NULL);
        (void)weir_batch_add_row(batch);
        weir_batch_set(batch, id, weir_int(ids[i]));
    }
    start(f);
    assert_int_equal(stage_load(&f->s, batch), WEIR_FAIL);
    stage_stop(&f->s);
    assert_error_says(f, "row 2 of its unit");
}

static void a_null_key_gets_no_number(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", "id");

    start(f);
    load(f, t, "[{\"id\":1}]");
    refuse(f, t, "[{\"id\":2},{\"id\":null}]", "E-ROW-CONSTRAINT");
    assert_error_says(f, "key column 'id' is null");
    commit_and_stop(f);
    assert_answer(f, "SELECT id FROM t", "1");
}

static void rows_without_the_key_are_refused(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", "id");

    start(f);
    refuse(f, t, "[{\"ID_\":1}]", "E-ROW-CONSTRAINT");
    assert_error_says(f, "'id'");
    stage_stop(&f->s);
    assert_answer(f, "SELECT count(*) FROM sqlite_schema", "0");
}

static void an_existing_key_must_be_the_one_that_is_named(void **state)
{
    struct fixture *f = *state;

    database_do(f, "CREATE TABLE t (id, a, b)");
    (void)stage_resource(&f->s, "t", "id");
    refuse_start(f, WEIR_FAULT_DESTINATION, "E-DB-SCHEMA");
    assert_error_says(f, "no primary key and no unique index");
}

static void a_unique_index_is_a_key(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", "b,a");

    database_do(f, "CREATE TABLE t (id, a, b); CREATE UNIQUE INDEX i ON t (id);"
                   "CREATE UNIQUE INDEX j ON t (a, b); CREATE UNIQUE INDEX k ON t (a, id)");
    start(f);
    load(f, t, "[{\"id\":1,\"a\":1,\"b\":1}]");
    refuse(f, t, "[{\"id\":2,\"a\":1,\"b\":1}]", "E-ROW-CONSTRAINT");
    commit_and_stop(f);
    assert_answer(f, "SELECT count(*) FROM t", "1");
}

static void a_partial_index_is_no_key(void **state)
{
    struct fixture *f = *state;

    database_do(f, "CREATE TABLE t (id, a); CREATE UNIQUE INDEX i ON t (id) WHERE a > 1");
    (void)stage_resource(&f->s, "t", "id");
    refuse_start(f, WEIR_FAULT_DESTINATION, "E-DB-SCHEMA");
}

/* --- constraints that somebody else made ----------------------------------------------- */

static void assert_constraint(
    struct fixture *f, const char *sql, const char *good, const char *bad, const char *text)
{
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    database_do(f, sql);
    start(f);
    load(f, t, good);
    refuse(f, t, bad, "E-ROW-CONSTRAINT");
    assert_int_equal(f->s.error.fault, WEIR_FAULT_DATA);
    assert_error_says(f, "table 't', row 2 of its unit");
    assert_error_says(f, text);
    commit_and_stop(f);
    assert_answer(f, "SELECT count(*) FROM t", "1");
}

static void a_check_is_named(void **state)
{
    assert_constraint(*state, "CREATE TABLE t (a INT CONSTRAINT small CHECK (a < 10))",
        "[{\"a\":1}]", "[{\"a\":2},{\"a\":12345}]", "CHECK constraint failed: small");
    assert_null(strstr((*(struct fixture **)state)->s.error.text, "12345"));
}

static void a_column_that_may_not_be_null_is_named(void **state)
{
    assert_constraint(*state, "CREATE TABLE t (a INT NOT NULL, b)", "[{\"a\":1}]",
        "[{\"a\":2},{\"b\":1}]", "NOT NULL constraint failed: t.a");
}

static void a_foreign_key_is_respected(void **state)
{
    assert_constraint(*state,
        "CREATE TABLE p (id INTEGER PRIMARY KEY); INSERT INTO p VALUES (1);"
        "CREATE TABLE t (a INTEGER REFERENCES p)",
        "[{\"a\":1}]", "[{\"a\":1},{\"a\":2}]", "FOREIGN KEY constraint failed");
}

static void a_trigger_that_raises_is_told(void **state)
{
    assert_constraint(*state,
        "CREATE TABLE t (a); CREATE TRIGGER g BEFORE INSERT ON t WHEN new.a = 3"
        " BEGIN SELECT raise(ABORT, 'three is too many'); END",
        "[{\"a\":1}]", "[{\"a\":2},{\"a\":3}]", "three is too many");
}

/* What a trigger did for rows of a batch goes with them. */
static void effects_of_triggers_are_taken_back(void **state)
{
    struct fixture *f = *state;

    assert_constraint(f,
        "CREATE TABLE t (a UNIQUE); CREATE TABLE log (a);"
        "CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a); END",
        "[{\"a\":1}]", "[{\"a\":2},{\"a\":1}]", "UNIQUE constraint failed: t.a");
    assert_answer(f, "SELECT group_concat(a) FROM log", "1");
}

static void a_table_without_row_numbers_is_taken_back_too(void **state)
{
    assert_constraint(*state, "CREATE TABLE t (a INTEGER PRIMARY KEY) WITHOUT ROWID", "[{\"a\":1}]",
        "[{\"a\":2},{\"a\":1}]", "UNIQUE constraint failed: t.a");
}

static void a_row_number_by_another_name_does_no_harm(void **state)
{
    assert_constraint(*state, "CREATE TABLE t (a UNIQUE, _rowid_)", "[{\"a\":1}]",
        "[{\"a\":2},{\"a\":1}]", "UNIQUE constraint failed: t.a");
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(an_integer_key_is_the_row_number),
        CASE(a_key_of_two_columns_may_not_be_null),
        CASE(a_duplicate_number_costs_its_batch),
        CASE(a_duplicate_text_costs_its_batch),
        CASE(a_duplicate_takes_back_new_columns_too),
        CASE(rows_are_counted_in_their_unit),
        CASE(a_null_key_gets_no_number),
        CASE(rows_without_the_key_are_refused),
        CASE(an_existing_key_must_be_the_one_that_is_named),
        CASE(a_unique_index_is_a_key),
        CASE(a_partial_index_is_no_key),
        CASE(a_check_is_named),
        CASE(a_column_that_may_not_be_null_is_named),
        CASE(a_foreign_key_is_respected),
        CASE(a_trigger_that_raises_is_told),
        CASE(effects_of_triggers_are_taken_back),
        CASE(a_table_without_row_numbers_is_taken_back_too),
        CASE(a_row_number_by_another_name_does_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
