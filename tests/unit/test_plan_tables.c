/* Resources that fill one table have to agree about it. */
#include "plan_checks.h"

#define HEAD                                                                                       \
    "weir: 1\nname: test\nload: { type: positions }\nextract:\n  type: count\n  resources:\n"
#define ALPHA(more) "    - { name: alpha, table: t, " more " }\n"
#define BETA(more) "    - { name: beta, table: t, " more " }\n"

static void those_that_agree_share_a_table(void **state)
{
    (void)read_good_plan(*state,
        HEAD ALPHA("primary_key: [a, b], write_disposition: merge, order_by: at")
            BETA("primary_key: [a, b], write_disposition: merge, order_by: at"));
    (void)read_good_plan(*state,
        HEAD ALPHA(
            "primary_key: id") "    - { name: beta, table: T, write_disposition: replace }\n");
}

static void those_that_do_not_are_refused(void **state)
{
    struct fixture *f = *state;

    refuses_plan(f,
        HEAD ALPHA("primary_key: id") BETA("write_disposition: replace, primary_key: id"), 8, 50,
        "E-VALUE", "'alpha' and 'beta' fill one table but have different dispositions");
    refuses_plan(f, HEAD ALPHA("primary_key: id") BETA("primary_key: [id, n]"), 8, 44, "E-VALUE",
        "name different keys");
    refuses_plan(f,
        HEAD ALPHA("primary_key: id, write_disposition: merge, order_by: at")
            BETA("primary_key: id, write_disposition: merge"),
        8, 15, "E-VALUE", "tell versions apart by different columns");
}

static void a_column_has_one_type(void **state)
{
    struct fixture *f = *state;

    refuses_plan(f,
        HEAD ALPHA("primary_key: id") BETA("primary_key: id") "schema:\n"
                                                              "  columns:\n"
                                                              "    alpha: { id: int, n: text }\n"
                                                              "    beta: { id: bigint, n: text }\n",
        12, 17, "E-VALUE", "give column 'id' different types");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, plan_setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(those_that_agree_share_a_table),
        TEST(those_that_do_not_are_refused),
        TEST(a_column_has_one_type),
    };

    return cmocka_run_group_tests(tests, open_plans, close_plans);
}
