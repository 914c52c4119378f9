/* Paginators: addresses of pages, how many there are, and when they end. */
#include "http_checks.h"

#include "../../plugins/http/client/client.h"
#include "../../plugins/http/paging/paginator.h"

#define FIRST "http://h/items?per_page=10"

static struct http_paginator paginator(struct http_fixture *f, const char *text)
{
    struct http_paginator p;

    http_parse(f, weir_printf(f->arena, "{'url': 'http://h/', 'paginator': %s}", text));
    check_none(&f->mistakes);
    http_paginator_init(&p, &f->options.paginator);
    return p;
}

static void check_url(struct http_fixture *f, const struct http_paginator *p, uint64_t number,
    const char *at, const char *expected)
{
    struct http_request request = {.method = "GET", .url = FIRST};

    http_paginator_place(p, f->arena, number, at, &request);
    assert_string_equal(request.url, expected);
    assert_null(request.headers);
    assert_null(request.body.ptr);
}

static uint64_t count(const struct http_paginator *p, int64_t total)
{
    struct http_facts facts = {.total = total};

    return http_paginator_count(p, &facts);
}

static enum weir_status next(struct http_fixture *f, const struct http_paginator *p,
    struct http_facts facts, const char **ret_at)
{
    f->error = (struct weir_error){0};
    return http_paginator_next(
        p, f->arena, &(struct http_origin){"http://h/items", NULL}, &facts, ret_at, &f->error);
}

static void a_single_page_is_the_default(void **state)
{
    struct http_fixture *f = *state;
    struct http_paginator p;

    http_parse(f, "{'url': 'http://h/'}");
    check_none(&f->mistakes);
    http_paginator_init(&p, &f->options.paginator);
    assert_int_equal(p.max_pages, 1);
    check_url(f, &p, 0, NULL, FIRST);
}

static void numbers_pages_from_one_or_zero(void **state)
{
    struct http_fixture *f = *state;
    struct http_paginator p = paginator(f, "{'type': 'page_number'}");

    check_url(f, &p, 0, NULL, FIRST "&page=1");
    check_url(f, &p, 41, NULL, FIRST "&page=42");
    p = paginator(f, "{'type': 'page_number', 'base_page': 0, 'page_param': 'p'}");
    check_url(f, &p, 0, NULL, FIRST "&p=0");
    assert_true(p.guards_repeats);
    assert_int_equal(p.max_pages, UINT64_MAX);
}

static void page_numbers_have_a_maximum(void **state)
{
    struct http_fixture *f = *state;
    struct http_paginator p =
        paginator(f, "{'type': 'page_number', 'maximum_page': 5, 'total_path': 'n'}");

    assert_int_equal(p.max_pages, 5);
    assert_int_equal(count(&p, -1), 5);
    assert_int_equal(count(&p, 3), 3);
    assert_int_equal(count(&p, 9), 5);
    assert_int_equal(count(&p, 0), 0);
    p = paginator(f, "{'type': 'page_number', 'page': 4, 'maximum_page': 5}");
    assert_int_equal(p.max_pages, 2);
    assert_int_equal(p.kind->count(&p, 6), 3);
    assert_int_equal(p.kind->count(&p, 3), 0);
    p = paginator(f, "{'type': 'page_number', 'page': 4, 'base_page': 0}");
    assert_int_equal(p.kind->count(&p, 6), 2);
    p = paginator(f, "{'type': 'page_number', 'base_page': 0, 'maximum_page': 5}");
    assert_int_equal(p.max_pages, 6);
    p = paginator(f, "{'type': 'page_number', 'maximum_page': 5, 'max_pages': 2}");
    assert_int_equal(p.max_pages, 2);
}

