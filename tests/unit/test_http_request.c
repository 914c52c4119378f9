/* Requests: URL, headers, body and login, filled in for a partition. */
#include "http_checks.h"

#include "../../plugins/http/request/header.h"
#include "../../plugins/http/request/request.h"

static struct weir_partition_field fields[] = {
    {"id", {.kind = WEIR_INT, .integer = 7}},
    {"text", {.kind = WEIR_TEXT}},
};

static struct weir_partition partition(const char *text)
{
    fields[1].value = weir_text(WEIR_TEXT, weir_str(text));
    return (struct weir_partition){0, fields, 2};
}

static enum weir_status fill(struct http_fixture *f, const char *options, const char *text,
    struct http_plan *ret_plan, struct http_request *ret_request)
{
    struct weir_partition p = partition(text);
    struct http_values values = {.partition = &p};

    http_parse(f, options);
    check_none(&f->mistakes);
    if (http_plan_init(ret_plan, &f->options, f->connection.base_url, f->arena, &f->error) !=
        WEIR_OK)
        return WEIR_FAIL;
    return http_plan_fill(ret_plan, &values, f->arena, ret_request, &f->error);
}

static struct http_request request(struct http_fixture *f, const char *options, const char *text)
{
    struct http_request r;
    struct http_plan plan;

    if (fill(f, options, text, &plan, &r) != WEIR_OK)
        fail_msg("%s", f->error.text);
    return r;
}

static void check_url(
    struct http_fixture *f, const char *options, const char *text, const char *expected)
{
    assert_string_equal(request(f, options, text).url, expected);
}

static void check_headers(const struct http_request *r, const char *expected, struct weir_arena *a)
{
    const char *all = "";

    for (const char *const *line = r->headers; *line; line++)
        all = weir_printf(a, "%s%s\n", all, *line);
    assert_string_equal(all, expected);
}

static void builds_urls(void **state)
{
    struct http_fixture *f = *state;

    check_url(f, "{'url': 'http://h/a'}", "", "http://h/a");
    check_url(f, "{'base_url': 'http://h/v1/', 'path': '/a'}", "", "http://h/v1/a");
    check_url(
        f, "{'base_url': 'http://h', 'path': 'items/{partition.id}'}", "", "http://h/items/7");
    check_url(f, "{'url': 'http://h/a', 'params': {'x': 1, 'q': '{partition.text}'}}", "a&b=c",
        "http://h/a?x=1&q=a%26b%3Dc");
    check_url(f, "{'url': '{partition.text}'}", "http://other/x?y=z", "http://other/x?y=z");
}

static void data_is_a_form_or_a_text(void **state)
{
    struct http_fixture *f = *state;
    struct http_request r = request(f,
        "{'url': 'http://h/', 'method': 'POST', 'data': {'a b': 1.50, 'q': '{partition.text}', "
        "'ids': "
        "['{partition.id}', 8], 'yes': true, 'none': ''}}",
        "x&y=z\r\n");

    assert_string_equal(r.body.ptr, "a%20b=1.50&q=x%26y%3Dz%0D%0A&ids=7&ids=8&yes=true&none=");
    assert_true(r.is_form);
    check_headers(&r, "Accept: application/json\nContent-Type: application/x-www-form-urlencoded\n",
        f->arena);
    r = request(f, "{'url': 'http://h/', 'method': 'POST', 'data': {}}", "");
    assert_true(r.is_form && r.body.ptr && r.body.len == 0);
    r = request(f,
        "{'url': 'http://h/', 'method': 'POST', 'data': '<q>{partition.text} {partition.id}</q>'}",
        "{\"a\": 1}\n\"");
    assert_string_equal(r.body.ptr, "<q>{\"a\": 1}\n\" 7</q>");
    assert_false(r.is_form);
    check_headers(
        &r, "Accept: application/json\nContent-Type: text/plain; charset=utf-8\n", f->arena);
    r = request(f,
        "{'url': 'http://h/', 'method': 'PUT', 'headers': {'content-type': 'text/xml'}, 'data': "
        "'{partition.id}'}",
        "");
    assert_string_equal(r.body.ptr, "7");
    check_headers(&r, "content-type: text/xml\nAccept: application/json\n", f->arena);
}

static void values_cannot_leave_their_part_of_a_url(void **state)
{
    struct http_fixture *f = *state;
    const char *options = "{'url': 'http://h/{partition.text}/end'}";

    check_url(f, options, "a/b?c#d@e", "http://h/a%2Fb%3Fc%23d%40e/end");
    check_url(f, options, "\r\nHost: evil", "http://h/%0D%0AHost%3A%20evil/end");
}

static void refuses_what_is_no_url(void **state)
{
    struct http_fixture *f = *state;
    struct http_request r;
    struct http_plan plan;

    assert_int_equal(
        fill(f, "{'url': '{partition.text}'}", "file:///etc/passwd", &plan, &r), WEIR_FAIL);
    assert_string_equal(f->error.code, "E-URL-SCHEME");
    assert_int_equal(
        fill(f, "{'url': '{partition.text}'}", "http://h/\r\nx", &plan, &r), WEIR_FAIL);
    assert_string_equal(f->error.code, "E-URL");
}

