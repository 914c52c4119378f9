/* What has to be changed in a table before rows fit, found out without a server. */
#include "table_checks.h"

static const char *const key[] = {"id"};

/* "name type, name type": what is new, or wider. */
static void check_plan(struct table_fixture *f, struct weir_batch *batch, const char *expected)
{
    struct changes changes = adapt_plan(&f->table, batch);
    char text[512] = "";

    for (size_t i = 0; i < changes.n; i++)
        (void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s%s %s", i ? ", " : "",
            changes.items[i].was ? "!" : "", changes.items[i].name.ptr, changes.items[i].type.name);
    assert_string_equal(text, expected);
    assert_int_equal(table_is_ready(&f->table, batch), changes.n == 0);
    weir_batch_free(batch);
}

static void what_fits_needs_nothing(void **state)
{
    struct table_fixture *f = *state;
    struct weir_batch *batch = new_batch(f, 2);

    set_value(batch, "note", 0, text_value("x"));
    check_plan(f, batch, "");
    assert_true(table_is_ready(&f->table, batch = new_batch(f, 0)));
    weir_batch_free(batch);
}

static void a_new_column_gets_the_type_of_its_values(void **state)
{
    struct table_fixture *f = *state;
    struct weir_batch *batch = new_batch(f, 3);

    set_value(batch, "flag", 0, weir_bool(true));
    set_value(batch, "size", 1, weir_int(5));
    set_value(batch, "size", 2, weir_float(0.5));
    set_value(batch, "big", 1, weir_int(INT64_MAX));
    set_value(batch, "big", 2, weir_float(0.5));
    set_value(batch, "any", 1, weir_int(1));
    set_value(batch, "any", 2, text_value("x"));
    check_plan(f, batch, "flag boolean, size double precision, big numeric, any text");
}

static void a_column_without_values_waits(void **state)
{
    struct table_fixture *f = *state;
    struct weir_batch *batch = new_batch(f, 2);

    set_value(batch, "never", 0, weir_null());
    assert_int_equal(table_check_rows(&f->table, batch), WEIR_OK);
    table_tell(&f->table);
    assert_non_null(strstr(logged, "table 'public.t' has no column for 'never'"));
    check_plan(f, batch, "");
}

static void a_declared_type_wins(void **state)
{
    static const struct weir_declared_column declared[] = {{"at", "timestamptz"}, {"n", "int"}};
    struct table_fixture *f = *state;
    struct weir_batch *batch;

    f->schema = (struct weir_schema){.columns = declared, .n_columns = 2};
    init_table(f, true);
    batch = new_batch(f, 1);
    set_value(batch, "n", 0, weir_null());
    set_value(batch, "at", 0, text_value("2024-01-01T00:00:00Z"));
    check_plan(f, batch, "n integer, at timestamp with time zone");
}

static void only_our_own_types_are_widened(void **state)
{
    struct table_fixture *f = *state;
    struct weir_batch *batch = new_batch(f, 1);

    set_value(batch, "id", 0, weir_float(0.5));
    check_plan(f, batch, "");
    f->table.is_ours = true;
    batch = new_batch(f, 1);
    set_value(batch, "id", 0, weir_float(0.5));
    check_plan(f, batch, "!id numeric");
    batch = new_batch(f, 1);
    set_value(batch, "id", 0, text_value("x"));
    check_plan(f, batch, "!id text");
    f->schema.data_type = WEIR_CONTRACT_DISCARD_VALUE;
    batch = new_batch(f, 1);
    set_value(batch, "id", 0, text_value("x"));
    check_plan(f, batch, "");
}

static void one_is_true_only_where_somebody_says_so(void **state)
{
    struct table_fixture *f = *state;
    struct weir_batch *batch = new_batch(f, 1);

    (void)add_known(f, "done", "boolean");
    set_value(batch, "done", 0, weir_int(1));
    check_plan(f, batch, "");
    f->table.is_ours = true;
    batch = new_batch(f, 1);
    set_value(batch, "done", 0, weir_int(1));
    check_plan(f, batch, "!done text");
}

static void a_frozen_table_gets_no_columns(void **state)
{
    static const enum weir_contract words[] = {WEIR_CONTRACT_FREEZE, WEIR_CONTRACT_DISCARD_VALUE,
        WEIR_CONTRACT_DISCARD_ROW, WEIR_CONTRACT_DEAD_LETTER};
    struct table_fixture *f = *state;

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        struct weir_batch *batch = new_batch(f, 1);

        f->schema.new_columns = words[i];
        set_value(batch, "more", 0, weir_int(1));
        check_plan(f, batch, "");
    }
}

static void a_name_that_cannot_be_is_not_made(void **state)
{
    struct table_fixture *f = *state;
    struct weir_batch *batch = new_batch(f, 1);

    set_value(batch, "ctid", 0, weir_int(1));
    set_value(batch, "", 0, weir_int(1));
    check_plan(f, batch, "");
}