static void offsets_count_rows(void **state)
{
    struct http_fixture *f = *state;
    struct http_paginator p =
        paginator(f, "{'type': 'offset', 'limit': 100, 'total_path': 'total'}");

    check_url(f, &p, 0, NULL, FIRST "&offset=0&limit=100");
    check_url(f, &p, 3, NULL, FIRST "&offset=300&limit=100");
    assert_int_equal(count(&p, 0), 0);
    assert_int_equal(count(&p, 1), 1);
    assert_int_equal(count(&p, 100), 1);
    assert_int_equal(count(&p, 101), 2);
    p = paginator(f, "{'type': 'offset', 'limit': 10, 'offset': 5, 'offset_param': 'skip', "
                     "'limit_param': 'take', 'maximum_offset': 25}");
    check_url(f, &p, 1, NULL, FIRST "&skip=15&take=10");
    assert_int_equal(p.max_pages, 2);
}

static void computed_pages_end_where_they_are_told_to(void **state)
{
    struct http_fixture *f = *state;
    struct http_paginator p = paginator(f, "{'type': 'page_number'}");
    const char *at;

    assert_int_equal(next(f, &p, (struct http_facts){.n_rows = 1}, &at), WEIR_OK);
    assert_null(at);
    assert_int_equal(next(f, &p, (struct http_facts){.n_rows = 0}, &at), WEIR_END);
    p = paginator(f, "{'type': 'page_number', 'stop_after_empty_page': false, "
                     "'has_more_path': "
                     "'more'}");
    assert_int_equal(
        next(f, &p, (struct http_facts){.n_rows = 0, .more = HTTP_MORE_YES}, &at), WEIR_OK);
    assert_int_equal(
        next(f, &p, (struct http_facts){.n_rows = 9, .more = HTTP_MORE_NO}, &at), WEIR_END);
}

static void cursors_go_into_the_next_request(void **state)
{
    struct http_fixture *f = *state;
    struct http_paginator p = paginator(f, "{'type': 'cursor', 'cursor_path': 'meta.next', "
                                           "'cursor_param': 'after'}");
    const char *at;

    check_url(f, &p, 0, NULL, FIRST);
    check_url(f, &p, 1, "a b&c=", FIRST "&after=a%20b%26c%3D");
    assert_int_equal(next(f, &p, (struct http_facts){.n_rows = 0, .next = "c1"}, &at), WEIR_OK);
    assert_string_equal(at, "c1");
    assert_int_equal(next(f, &p, (struct http_facts){.n_rows = 5}, &at), WEIR_END);
    p = paginator(f, "{'type': 'cursor', 'cursor_path': 'n', 'cursor_param': 'c', "
                     "'stop_after_empty_page': true}");
    assert_int_equal(next(f, &p, (struct http_facts){.n_rows = 0, .next = "c1"}, &at), WEIR_END);
}

static void check_key(struct http_fixture *f, const struct http_paginator *p, const char *at,
    const char *key, const char *expected)
{
    struct http_facts facts = {.n_rows = 1, .next = key};
    const char *next_at = NULL;

    f->error = (struct weir_error){0};
    if (http_paginator_next(p, f->arena, &(struct http_origin){"http://h/", at}, &facts, &next_at,
            &f->error) != WEIR_OK) {
        assert_null(next_at);
        next_at = f->error.code;
    }
    assert_string_equal(next_at, expected);
}

static void keys_of_last_rows_follow_each_other(void **state)
{
    struct http_fixture *f = *state;
    struct http_paginator p =
        paginator(f, "{'type': 'keyset', 'last_record_path': 'meta.id', 'param': 'after'}");
    const char *at;

    check_url(f, &p, 0, NULL, FIRST);
    check_url(f, &p, 1, "41", FIRST "&after=41");
    check_key(f, &p, NULL, "41", "41");
    check_key(f, &p, "9", "10", "10");
    check_key(f, &p, "10", "9", "E-PAGE-ORDER");
    check_key(f, &p, "-1", "-2", "E-PAGE-ORDER");
    check_key(f, &p, "b", "a", "a");
    check_key(f, &p, "b", NULL, "E-PAGE-KEY");
    assert_int_equal(next(f, &p, (struct http_facts){.n_rows = 0}, &at), WEIR_END);
    p = paginator(f, "{'type': 'keyset', 'last_record_path': 'id', 'param': 'before', 'order': "
                     "'desc', 'has_more_path': 'more'}");
    check_key(f, &p, "10", "9", "9");
    check_key(f, &p, "9", "10", "E-PAGE-ORDER");
    assert_int_equal(
        next(f, &p, (struct http_facts){.n_rows = 1, .more = HTTP_MORE_NO}, &at), WEIR_END);
}

