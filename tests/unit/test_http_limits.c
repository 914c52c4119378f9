/* rate_limits: which requests take how much of which, and mistakes in the list. */
#include "http_checks.h"

#include "../../plugins/http/politeness/limits.h"

static struct http_limits limits;
static uint64_t weights[HTTP_LIMITS_MAX];

static void parse(struct http_fixture *f, const char *list)
{
    const struct weir_node *node;

    http_parse(f, weir_printf(f->arena, "{'url': 'http://h/', 'rate_limits': %s}", list));
    node = weir_node_get(f->resource.config, "rate_limits");
    if (f->mistakes.n == 0)
        http_limits_check(&f->connection.rate_limits, node, &f->mistakes);
}

static void begin(struct http_fixture *f, const char *list)
{
    parse(f, list);
    check_none(&f->mistakes);
    http_limits_done(&limits);
    http_limits_init(&limits, &f->connection.rate_limits);
}

static int teardown(void **state)
{
    http_limits_done(&limits);
    return http_teardown(state);
}

static void one_without_match_is_for_what_no_other_fits(void **state)
{
    begin(*state, "[{'name': 'rest', 'limit': 5}, {'name': 'search', 'limit': 3, 'match': "
                  "'^/search/', 'weight': 2}]");
    http_limits_weigh(&limits, "https://h/search/x?q=1", weights);
    assert_int_equal(weights[0], 0);
    assert_int_equal(weights[1], 2);
    http_limits_weigh(&limits, "https://h/items?at=/search/", weights);
    assert_int_equal(weights[0], 1);
    assert_int_equal(weights[1], 0);
}

static void all_that_fit_count(void **state)
{
    begin(*state, "[{'name': 'all', 'limit': 5, 'match': '.'}, {'name': 'root', 'limit': 3, "
                  "'match': '^/$'}]");
    for (size_t i = 0; i < 3; i++) {
        static const char *const roots[] = {"http://h", "http://h/", "http://h?x=/a"};

        http_limits_weigh(&limits, roots[i], weights);
        assert_int_equal(weights[0], 1);
        assert_int_equal(weights[1], 1);
    }
    http_limits_weigh(&limits, "http://h/a#/", weights);
    assert_int_equal(weights[0], 1);
    assert_int_equal(weights[1], 0);
}

static void entries_of_one_name_share_it(void **state)
{
    begin(*state, "[{'name': 'core', 'limit': 9}, {'name': 'core', 'match': 'big', 'weight': 5}, "
                  "{'name': 'core', 'match': 'bigger', 'weight': 9}]");
    assert_int_equal(limits.first[2], 0);
    http_limits_weigh(&limits, "http://h/small", weights);
    assert_int_equal(weights[0], 1);
    http_limits_weigh(&limits, "http://h/bigger", weights);
    assert_int_equal(weights[0], 5);
    assert_int_equal(weights[1], 0);
    assert_int_equal(weights[2], 0);
}

static void mistakes_are_told(void **state)
{
    struct http_fixture *f = *state;

    parse(f, "[{'name': 'a'}]");
    check_mistake(&f->mistakes, 0, "E-REQUIRED", "'limit' is required");
    parse(f, "[{'name': 'a', 'limit': 2, 'burst': 3}]");
    check_mistake(
        &f->mistakes, 0, "E-VALUE", "'burst' is more than 'limit', so it would never be there");
    parse(f, "[{'name': 'a', 'limit': 9, 'burst': 3, 'weight': 4}]");
    check_mistake(&f->mistakes, 0, "E-VALUE",
        "'weight' is more than may be taken at once, so such a request would never be sent");
    parse(f, "[{'name': 'a', 'limit': 9}, {'name': 'a', 'match': 'x', 'interval': '5s'}]");
    check_mistake(&f->mistakes, 0, "E-VALUE",
        "'interval' of 'a' is stated by the first entry of that name; give this one another name, "
        "or leave it out");
    parse(f, "[{'name': 'a', 'limit': 9, 'match': '('}]");
    assert_int_equal(f->mistakes.n, 1);
    assert_non_null(strstr(f->mistakes.items[0].text, "'match' is no regular expression: "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            one_without_match_is_for_what_no_other_fits, http_setup, teardown),
        cmocka_unit_test_setup_teardown(all_that_fit_count, http_setup, teardown),
        cmocka_unit_test_setup_teardown(entries_of_one_name_share_it, http_setup, teardown),
        cmocka_unit_test_setup_teardown(mistakes_are_told, http_setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
