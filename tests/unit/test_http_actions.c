/* response_actions: which of them fits an answer, and when that is known. */
#include "http_checks.h"

#include "../../plugins/http/source/actions.h"

static void parse(struct http_fixture *f, const char *actions)
{
    http_parse(f, weir_printf(f->arena, "{'url': 'http://h/', 'response_actions': %s}", actions));
    if (f->mistakes.n == 0)
        http_actions_check(&f->options.response_actions, false,
            weir_node_get(f->resource.config, "response_actions"), &f->mistakes);
}

static enum http_verdict judge(
    struct http_fixture *f, int status, char *body, enum http_verdict verdict, uint64_t *ret_left)
{
    struct http_response response = {
        .status = status, .body = {.ptr = body, .len = body ? strlen(body) : 0}};

    return http_actions_judge(&f->options.response_actions, &response, verdict, ret_left);
}

static void the_first_that_fits_counts(void **state)
{
    struct http_fixture *f = *state;
    uint64_t left;

    parse(f, "[{'status_code': '404', 'action': 'stop'}, {'status_code': ['410', '4xx'], "
             "'content': 'gone', 'action': 'ignore'}, {'status_code': '5xx', 'action': 'fail'}]");
    check_none(&f->mistakes);
    assert_int_equal(judge(f, 404, "gone", HTTP_BAD, &left), HTTP_STOP);
    assert_int_equal(judge(f, 410, "it is gone", HTTP_BAD, &left), HTTP_IGNORE);
    assert_int_equal(judge(f, 410, "it is here", HTTP_BAD, &left), HTTP_BAD);
    assert_int_equal(judge(f, 410, NULL, HTTP_BAD, &left), HTTP_BAD);
    assert_int_equal(judge(f, 503, NULL, HTTP_RETRY, &left), HTTP_BAD);
    assert_int_equal(judge(f, 200, "gone", HTTP_GOOD, &left), HTTP_GOOD);
    assert_int_equal(left, 0);
}

static void bodies_of_good_answers_are_left_for_later(void **state)
{
    struct http_fixture *f = *state;
    const struct weir_groups *actions = &f->options.response_actions;
    uint64_t left;

    parse(f, "[{'status_code': '404', 'action': 'fail'}, {'content': 'again', 'action': 'retry'}, "
             "{'status_code': '2xx', 'content': 'stop', 'action': 'stop'}]");
    check_none(&f->mistakes);
    assert_int_equal(judge(f, 200, "again", HTTP_GOOD, &left), HTTP_GOOD);
    assert_int_equal(left, 6);
    assert_int_equal(
        http_actions_decide(actions, left, weir_str("again, stop"), &f->error), HTTP_RETRY);
    assert_string_equal(f->error.code, "E-HTTP-ANSWER");
    f->error = (struct weir_error){0};
    assert_int_equal(http_actions_decide(actions, left, weir_str("stop"), &f->error), HTTP_STOP);
    assert_int_equal(http_actions_decide(actions, left, weir_str("go"), &f->error), HTTP_GOOD);
    assert_int_equal(http_actions_decide(actions, 0, weir_str("again"), &f->error), HTTP_GOOD);
    assert_false(weir_error_is_set(&f->error));
    assert_int_equal(judge(f, 204, NULL, HTTP_GOOD, &left), HTTP_GOOD);
    assert_int_equal(left, 0);
    parse(f, "[{'content': 'again', 'action': 'retry'}, {'status_code': '200', 'action': 'stop'}, "
             "{'status_code': '200', 'action': 'fail'}]");
    assert_int_equal(judge(f, 200, "x", HTTP_GOOD, &left), HTTP_GOOD);
    assert_int_equal(left, 3);
    assert_int_equal(http_actions_decide(actions, left, weir_str("x"), &f->error), HTTP_STOP);
}

static void mistakes_are_told(void **state)
{
    struct http_fixture *f = *state;

    parse(f, "[{'action': 'stop'}]");
    check_mistake(&f->mistakes, 0, "E-VALUE",
        "this would hold for every answer: give status_code, headers or content");
    parse(f, "[{'status_code': '4x', 'action': 'stop'}]");
    check_mistake(&f->mistakes, 0, "E-VALUE",
        "'status_code' needs statuses such as 404, or 4xx for all from 400 to 499, got '4x'");
    parse(f, "[{'status_code': '403', 'action': 'refresh_auth'}]");
    assert_int_equal(f->mistakes.n_errors, 0);
    check_mistake(&f->mistakes, 0, "E-VALUE",
        "'refresh_auth' is 'fail' here, for this auth has no other login to get");
    parse(f, "[{'headers': {'a b': 'x'}, 'action': 'stop'}]");
    check_mistake(&f->mistakes, 0, "E-HEADER", "'a b' cannot be the name of a header");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_first_that_fits_counts, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(
            bodies_of_good_answers_are_left_for_later, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(mistakes_are_told, http_setup, http_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
