/* Places of a paginator's values: query, header, body and path of a request. */
#include "http_checks.h"

#include "../../plugins/http/client/client.h"
#include "../../plugins/http/paging/paginator.h"
#include "../../plugins/http/paging/place.h"

static const char *const headers[] = {"X-Other: a", NULL};

static struct http_request placed(struct http_fixture *f, const char *paginator,
    const char *const *given, const char *body, uint64_t number, const char *at)
{
    struct http_request request = {
        .method = "POST", .url = "http://h/items/?a=1", .headers = given, .body = weir_str(body)};
    struct http_paginator p;

    http_parse(f, weir_printf(f->arena, "{'url': 'http://h/', 'paginator': %s}", paginator));
    check_none(&f->mistakes);
    http_paginator_init(&p, &f->options.paginator);
    http_paginator_place(&p, f->arena, number, at, &request);
    return request;
}

static void headers_are_added_to_those_that_are_there(void **state)
{
    struct http_fixture *f = *state;
    const char *text = "{'type': 'page_number', 'page_header': 'X-Page'}";
    struct http_request request = placed(f, text, headers, "", 6, NULL);

    assert_string_equal(request.url, "http://h/items/?a=1");
    assert_string_equal(request.headers[0], "X-Other: a");
    assert_string_equal(request.headers[1], "X-Page: 7");
    assert_null(request.headers[2]);
    request = placed(f, text, NULL, "", 0, NULL);
    assert_string_equal(request.headers[0], "X-Page: 1");
    assert_null(request.headers[1]);
}

static void check_body(struct http_fixture *f, const char *path, const char *body, uint64_t number,
    const char *expected)
{
    struct http_request request =
        placed(f, weir_printf(f->arena, "{'type': 'page_number', 'page_body_path': '%s'}", path),
            NULL, body, number, NULL);

    assert_string_equal(weir_copy(f->arena, request.body).ptr, expected);
    assert_string_equal(request.url, "http://h/items/?a=1");
}

static void bodies_keep_all_else(void **state)
{
    struct http_fixture *f = *state;

    check_body(f, "page", "{}", 0, "{\"page\":1}");
    check_body(f, "a.b.page", "{\"q\":\"1\",\"n\":1.50}", 1,
        "{\"q\":\"1\",\"n\":1.50,\"a\":{\"b\":{\"page\":2}}}");
    check_body(f, "a.page", "{\"a\":{\"page\":\"x\",\"z\":[1,null]},\"t\":true}", 2,
        "{\"a\":{\"page\":3,\"z\":[1,null]},\"t\":true}");
    check_body(f, "page", "{\"page\":null}", 1, "{\"page\":2}");
}

static void marks_in_bodies_are_json(void **state)
{
    struct http_fixture *f = *state;
    const char *text = "{'type': 'cursor', 'cursor_path': 'next', 'cursor_body_path': 'after'}";
    struct http_request request = placed(f, text, NULL, "{}", 1, "\"a\\\"b\"");

    assert_string_equal(weir_copy(f->arena, request.body).ptr, "{\"after\":\"a\\\"b\"}");
    request = placed(f, text, NULL, "{}", 1, "12345678901234567890");
    assert_string_equal(weir_copy(f->arena, request.body).ptr, "{\"after\":12345678901234567890}");
    request = placed(f, text, NULL, "{}", 0, NULL);
    assert_string_equal(weir_copy(f->arena, request.body).ptr, "{}");
}

static void paths_grow_before_the_query(void **state)
{
    struct http_fixture *f = *state;
    struct http_request request =
        placed(f, "{'type': 'page_number', 'path_param': '/page/{page}'}", NULL, "", 4, NULL);

    assert_string_equal(request.url, "http://h/items/page/5?a=1");
    request = placed(f, "{'type': 'offset', 'limit': 10, 'path_param': '{offset}-{limit}.json'}",
        NULL, "", 3, NULL);
    assert_string_equal(request.url, "http://h/items/30-10.json?a=1");
    request =
        placed(f, "{'type': 'offset', 'limit': 10, 'path_param': '/{offset}'}", NULL, "", 3, NULL);
    assert_string_equal(request.url, "http://h/items/30?a=1&limit=10");
    request = placed(f, "{'type': 'cursor', 'cursor_path': 'n', 'path_param': '/after/{cursor}'}",
        NULL, "", 1, "../a?b");
    assert_string_equal(request.url, "http://h/items/after/..%2Fa%3Fb?a=1");
    request = placed(f, "{'type': 'cursor', 'cursor_path': 'n', 'path_param': '/after/{cursor}'}",
        NULL, "", 0, NULL);
    assert_string_equal(request.url, "http://h/items/?a=1");
}

static void check_next(
    struct http_fixture *f, const char *place, const char *next, const char *code)
{
    struct http_facts facts = {.n_rows = 1, .next = next};
    struct http_paginator p;
    enum weir_status status;
    const char *at;

    http_parse(f, weir_printf(f->arena,
                      "{'url': 'http://h/', 'paginator': {'type': 'cursor', 'cursor_path': 'n', "
                      "%s}}",
                      place));
    check_none(&f->mistakes);
    http_paginator_init(&p, &f->options.paginator);
    status = http_paginator_next(
        &p, f->arena, &(struct http_origin){"http://h/", NULL}, &facts, &at, &f->error);
    assert_int_equal(status, code ? WEIR_FAIL : WEIR_OK);
    if (code)
        assert_string_equal(f->error.code, code);
}

static void marks_that_cannot_stand_there_are_refused(void **state)
{
    struct http_fixture *f = *state;

    char *longest = weir_alloc_zero(f->arena, 1, HTTP_MARK_MAX + 2);

    memset(longest, 'x', HTTP_MARK_MAX);
    check_next(f, "'cursor_param': 'c'", longest, NULL);
    longest[HTTP_MARK_MAX] = 'x';
    check_next(f, "'cursor_param': 'c'", longest, "E-LIMIT-CURSOR");
    check_next(f, "'cursor_header': 'X-Next'", "abc", NULL);
    check_next(f, "'cursor_header': 'X-Next'", "a\r\nEvil: 1", "E-HEADER");
    check_next(f, "'cursor_param': 'c'", "a\r\nEvil: 1", NULL);
    check_next(f, "'path_param': '/{cursor}'", "..", "E-URL");
    check_next(f, "'path_param': '/{cursor}'", "...", NULL);
}

static void bodies_are_looked_at_before_pages_are_made(void **state)
{
    struct http_fixture *f = *state;
    struct http_request request = {.method = "POST", .url = "http://h/", .body = weir_str("{}")};
    struct http_paginator p;

    http_parse(f, "{'url': 'http://h/', 'paginator': {'type': 'page_number', 'page_body_path': "
                  "'p'}}");
    http_paginator_init(&p, &f->options.paginator);
    assert_int_equal(http_paginator_takes(&p, &request, f->arena, &f->error), WEIR_OK);
    request.body = weir_str("{\"a\":\"\\u0000\"}");
    assert_int_equal(http_paginator_takes(&p, &request, f->arena, &f->error), WEIR_FAIL);
    assert_string_equal(f->error.code, "E-TEXT-NUL");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            headers_are_added_to_those_that_are_there, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(bodies_keep_all_else, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(marks_in_bodies_are_json, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(paths_grow_before_the_query, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(
            marks_that_cannot_stand_there_are_refused, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(
            bodies_are_looked_at_before_pages_are_made, http_setup, http_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
