/* What a pipeline file says about tables: what a plan is filled with, and what is refused. */
#include "plan_checks.h"

#include <weir/schema.h>

#define HEAD "weir: 1\nname: test\nload: { type: positions }\n"
#define PLAIN "weir: 1\nname: test\nload: { type: slow }\n"
#define TWO "extract: { type: count, resources: [ { name: alpha }, { name: beta } ] }\n"
#define ASIDE "extract: { type: count, name: alpha, on_row_error: dead_letter }\n"

static void without_a_word_all_is_as_the_loader_likes(void **state)
{
    struct plan *plan = read_good_plan(*state, PLAIN TWO);

    for (size_t i = 0; i < 2; i++) {
        const struct weir_schema *schema = plan->resources[i].schema;

        assert_non_null(schema);
        assert_int_equal(schema->n_columns, 0);
        assert_int_equal(schema->tables, WEIR_CONTRACT_DEFAULT);
        assert_int_equal(schema->new_columns, WEIR_CONTRACT_DEFAULT);
        assert_int_equal(schema->data_type, WEIR_CONTRACT_DEFAULT);
        assert_null(schema->config);
    }
}

static void columns_come_in_the_order_of_the_file(void **state)
{
    struct plan *plan = read_good_plan(*state,
        HEAD TWO "schema:\n"
                 "  columns: { alpha: { z: \"numeric(10,2)\", a: bigint }, beta: }\n"
                 "  contract: { tables: freeze, columns: discard_value, data_type: evolve }\n");
    const struct weir_schema *alpha = plan->resources[0].schema;
    const struct weir_schema *beta = plan->resources[1].schema;

    assert_int_equal(alpha->n_columns, 2);
    assert_string_equal(alpha->columns[0].name, "z");
    assert_string_equal(alpha->columns[0].type, "numeric(10,2)");
    assert_string_equal(alpha->columns[1].name, "a");
    assert_string_equal(alpha->columns[1].type, "bigint");
    assert_int_equal(weir_node_get(alpha->config, "a")->line, 6);
    assert_int_equal(beta->n_columns, 0);
    assert_int_equal(alpha->tables, WEIR_CONTRACT_FREEZE);
    assert_int_equal(beta->new_columns, WEIR_CONTRACT_DISCARD_VALUE);
    assert_int_equal(alpha->data_type, WEIR_CONTRACT_WIDEN);
}

static void each_place_knows_its_own_words(void **state)
{
    struct fixture *f = *state;

    refuses_plan(f, HEAD TWO "schema: { contract: { tables: discard_row } }\n", 5, 31, "E-VALUE",
        "'tables'");
    refuses_plan(
        f, HEAD TWO "schema: { contract: { columns: widen } }\n", 5, 32, "E-VALUE", "'columns'");
    refuses_plan(f, HEAD TWO "schema: { contract: { data_type: freze } }\n", 5, 34, "E-VALUE",
        "did you mean 'freeze'?");
    refuses_plan(f, HEAD TWO "schema: { contract: { colums: freeze } }\n", 5, 23, "E-KEY",
        "did you mean 'columns'?");
}

static void columns_are_of_resources_that_there_are(void **state)
{
    struct fixture *f = *state;

    refuses_plan(f, HEAD TWO "schema: { columns: { alhpa: { id: bigint } } }\n", 5, 22, "E-VALUE",
        "there is no resource 'alhpa'; did you mean 'alpha'?");
    refuses_plan(f, HEAD TWO "schema: { columns: [alpha] }\n", 5, 20, "E-VALUE",
        "'columns' needs a map of resources");
    refuses_plan(f, HEAD TWO "schema: { columns: { alpha: bigint } }\n", 5, 29, "E-VALUE",
        "'alpha' needs a map of columns and types");
    refuses_plan(f, HEAD TWO "schema: { columns: { alpha: { id: [bigint] } } }\n", 5, 35, "E-VALUE",
        "the column 'id' of 'alpha' needs a type");
    refuses_plan(f, HEAD TWO "schema: { columns: { alpha: { id: } } }\n", 5, 35, "E-VALUE",
        "the column 'id' of 'alpha' needs a type");
    refuses_plan(f, HEAD TWO "schema: { columns: { alpha: { '': int } } }\n", 5, 31, "E-VALUE",
        "a column of 'alpha' has no name");
}

static void a_name_twice_is_refused(void **state)
{
    struct fixture *f = *state;

    assert_null(read_plan(f, HEAD TWO "schema:\n  columns:\n    alpha: { id: int, id: text }\n"));
    check_has(f, 7, 23, "E-KEY", "'id'");
}

/* A run of some resources only: what is said about the others is no mistake. */
static void a_resource_that_does_not_take_part_may_have_columns(void **state)
{
    static const char *const only[] = {"beta"};
    struct plan *plan;

    request.only = (struct weir_strs){only, 1};
    plan = read_good_plan(
        *state, HEAD TWO "schema: { columns: { alpha: { a: int }, beta: { b: int } } }\n");
    assert_int_equal(plan->n_resources, 1);
    assert_string_equal(plan->resources[0].schema->columns[0].name, "b");
}

static void a_loader_that_does_not_look_at_it_says_so(void **state)
{
    refuses_plan(*state, PLAIN TWO "schema: { contract: { columns: freeze } }\n", 5, 1, "E-VALUE",
        "the slow loader does not take 'schema'");
}

static void rows_are_set_aside_where_the_resource_does(void **state)
{
    struct fixture *f = *state;

    refuses_plan(f, HEAD TWO "schema: { contract: { columns: dead_letter } }\n", 5, 32, "E-VALUE",
        "give it 'on_row_error: dead_letter'");
    refuses_plan(f, HEAD TWO "schema: { contract: { data_type: dead_letter } }\n", 5, 34, "E-VALUE",
        "give it 'on_row_error: dead_letter'");
    (void)read_good_plan(f, HEAD ASIDE "schema: { contract: { columns: dead_letter } }\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, plan_setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_a_word_all_is_as_the_loader_likes),
        TEST(columns_come_in_the_order_of_the_file),
        TEST(each_place_knows_its_own_words),
        TEST(columns_are_of_resources_that_there_are),
        TEST(a_name_twice_is_refused),
        TEST(a_resource_that_does_not_take_part_may_have_columns),
        TEST(a_loader_that_does_not_look_at_it_says_so),
        TEST(rows_are_set_aside_where_the_resource_does),
    };

    return cmocka_run_group_tests(tests, open_plans, close_plans);
}
