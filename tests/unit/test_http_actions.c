/* response_actions: which of them fits an answer, and when that is known. */
#include "http_checks.h"

#include "../../plugins/http/answer/actions.h"
#include "../../plugins/http/client/head.h"

static struct http_actions started;
static char logged[1024];

static void keep_log(struct weir_stage *stage, enum weir_level level, const char *text)
{
    (void)stage;
    (void)level;
    (void)snprintf(logged + strlen(logged), sizeof(logged) - strlen(logged), "%s\n", text);
}

static bool is_stopping;

static bool stopping(struct weir_stage *stage)
{
    (void)stage;
    return is_stopping;
}

static void start(struct http_fixture *f)
{
    static const struct weir_host host = {
        .size = sizeof(struct weir_host), .log = keep_log, .stopping = stopping};
    static struct weir_stage stage;

    stage = (struct weir_stage){.arena = f->arena, .host = &host};
    started = (struct http_actions){0};
    logged[0] = '\0';
    is_stopping = false;
    assert_int_equal(
        http_actions_start(&started, &f->options.response_actions, &stage, "items", &f->error),
        WEIR_OK);
}

static void parse(struct http_fixture *f, const char *actions)
{
    http_parse(f, weir_printf(f->arena, "{'url': 'http://h/', 'response_actions': %s}", actions));
    if (f->mistakes.n == 0)
        http_actions_check(&f->resource, false,
            weir_node_get(f->resource.config, "response_actions"), &f->mistakes);
    if (f->mistakes.n_errors == 0)
        start(f);
}

static enum http_verdict judge(
    int status, char *body, enum http_verdict verdict, uint64_t *ret_left)
{
    struct http_response response = {
        .status = status, .body = {.ptr = body, .len = body ? strlen(body) : 0}};

    return http_actions_judge(&started, &response, verdict, ret_left);
}

static void the_first_that_fits_counts(void **state)
{
    struct http_fixture *f = *state;
    uint64_t left;

    parse(f, "[{'status_code': '404', 'action': 'stop'}, {'status_code': ['410', '4xx'], "
             "'content': 'gone', 'action': 'ignore'}, {'status_code': '5xx', 'action': 'fail'}]");
    check_none(&f->mistakes);
    assert_int_equal(judge(404, "gone", HTTP_BAD, &left), HTTP_STOP);
    assert_int_equal(judge(410, "it is gone", HTTP_BAD, &left), HTTP_IGNORE);
    assert_int_equal(judge(410, "it is here", HTTP_BAD, &left), HTTP_BAD);
    assert_int_equal(judge(410, NULL, HTTP_BAD, &left), HTTP_BAD);
    assert_int_equal(judge(503, NULL, HTTP_RETRY, &left), HTTP_BAD);
    assert_int_equal(judge(200, "gone", HTTP_GOOD, &left), HTTP_GOOD);
    assert_int_equal(left, 0);
}

static void bodies_of_good_answers_are_left_for_later(void **state)
{
    struct http_fixture *f = *state;
    const struct http_actions *actions = &started;
    uint64_t left;

    parse(f, "[{'status_code': '404', 'action': 'fail'}, {'content': 'again', 'action': 'retry'}, "
             "{'status_code': '2xx', 'content': 'stop', 'action': 'stop'}]");
    check_none(&f->mistakes);
    assert_int_equal(judge(200, "again", HTTP_GOOD, &left), HTTP_GOOD);
    assert_int_equal(left, 6);
    assert_int_equal(
        http_actions_decide(actions, left, NULL, weir_str("again, stop"), &f->error), HTTP_RETRY);
    assert_string_equal(f->error.code, "E-HTTP-ANSWER");
    f->error = (struct weir_error){0};
    assert_int_equal(
        http_actions_decide(actions, left, NULL, weir_str("stop"), &f->error), HTTP_STOP);
    assert_int_equal(
        http_actions_decide(actions, left, NULL, weir_str("go"), &f->error), HTTP_GOOD);
    assert_int_equal(
        http_actions_decide(actions, 0, NULL, weir_str("again"), &f->error), HTTP_GOOD);
    assert_false(weir_error_is_set(&f->error));
    assert_int_equal(judge(204, NULL, HTTP_GOOD, &left), HTTP_GOOD);
    assert_int_equal(left, 0);
    parse(f, "[{'content': 'again', 'action': 'retry'}, {'status_code': '200', 'action': 'stop'}, "
             "{'status_code': '200', 'action': 'fail'}]");
    assert_int_equal(judge(200, "x", HTTP_GOOD, &left), HTTP_GOOD);
    assert_int_equal(left, 3);
    assert_int_equal(http_actions_decide(actions, left, NULL, weir_str("x"), &f->error), HTTP_STOP);
}

