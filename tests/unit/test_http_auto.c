/* The paginator `auto`: what it makes of what answers usually say. */
#include "http_checks.h"

#include "../../plugins/http/client/client.h"
#include "../../plugins/http/paging/paginator.h"
#include "../../plugins/http/paging/signs.h"

/* Where an answer of 10 rows leads: what names the next page, "end", or a code. */
static const char *leads(
    struct http_fixture *f, const char *at, const char *header, const char *body)
{
    struct weir_json_reader *reader = weir_json_reader_new();
    char *padded = weir_alloc_zero(f->arena, 1, strlen(body) + WEIR_JSON_PADDING);
    struct http_signs signs;
    struct http_facts facts = {.n_rows = 10, .next = header, .total = -1, .signs = &signs};
    struct http_paginator p;
    const char *next = NULL;
    enum weir_status status;

    http_parse(f, "{'url': 'http://h/', 'paginator': {'type': 'auto'}}");
    check_none(&f->mistakes);
    http_paginator_init(&p, &f->options.paginator);
    memcpy(padded, body, strlen(body));
    assert_int_equal(http_signs_read(http_sign_paths_new(f->arena), reader, weir_str(padded),
                         f->arena, &signs, &f->error),
        WEIR_OK);
    weir_json_reader_free(reader);
    status = http_paginator_next(
        &p, f->arena, &(struct http_origin){"http://h/items?x=1", at}, &facts, &next, &f->error);
    return status == WEIR_OK ? next : status == WEIR_END ? "end" : f->error.code;
}

static void check(struct http_fixture *f, const char *at, const char *body, const char *expected)
{
    const char *got = leads(f, at, NULL, body);

    if (strcmp(got, expected) != 0)
        fail_msg("%s leads to %s, not to %s", body, got, expected);
}

static void links_come_first(void **state)
{
    struct http_fixture *f = *state;
    const char *both = "{\"next\":\"/b\",\"next_cursor\":\"c\",\"page\":1,\"total_pages\":9}";

    assert_string_equal(leads(f, NULL, "/a", both), "http://h/a");
    assert_string_equal(leads(f, NULL, "", both), "end");
    check(f, NULL, both, "http://h/b");
    check(f, NULL, "{\"links\":{\"next\":\"?page=2\"}}", "http://h/items?page=2");
    check(f, NULL, "{\"_links\":{\"next\":{\"href\":\"http://h/c\"}}}", "http://h/c");
    check(f, NULL, "{\"@odata.nextLink\":\"https://h/c\"}", "E-ORIGIN");
    check(f, "http://h/c", "{\"next\":null,\"page\":3,\"total_pages\":9}", "end");
    check(f, "http://h/c", "{\"page\":3,\"total_pages\":9}", "end");
}

static void cursors_have_the_parameter_that_is_usual_with_them(void **state)
{
    struct http_fixture *f = *state;

    check(f, NULL, "{\"next_cursor\":\"abc\"}", "cursor=abc");
    check(f, NULL, "{\"next\":\"abc\"}", "cursor=abc");
    check(f, NULL, "{\"nextPageToken\":\"x/y\"}", "pageToken=x/y");
    check(f, NULL, "{\"response_metadata\":{\"next_cursor\":\"\"}}", "end");
    check(f, NULL, "{\"paging\":{\"cursors\":{\"after\":\"q\"}}}", "after=q");
    check(f, NULL, "{\"next_page\":2}", "page=2");
    check(f, "cursor=abc", "{\"next_cursor\":\"def\"}", "cursor=def");
    check(f, "cursor=abc", "{\"total\":500}", "end");
    check(f, "cursor=abc", "{\"next\":null,\"has_more\":true}", "E-PAGE-AUTO");
}

static void pages_and_offsets_are_counted_on(void **state)
{
    struct http_fixture *f = *state;

    check(f, NULL, "{\"page\":1,\"total_pages\":3}", "page=2");
    check(f, "page=3", "{\"page\":3,\"total_pages\":3}", "end");
    check(f, NULL, "{\"meta\":{\"current_page\":1,\"last_page\":2}}", "page=2");
    check(f, NULL, "{\"page\":0,\"pages\":2}", "page:0=1");
    check(f, "page:0=1", "{\"page\":1,\"pages\":2}", "end");
    check(f, NULL, "{\"page\":{\"number\":0,\"totalPages\":3}}", "page:0=1");
    check(f, NULL, "{\"offset\":0,\"limit\":10,\"total\":25}", "offset=10");
    check(f, "offset=20", "{\"offset\":20,\"limit\":10,\"total\":25}", "end");
    check(f, NULL, "{\"offset\":9223372036854775807,\"total\":25}", "end");
}

static void what_cannot_be_all_is_no_end(void **state)
{
    struct http_fixture *f = *state;

    check(f, NULL, "{\"total\":11}", "E-PAGE-AUTO");
    check(f, NULL, "{\"total_pages\":2}", "E-PAGE-AUTO");
    check(f, NULL, "{\"has_more\":true}", "E-PAGE-AUTO");
    check(f, NULL, "{\"total\":10,\"has_more\":false,\"total_pages\":1}", "end");
    check(f, NULL, "[]", "end");
    check(f, NULL, "{\"next\":{\"a\":1},\"page\":[1],\"total\":\"many\",\"pages\":{}}", "end");
}

static void marks_become_parameters(void **state)
{
    struct http_fixture *f = *state;
    struct http_request request = {.method = "GET", .url = "http://h/items?x=1"};
    struct http_paginator p;
    const char *at;

    http_parse(f, "{'url': 'http://h/', 'paginator': {'type': 'auto'}}");
    http_paginator_init(&p, &f->options.paginator);
    http_paginator_place(&p, f->arena, 0, NULL, &request);
    assert_string_equal(request.url, "http://h/items?x=1");
    http_paginator_place(&p, f->arena, 1, "page:0=1", &request);
    assert_string_equal(request.url, "http://h/items?x=1&page=1");
    http_paginator_place(&p, f->arena, 1, "cursor=a=&b", &request);
    assert_string_equal(request.url, "http://h/items?x=1&page=1&cursor=a%3D%26b");
    http_paginator_place(&p, f->arena, 1, "http://h/z", &request);
    assert_string_equal(request.url, "http://h/z");
    assert_int_equal(
        http_paginator_go_on(&p, f->arena, "http://h/", "http://evil/", &at, &f->error), WEIR_FAIL);
    assert_string_equal(f->error.code, "E-ORIGIN");
    assert_int_equal(
        http_paginator_go_on(&p, f->arena, "http://h/", "page=2", &at, &f->error), WEIR_OK);
    assert_string_equal(at, "page=2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(links_come_first, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(
            cursors_have_the_parameter_that_is_usual_with_them, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(
            pages_and_offsets_are_counted_on, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_all_is_no_end, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(marks_become_parameters, http_setup, http_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