static void a_table_is_made_with_its_key_or_not_at_all(void **state)
{
    struct table_fixture *f = *state;
    struct weir_batch *batch;

    f->resource.primary_key = (struct weir_strs){key, 1};
    init_table(f, false);
    batch = new_batch(f, 1);
    set_value(batch, "note", 0, text_value("x"));
    check_plan(f, batch, "id bigint, note text");
    batch = new_batch(f, 1);
    set_value(batch, "id", 0, weir_null());
    assert_true(table_is_ready(&f->table, batch));
    assert_int_equal(table_check_rows(&f->table, batch), WEIR_FAIL);
    check_told(WEIR_FAULT_DATA, "E-ROW-CONSTRAINT", "column 'id': the key column is null");
    weir_batch_free(batch);
}

static void one_that_is_replaced_means_where_its_rows_wait(void **state)
{
    struct table_fixture *f = *state;
    struct table_fixture target = *f;
    struct weir_batch *batch = new_batch(f, 1);

    init_table(f, false);
    target.table.staged = &f->table;
    assert_false(table_is_ready(&target.table, batch));
    weir_batch_free(batch);
}

/* A batch in which the column "more" of the table holds this. */
static struct weir_batch *batch_of_more(const struct table_fixture *f, struct weir_value value)
{
    struct weir_batch *batch = new_batch(f, 3);

    set_value(batch, "more", 1, value);
    return batch;
}

/* What was found out of one batch holds for its check, once, and for no other one. */
static void what_was_looked_at_holds_once(void **state)
{
    struct table_fixture *f = *state;
    struct weir_batch *good;
    struct weir_batch *bad;

    (void)add_known(f, "more", "bytea");
    f->schema.data_type = WEIR_CONTRACT_WIDEN;
    good = batch_of_more(f, weir_text(WEIR_BYTES, weir_str("b")));
    bad = batch_of_more(f, text_value("x"));
    assert_true(table_is_ready(&f->table, good));
    assert_int_equal(table_check_rows(&f->table, bad), WEIR_FAIL);
    check_told(WEIR_FAULT_DATA, "E-TYPE", "the text that came is not bytes");
    assert_true(table_is_ready(&f->table, good));
    assert_int_equal(table_check_rows(&f->table, good), WEIR_OK);
    good->columns[1].values[1] = text_value("x");
    assert_int_equal(table_check_rows(&f->table, good), WEIR_FAIL);
    /* No other type takes it, either: nothing is to be changed, and nothing fits. */
    assert_true(table_is_ready(&f->table, bad));
    assert_int_equal(table_check_rows(&f->table, bad), WEIR_FAIL);
    weir_batch_free(good);
    weir_batch_free(bad);
}

/* Values of other columns and rows may go meanwhile. */
static void what_fits_is_not_looked_at_again(void **state)
{
    struct table_fixture *f = *state;
    struct weir_batch *batch;

    (void)add_known(f, "more", "jsonb");
    f->schema.data_type = WEIR_CONTRACT_WIDEN;
    f->schema.new_columns = WEIR_CONTRACT_DISCARD_ROW;
    batch = batch_of_more(f, weir_text(WEIR_JSON, weir_str("[]")));
    set_value(batch, "other", 0, weir_int(1));
    assert_true(table_is_ready(&f->table, batch));
    assert_int_equal(table_inside(&f->table)->fitting.columns, 1 << 1);
    /* As nobody would do it, so that a second look would be seen. */
    batch->columns[1].values[1].text = "[\1";
    assert_int_equal(table_check_rows(&f->table, batch), WEIR_OK);
    assert_int_equal(batch->n_rows, 2);
    assert_int_equal(batch->n_columns, 2);
    weir_batch_free(batch);
}

/* More columns than are remembered. */
static void columns_behind_the_64th_are_looked_at(void **state)
{
    struct table_fixture *f = *state;
    struct weir_batch *batch = new_batch(f, 1);
    char name[16];

    (void)add_known(f, "more", "jsonb");
    f->schema.data_type = WEIR_CONTRACT_WIDEN;
    f->schema.new_columns = WEIR_CONTRACT_DISCARD_VALUE;
    for (int i = 0; i < 70; i++) {
        (void)snprintf(name, sizeof(name), "c%d", i);
        set_value(batch, name, 0, weir_int(i));
    }
    set_value(batch, "more", 0, weir_text(WEIR_JSON, weir_str("[]")));
    assert_true(table_is_ready(&f->table, batch));
    batch->columns[71].values[0].text = "[\1";
    assert_int_equal(table_check_rows(&f->table, batch), WEIR_FAIL);
    weir_batch_free(batch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_fits_needs_nothing),
        TEST(a_new_column_gets_the_type_of_its_values),
        TEST(a_column_without_values_waits),
        TEST(a_declared_type_wins),
        TEST(only_our_own_types_are_widened),
        TEST(one_is_true_only_where_somebody_says_so),
        TEST(a_frozen_table_gets_no_columns),
        TEST(a_name_that_cannot_be_is_not_made),
        TEST(a_table_is_made_with_its_key_or_not_at_all),
        TEST(one_that_is_replaced_means_where_its_rows_wait),
        TEST(what_was_looked_at_holds_once),
        TEST(what_fits_is_not_looked_at_again),
        TEST(columns_behind_the_64th_are_looked_at),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
