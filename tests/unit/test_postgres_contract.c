/* What may change in a table, where the file says something and where it does not. */
#include "table_checks.h"

static const struct weir_declared_column declared[] = {
    {"note", "varchar(3)"}, {"at", "timestamptz"}};

static void without_a_word_only_our_own_types_change(void **state)
{
    struct table_fixture *f = *state;
    const struct column *note = table_find(&f->table, weir_str("note"));

    assert_int_equal(contract_tables(&f->table), WEIR_CONTRACT_EVOLVE);
    assert_int_equal(contract_columns(&f->table), WEIR_CONTRACT_EVOLVE);
    assert_int_equal(contract_type(&f->table, note), WEIR_CONTRACT_DEFAULT);
    f->table.is_ours = true;
    assert_int_equal(contract_type(&f->table, note), WEIR_CONTRACT_WIDEN);
}

static void what_is_declared_stands(void **state)
{
    struct table_fixture *f = *state;
    const struct column *note;

    f->schema = (struct weir_schema){.columns = declared, .n_columns = 2};
    init_table(f, true);
    f->table.is_ours = true;
    note = table_find(&f->table, weir_str("note"));
    assert_int_equal(table_declared(&f->table, weir_str("at"))->type.kind, TYPE_TIMESTAMPTZ);
    assert_null(table_declared(&f->table, weir_str("id")));
    assert_int_equal(contract_type(&f->table, note), WEIR_CONTRACT_DEFAULT);
    f->schema.data_type = WEIR_CONTRACT_WIDEN;
    assert_int_equal(contract_type(&f->table, note), WEIR_CONTRACT_WIDEN);
}

static void a_word_of_the_file_is_for_all(void **state)
{
    struct table_fixture *f = *state;
    const struct column *note = table_find(&f->table, weir_str("note"));

    f->schema = (struct weir_schema){.tables = WEIR_CONTRACT_FREEZE,
        .new_columns = WEIR_CONTRACT_DISCARD_ROW,
        .data_type = WEIR_CONTRACT_FREEZE};
    f->table.is_ours = true;
    assert_int_equal(contract_tables(&f->table), WEIR_CONTRACT_FREEZE);
    assert_int_equal(contract_columns(&f->table), WEIR_CONTRACT_DISCARD_ROW);
    assert_int_equal(contract_type(&f->table, note), WEIR_CONTRACT_FREEZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_a_word_only_our_own_types_change),
        TEST(what_is_declared_stands),
        TEST(a_word_of_the_file_is_for_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