static void sends_the_headers_of_the_file(void **state)
{
    struct http_fixture *f = *state;
    struct http_request r = request(f,
        "{'url': 'http://h/', 'method': 'POST', 'json': {'id': '{partition.id}', "
        "'q': 'x{y}'}, "
        "'headers': {'X-Part': 'p={partition.id}', 'accept': 'text/plain'}}",
        "");

    assert_string_equal(r.method, "POST");
    assert_true(weir_str_is(r.body, "{\"id\":7,\"q\":\"x{y}\"}"));
    check_headers(
        &r, "X-Part: p=7\naccept: text/plain\nContent-Type: application/json\n", f->arena);
    r = request(f, "{'url': 'http://h/'}", "");
    assert_string_equal(r.method, "GET");
    assert_null(r.body.ptr);
    check_headers(&r, "Accept: application/json\n", f->arena);
}

static void headers_alike_are_made_once(void **state)
{
    struct http_fixture *f = *state;
    struct http_request r;
    struct http_plan plan;

    assert_int_equal(
        fill(f, "{'url': 'http://h/', 'headers': {'X-A': 'b'}}", "", &plan, &r), WEIR_OK);
    assert_ptr_equal(plan.headers, r.headers);
}

static void headers_cannot_be_smuggled(void **state)
{
    struct http_fixture *f = *state;
    const char *options = "{'url': 'http://h/', 'headers': {'X-Part': '{partition.text}'}}";
    const char *hostile[] = {"a\r\nX-Evil: 1", "a\nb", "a\rb", "\x01", "\x7f"};
    struct http_request r;
    struct http_plan plan;

    for (size_t i = 0; i < sizeof(hostile) / sizeof(*hostile); i++) {
        assert_int_equal(fill(f, options, hostile[i], &plan, &r), WEIR_FAIL);
        assert_string_equal(f->error.code, "E-HEADER");
    }
    assert_int_equal(fill(f, options, "tab\tis fine, so is \xc3\xa9", &plan, &r), WEIR_OK);
    assert_false(http_header_value_is_valid((struct weir_str){"a\0b", 3}));
}

static void check_origin(struct http_fixture *f, const char *options, const char *expected)
{
    struct http_request r;
    struct http_plan plan;

    assert_int_equal(fill(f, options, "x", &plan, &r), WEIR_OK);
    if (expected)
        assert_string_equal(plan.origin, expected);
    else
        assert_null(plan.origin);
}

static void knows_when_all_requests_go_to_one_origin(void **state)
{
    struct http_fixture *f = *state;

    check_origin(f, "{'url': 'http://h/{partition.id}'}", "http://h:80");
    check_origin(f, "{'url': 'http://H:8080'}", "http://h:8080");
    check_origin(f, "{'base_url': 'https://h/v1', 'path': 'a/{partition.id}'}", "https://h:443");
    check_origin(f, "{'url': 'http://h{partition.id}/'}", NULL);
    check_origin(f, "{'base_url': 'http://h', 'path': '{partition.text}'}", NULL);
}

static void windows_fill_placeholders(void **state)
{
    static const char options[] =
        "{'url': 'http://h/{incremental.end_value}', 'params': {'id': '{partition.id}', "
        "'since': '{incremental.start_value}', 'x': 'y'}, 'headers': {'X-End': "
        "'{incremental.end_value}'}}";
    struct http_fixture *f = *state;
    struct weir_partition p = partition("");
    struct weir_window window = {.start = {"2024-01-01T00:00:00+02:00", 25}, .end = {"9", 1}};
    struct http_values values = {.partition = &p, .window = &window};
    struct http_request r;
    struct http_plan plan;

    assert_int_equal(fill(f, options, "", &plan, &r), WEIR_FAIL);
    assert_string_equal(f->error.code, "E-TEMPLATE");
    assert_int_equal(http_plan_fill(&plan, &values, f->arena, &r, &f->error), WEIR_OK);
    assert_string_equal(r.url, "http://h/9?id=7&since=2024-01-01T00%3A00%3A00%2B02%3A00&x=y");
    check_headers(&r, "X-End: 9\nAccept: application/json\n", f->arena);
    /* Where nothing is known to begin at, the parameter says nothing. */
    window.start = (struct weir_str){NULL, 0};
    assert_int_equal(http_plan_fill(&plan, &values, f->arena, &r, &f->error), WEIR_OK);
    assert_string_equal(r.url, "http://h/9?id=7&x=y");
    window.end = (struct weir_str){NULL, 0};
    assert_int_equal(http_plan_fill(&plan, &values, f->arena, &r, &f->error), WEIR_FAIL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(builds_urls, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(
            values_cannot_leave_their_part_of_a_url, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(data_is_a_form_or_a_text, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(refuses_what_is_no_url, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(sends_the_headers_of_the_file, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(headers_alike_are_made_once, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(headers_cannot_be_smuggled, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(
            knows_when_all_requests_go_to_one_origin, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(windows_fill_placeholders, http_setup, http_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