static void check_link(struct http_fixture *f, const struct http_paginator *p, const char *from,
    const char *link, const char *expected)
{
    struct http_facts facts = {.n_rows = 1, .next = link};
    const char *at;
    enum weir_status status;

    f->error = (struct weir_error){0};
    status =
        http_paginator_next(p, f->arena, &(struct http_origin){from, NULL}, &facts, &at, &f->error);
    if (strncmp(expected, "E-", 2) == 0) {
        if (status != WEIR_FAIL)
            fail_msg("%s is followed", link);
        assert_string_equal(f->error.code, expected);
        return;
    }
    if (status != WEIR_OK)
        fail_msg("%s: %s", link, f->error.text);
    assert_string_equal(at, expected);
}

static void links_stay_with_their_origin(void **state)
{
    struct http_fixture *f = *state;
    struct http_paginator p = paginator(f, "{'type': 'json_link'}");
    const char *from = "https://api.example.org/v1/items?x=1";

    check_link(f, &p, from, "https://api.example.org/v1/items?page=2",
        "https://api.example.org/v1/items?page=2");
    check_link(f, &p, from, "https://API.example.org:443/z", "https://API.example.org:443/z");
    check_link(f, &p, from, "/v2/items?page=2", "https://api.example.org/v2/items?page=2");
    check_link(f, &p, from, "?page=2", "https://api.example.org/v1/items?page=2");
    check_link(f, &p, from, "https://evil.example.org/", "E-ORIGIN");
    check_link(f, &p, from, "//evil.example.org/", "E-ORIGIN");
    check_link(f, &p, from, "https://api.example.org:8443/", "E-ORIGIN");
    check_link(f, &p, from, "http://api.example.org/", "E-ORIGIN");
    check_link(f, &p, from, "https://api.example.org@evil.example.org/", "E-URL");
    check_link(f, &p, from, "file:///etc/passwd", "E-URL-SCHEME");
    check_link(f, &p, from, "javascript:alert(1)", "E-URL-SCHEME");
}

static void listed_hosts_may_be_followed_but_never_in_clear_text(void **state)
{
    struct http_fixture *f = *state;
    struct http_paginator p =
        paginator(f, "{'type': 'header_link', 'allow_hosts': ['two.example.org', "
                     "'three.example.org:8443']}");
    const char *from = "https://one.example.org/";

    check_link(f, &p, from, "https://two.example.org/p", "https://two.example.org/p");
    check_link(f, &p, from, "https://three.example.org:8443/p", "https://three.example.org:8443/p");
    check_link(f, &p, from, "https://three.example.org/p", "E-ORIGIN");
    check_link(f, &p, from, "https://two.example.org:8443/p", "E-ORIGIN");
    check_link(f, &p, from, "http://two.example.org/p", "E-ORIGIN");
    check_link(f, &p, from, "https://wo.example.org/p", "E-ORIGIN");
    check_link(
        f, &p, "http://one.example.org/", "http://two.example.org/p", "http://two.example.org/p");
}

static void check_go_on(
    struct http_fixture *f, const char *options, const char *next, const char *expected)
{
    struct http_paginator p = paginator(f, options);
    const char *at;

    f->error = (struct weir_error){0};
    if (http_paginator_go_on(&p, f->arena, "https://one.example.org/a?x=1", next, &at, &f->error) !=
        WEIR_OK)
        at = f->error.code;
    if (expected)
        assert_string_equal(at, expected);
    else
        assert_null(at);
}