static void conditions_look_at_all_of_it(void **state)
{
    struct http_fixture *f = *state;
    uint64_t left;

    parse(f, "[{'when': 'status = 400 AND body ->> \\u0027$.error.code\\u0027 = "
             "\\u0027busy\\u0027', 'action': 'retry'}, "
             "{'status_code': '4xx', 'when': 'body LIKE \\u0027%gone%\\u0027', 'action': 'stop'}]");
    check_none(&f->mistakes);
    assert_int_equal(judge(400, "{\"error\":{\"code\":\"busy\"}}", HTTP_BAD, &left), HTTP_RETRY);
    assert_int_equal(judge(401, "{\"error\":{\"code\":\"busy\"}}", HTTP_BAD, &left), HTTP_BAD);
    assert_int_equal(judge(400, "{\"error\":3}", HTTP_BAD, &left), HTTP_BAD);
    assert_string_equal(logged, "");
    assert_int_equal(judge(404, "it is gone", HTTP_BAD, &left), HTTP_STOP);
    assert_int_equal(judge(404, NULL, HTTP_BAD, &left), HTTP_BAD);
    /* What is no JSON is no reason to fail, but is told, once. */
    assert_int_equal(judge(400, "<html>gone</html>", HTTP_BAD, &left), HTTP_STOP);
    assert_int_equal(judge(400, "<html>", HTTP_BAD, &left), HTTP_BAD);
    assert_non_null(strstr(logged, "items: 'when' cannot be computed for every answer"));
    assert_int_equal(strchr(logged, '\n')[1], '\0');
    assert_int_equal(judge(400, "\xff gone", HTTP_BAD, &left), HTTP_STOP);
}

static void conditions_over_good_answers_are_left_for_later(void **state)
{
    struct http_fixture *f = *state;
    struct http_response response = {.status = 202, .body = {.ptr = "x", .len = 1}};
    const struct http_answer *head;
    struct http_head fields;
    uint64_t left;

    parse(f, "[{'status_code': '404', 'action': 'stop'}, {'when': 'status = 202 AND headers ->> "
             "\\u0027x-state\\u0027 = \\u0027a \\\"b\\\"\\u0027 AND body ->> \\u0027$.n\\u0027 > "
             "2', 'action': 'fail'}]");
    check_none(&f->mistakes);
    http_head_init(&fields);
    assert_int_equal(http_head_add(&fields, weir_str("HTTP/1.1 202 Ok\r\n"), &f->error), WEIR_OK);
    assert_int_equal(http_head_add(&fields, weir_str("X-State: a \"b\"\r\n"), &f->error), WEIR_OK);
    assert_int_equal(http_head_add(&fields, weir_str("X-STATE: c\r\n"), &f->error), WEIR_OK);
    response.head = &fields;
    assert_int_equal(http_actions_judge(&started, &response, HTTP_GOOD, &left), HTTP_GOOD);
    assert_int_equal(left, 2);
    head = http_actions_head(&started, left, &response, f->arena);
    assert_null(http_actions_head(&started, 1, &response, f->arena));
    assert_string_equal(head->headers.ptr, "{\"x-state\":\"a \\\"b\\\"\",\"x-state\":\"c\"}");
    assert_int_equal(
        http_actions_decide(&started, left, head, weir_str("{\"n\":2}"), &f->error), HTTP_GOOD);
    assert_int_equal(
        http_actions_decide(&started, left, head, weir_str("{\"n\":3}"), &f->error), HTTP_BAD);
    assert_string_equal(f->error.code, "E-HTTP-ANSWER");
    http_head_done(&fields);
}

