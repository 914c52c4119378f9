/* What `partitions` of a child say. */
#include "node_checks.h"

#include "family/fanout.h"

static struct weir_arena *arena;
static struct weir_mistakes mistakes;

static int setup(void **state)
{
    (void)state;
    arena = weir_arena_new();
    weir_mistakes_init(&mistakes, arena);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    weir_arena_free(arena);
    return 0;
}

static void lists_and_columns_are_told_apart(void **state)
{
    const struct weir_node *node = document(arena,
        "{'state': ['open', 'closed'], 'id': {'resource': 'orders', 'field': 'id', 'group': 100}, "
        "'n': {'from': 1, 'to': 3}, 'shop': {'resource': 'orders', 'field': 'shop'}}");
    struct weir_parents parents = {0};
    struct http_fanout fanout;

    (void)state;
    assert_true(http_fanout_parse(node, arena, &mistakes, &fanout));
    assert_int_equal(fanout.n_columns, 2);
    assert_string_equal(fanout.columns[0].name, "id");
    assert_string_equal(fanout.columns[1].field, "shop");
    assert_ptr_equal(fanout.group, &fanout.columns[0]);
    assert_int_equal(fanout.group->group, 100);
    assert_string_equal(fanout.group->join, ",");
    assert_int_equal(fanout.lists->n, 2);
    assert_string_equal(fanout.lists->keys[1]->text.ptr, "n");
    http_fanout_parents(node, &parents);
    assert_int_equal(parents.n, 1);
    assert_true(weir_str_is(parents.items[0].name, "orders"));
    assert_true(http_fanout_has(node, weir_str("shop")));
    assert_false(http_fanout_has(node, weir_str("shops")));
}

static void none_are_none(void **state)
{
    struct http_fanout fanout;
    struct weir_parents parents = {0};

    (void)state;
    assert_true(http_fanout_parse(NULL, arena, &mistakes, &fanout));
    assert_null(fanout.lists);
    assert_int_equal(fanout.n_columns, 0);
    http_fanout_parents(NULL, &parents);
    http_fanout_parents(document(arena, "['a']"), &parents);
    http_fanout_parents(document(arena, "{'a': {'resource': ['b']}}"), &parents);
    assert_int_equal(parents.n, 0);
}

static void mistakes_are_told(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"{'a': {'resource': 'o', 'fild': 'id'}}", "did you mean 'field'?"},
        {"{'a': {'resource': 'o', 'field': 'id', 'group': 0}}", "from 1 to 10000"},
        {"{'a': {'resource': 'o', 'field': 'id', 'as': 'array'}}", "say how many with 'group'"},
        {"{'a': {'resource': 'o', 'field': 'id', 'group': 2, 'as': 'array', 'join': ';'}}",
            "'join' has no part"},
        {"{'a.b': {'resource': 'o', 'field': 'id'}}", "holds no dot"},
        {"{'a': {'resource': 'o', 'field': 'id', 'group': 2}, 'b': {'resource': 'o', 'field': "
         "'x', 'group': 2}}",
            "'a' and 'b' cannot both"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct http_fanout fanout;

        weir_mistakes_init(&mistakes, arena);
        assert_false(http_fanout_parse(document(arena, cases[i].text), arena, &mistakes, &fanout));
        assert_true(mistakes.n_errors > 0);
        assert_non_null(strstr(mistakes.items[0].text, cases[i].message));
    }
}

static const struct weir_partitions *lists_of(const char *text)
{
    return weir_partitions_parse(arena, document(arena, text), &mistakes);
}

static void combinations_are_written_as_questions(void **state)
{
    struct http_product product;
    struct weir_error error = {0};

    (void)state;
    assert_int_equal(
        http_product_init(&product,
            lists_of("{'state': ['open', 'a\\\"b'], 'n': {'from': 8, 'to': 10}}"), arena, &error),
        WEIR_OK);
    assert_int_equal(product.n, 6);
    assert_true(weir_str_is(product.items[0], "\"state\":\"open\",\"n\":8"));
    assert_true(weir_str_is(product.items[5], "\"state\":\"a\\\"b\",\"n\":10"));
    assert_int_equal(product.longest, product.items[5].len);
}

static void without_lists_there_is_one_that_says_nothing(void **state)
{
    struct http_product product;
    struct weir_error error = {0};

    (void)state;
    assert_int_equal(http_product_init(&product, NULL, arena, &error), WEIR_OK);
    assert_int_equal(product.n, 1);
    assert_int_equal(product.items[0].len, 0);
}

static void too_many_combinations_are_refused(void **state)
{
    struct http_product product;
    struct weir_error error = {0};

    (void)state;
    assert_int_equal(
        http_product_init(&product, lists_of("{'n': {'from': 1, 'to': 10000}}"), arena, &error),
        WEIR_OK);
    assert_int_equal(
        http_product_init(&product, lists_of("{'n': {'from': 1, 'to': 10001}}"), arena, &error),
        WEIR_FAIL);
    assert_string_equal(error.code, "E-LIMIT");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(lists_and_columns_are_told_apart),
        TEST(none_are_none),
        TEST(mistakes_are_told),
        TEST(combinations_are_written_as_questions),
        TEST(without_lists_there_is_one_that_says_nothing),
        TEST(too_many_combinations_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