static void an_interrupted_chain_goes_on_where_it_may(void **state)
{
    struct http_fixture *f = *state;
    const char *link = "{'type': 'json_link', 'allow_hosts': 'two.example.org'}";
    const char *cursor = "{'type': 'cursor', 'cursor_path': 'n', 'cursor_param': 'c'}";

    check_go_on(f, "{'type': 'page_number'}", NULL, NULL);
    check_go_on(f, "{'type': 'offset', 'limit': 3}", "left over", NULL);
    check_go_on(f, cursor, "abc", "abc");
    check_go_on(f, cursor, NULL, "E-PAGE-LOOP");
    check_go_on(f, link, NULL, "E-PAGE-LOOP");
    check_go_on(f, link, "https://one.example.org/b", "https://one.example.org/b");
    check_go_on(f, link, "https://two.example.org/b", "https://two.example.org/b");
    check_go_on(f, link, "https://three.example.org/b", "E-ORIGIN");
    check_go_on(f, link, "http://one.example.org/b", "E-ORIGIN");
    check_go_on(f, link, "file:///etc/passwd", "E-URL-SCHEME");
}

static void mistakes(struct http_fixture *f, const char *text)
{
    http_parse(f, text);
    if (f->mistakes.n == 0)
        http_paginator_check(
            &(struct http_paging_site){&f->options, f->resource.config, NULL}, &f->mistakes);
}

static void tells_what_can_never_work(void **state)
{
    struct http_fixture *f = *state;

    mistakes(f, "{'url': 'http://h/', 'params': {'page': 7}, 'paginator': {'type': "
                "'page_number'}}");
    check_mistake(&f->mistakes, 0, "E-VALUE",
        "'page' is set here and by the paginator's page_param (line "
        "1); leave it out of params");
    mistakes(f, "{'url': 'http://h/', 'paginator': {'type': 'page_number', "
                "'stop_after_empty_page': false}}");
    check_mistake(&f->mistakes, 0, "E-VALUE",
        "nothing would end these pages: give total_path, "
        "has_more_path, maximum_page or "
        "max_pages, or let stop_after_empty_page be true");
    mistakes(f, "{'url': 'http://h/', 'paginator': {'type': 'offset', 'limit': "
                "10, 'offset': 50, "
                "'maximum_offset': 50}}");
    check_mistake(&f->mistakes, 0, "E-VALUE",
        "'maximum_offset' is not behind 'offset': no page would be asked for");
    mistakes(f, "{'url': 'http://h/', 'paginator': {'type': 'json_link', 'allow_hosts': "
                "'https://h/'}}");
    check_mistake(&f->mistakes, 0, "E-VALUE",
        "'https://h/' is no host: write it as api.example.org or "
        "api.example.org:8443");
    mistakes(f, "{'url': 'http://h/', 'paginator': {'type': 'keyset', 'param': 'after', "
                "'last_record_path': 'tags[*].id'}}");
    check_mistake(&f->mistakes, 0, "E-VALUE",
        "'tags[*].id' names no single value of a row, such as id or meta.id");
    mistakes(f, "{'url': 'http://h/', 'paginator': {'type': 'keyset', 'last_record_path': 'id'}}");
    check_mistake(&f->mistakes, 0, "E-REQUIRED",
        "'param' is required, unless header, body_path or path_param says where the key goes");
    mistakes(f, "{'url': 'http://h/', 'paginator': {'type': 'cursor', "
                "'cursor_path': 'x'}}");
    check_mistake(&f->mistakes, 0, "E-REQUIRED",
        "'cursor_param' is required, unless cursor_header, "
        "cursor_body_path or path_param says where the cursor goes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_single_page_is_the_default, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(numbers_pages_from_one_or_zero, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(page_numbers_have_a_maximum, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(offsets_count_rows, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(
            computed_pages_end_where_they_are_told_to, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(
            cursors_go_into_the_next_request, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(
            keys_of_last_rows_follow_each_other, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(links_stay_with_their_origin, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(
            listed_hosts_may_be_followed_but_never_in_clear_text, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(
            an_interrupted_chain_goes_on_where_it_may, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(tells_what_can_never_work, http_setup, http_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