/* Or what a condition would have turned away were loaded. */
static void a_look_that_is_ended_says_nothing(void **state)
{
    struct http_fixture *f = *state;
    struct weir_str body = weir_str("{\"n\":1}");
    struct http_response response = {.status = 200, .body = {.ptr = "x", .len = 1}};
    uint64_t left;

    parse(f,
        "[{'when': '(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < "
        "30000) SELECT count(*) FROM c) + body ->> \\u0027$.n\\u0027 = 1', 'action': 'stop'}]");
    check_none(&f->mistakes);
    assert_int_equal(http_actions_judge(&started, &response, HTTP_GOOD, &left), HTTP_GOOD);
    assert_int_equal(http_actions_decide(&started, left, NULL, body, &f->error), HTTP_GOOD);
    is_stopping = true;
    assert_int_equal(http_actions_decide(&started, left, NULL, body, &f->error), HTTP_RETRY);
    assert_string_equal(f->error.code, "E-STOPPED");
    assert_string_equal(logged, "");
}

static void large_bodies_are_not_looked_at(void **state)
{
    struct http_fixture *f = *state;
    size_t n = HTTP_WHEN_MAX;
    char *body = weir_alloc(f->arena, n + 2);
    uint64_t left;

    memset(body, 'a', n);
    memcpy(body + n, "a", 2);
    parse(f, "[{'when': 'status = 418', 'action': 'ignore'}, "
             "{'when': 'body LIKE \\u0027a%\\u0027', 'action': 'stop'}]");
    assert_int_equal(judge(400, body, HTTP_BAD, &left), HTTP_BAD);
    assert_int_equal(judge(400, body, HTTP_BAD, &left), HTTP_BAD);
    assert_int_equal(judge(418, body, HTTP_BAD, &left), HTTP_IGNORE);
    assert_non_null(strstr(logged, "items: 'when' looks at bodies of up to 64 KiB"));
    assert_int_equal(strchr(logged, '\n')[1], '\0');
    body[n] = '\0';
    assert_int_equal(judge(400, body, HTTP_BAD, &left), HTTP_STOP);
}

static void mistakes_are_told(void **state)
{
    struct http_fixture *f = *state;

    parse(f, "[{'action': 'stop'}]");
    check_mistake(&f->mistakes, 0, "E-VALUE",
        "this would hold for every answer: give status_code, headers, content or when");
    parse(f, "[{'status_code': '4x', 'action': 'stop'}]");
    check_mistake(&f->mistakes, 0, "E-VALUE",
        "'status_code' needs statuses such as 404, or 4xx for all from 400 to 499, got '4x'");
    parse(f, "[{'status_code': '403', 'action': 'refresh_auth'}]");
    assert_int_equal(f->mistakes.n_errors, 0);
    check_mistake(&f->mistakes, 0, "E-VALUE",
        "'refresh_auth' is 'fail' here, for this auth has no other login to get");
    parse(f, "[{'headers': {'a b': 'x'}, 'action': 'stop'}]");
    check_mistake(&f->mistakes, 0, "E-HEADER", "'a b' cannot be the name of a header");
    parse(f, "[{'status_code': '410', 'action': 'reset_pagination'}]");
    check_mistake(&f->mistakes, 0, "E-VALUE",
        "'reset_pagination' is for pages that answers name (cursor, links, keyset); these are "
        "computed, so none of them expires: use retry");
    check_mistake(&f->mistakes, 1, "E-VALUE",
        "'reset_pagination' reads rows a second time, which only write_disposition: merge with a "
        "primary_key takes without harm");
    parse(f, "[{'when': 'status >', 'action': 'stop'}]");
    check_mistake(&f->mistakes, 0, "E-SQL", "it ends too early: something is missing behind it");
    parse(f, "[{'when': 'code = \\u0027busy\\u0027', 'action': 'stop'}]");
    check_mistake(&f->mistakes, 0, "E-SQL",
        "an answer has no 'code': 'when' knows status, headers (JSON) and body, as in body ->> "
        "'$.error.code' = 'busy'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_first_that_fits_counts, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(
            bodies_of_good_answers_are_left_for_later, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(conditions_look_at_all_of_it, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(
            conditions_over_good_answers_are_left_for_later, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(
            a_look_that_is_ended_says_nothing, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(large_bodies_are_not_looked_at, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(mistakes_are_told, http_setup, http_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
