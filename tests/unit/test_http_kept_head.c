/* Heads of kept answers: which fields are kept, of which answers, and as what they come back. */
#include "http_checks.h"

#include "../../plugins/http/cache/kept_head.h"
#include "../../plugins/http/paging/paginator.h"

#include <stdlib.h>

struct answer {
    struct http_head head;
    struct http_response response;
};

static void answer_init(struct answer *answer, int status, const char *const *lines)
{
    struct weir_error error = {0};
    char first[32];

    *answer = (struct answer){.response.status = status};
    http_head_init(&answer->head);
    (void)snprintf(first, sizeof(first), "HTTP/1.1 %d OK", status);
    assert_int_equal(http_head_add(&answer->head, weir_str(first), &error), WEIR_OK);
    for (; *lines; lines++)
        assert_int_equal(http_head_add(&answer->head, weir_str(*lines), &error), WEIR_OK);
    answer->response.head = &answer->head;
    answer->response.link = answer->head.links.len ? answer->head.links.ptr : NULL;
}

static struct http_entry *keep(
    struct http_fixture *f, const char *options, int status, const char *const *lines)
{
    struct http_paginator paginator;
    struct http_entry *entry;
    struct answer answer;
    const char **fields;

    http_parse(f, options);
    check_none(&f->mistakes);
    http_paginator_init(&paginator, &f->options.paginator);
    fields = http_kept_fields(&f->options, &paginator, f->arena);
    assert_non_null(fields);
    answer_init(&answer, status, lines);
    entry = http_kept_head_of(&answer.response, fields);
    http_head_done(&answer.head);
    return entry;
}

static const char *const usual[] = {"Content-Type: application/json", "ETag: \"1\"",
    "Last-Modified: Tue, 14 Nov 2023 22:13:20 GMT", "Set-Cookie: sid=secret", "X-Next: 17",
    "X-Other: 18", "Link: <http://h/2>; rel=\"next\"", "Link: <http://h/9>; rel=\"last\"", NULL};

static void keeps_what_is_looked_at(void **state)
{
    struct http_fixture *f = *state;
    struct http_entry *entry = keep(f, "{'url': 'http://h/'}", 200, usual);

    assert_non_null(entry);
    assert_string_equal(entry->head,
        "Content-Type: application/json\nETag: \"1\"\nLast-Modified: Tue, 14 Nov 2023 22:13:20 "
        "GMT\n"
        "Link: <http://h/2>; rel=\"next\", <http://h/9>; rel=\"last\"\n");
    free(entry);
    entry = keep(f,
        "{'url': 'http://h/', 'paginator': {'type': 'header_cursor', 'cursor_key': 'X-Next',"
        " 'cursor_param': 'c'}, 'response_actions': [{'headers': {'X-Other': '1', 'etag': '2',"
        " 'Set-Cookie': 'x'}, 'action': 'stop'}]}",
        200, usual);
    assert_non_null(strstr(entry->head, "X-Next: 17\nX-Other: 18\n"));
    assert_null(strstr(entry->head, "sid"));
    free(entry);
}

static void conditions_may_look_at_all_but_what_lets_in(void **state)
{
    struct http_entry *entry = keep(*state,
        "{'url': 'http://h/', 'response_actions': [{'when': 'status = 1', 'action': 'stop'}]}", 200,
        usual);

    assert_non_null(strstr(entry->head, "X-Other: 18\n"));
    assert_null(strstr(entry->head, "sid"));
    free(entry);
}

static void keeps_only_what_may_be_kept(void **state)
{
    static const char *const forbidden[][3] = {{"Cache-Control: no-store", NULL},
        {"Cache-Control: private", "cache-control: max-age=1, No-Store", NULL},
        {"Vary: Accept,*", NULL}};
    static const char *const allowed[][3] = {{"Cache-Control: private, no-cache", NULL},
        {"Cache-Control: no-storey", "Vary: Accept", NULL}, {"X-No: no-store", NULL}, {NULL}};
    static const int not_kept[] = {204, 206, 301, 304, 404, 500};
    const char *const options = "{'url': 'http://h/'}";
    struct http_entry *entry;

    for (size_t i = 0; i < sizeof(forbidden) / sizeof(*forbidden); i++)
        assert_null(keep(*state, options, 200, forbidden[i]));
    for (size_t i = 0; i < sizeof(allowed) / sizeof(*allowed); i++) {
        entry = keep(*state, options, 200, allowed[i]);
        assert_non_null(entry);
        free(entry);
    }
    for (size_t i = 0; i < sizeof(not_kept) / sizeof(*not_kept); i++)
        assert_null(keep(*state, options, not_kept[i], usual));
}

static void comes_back_as_it_was(void **state)
{
    struct http_entry *entry = keep(*state, "{'url': 'http://h/'}", 203, usual);
    struct http_kept_head head;

    entry->body_len = 12;
    assert_true(http_kept_head_open(&head, entry));
    assert_int_equal(head.response.status, 203);
    assert_int_equal(head.response.body.len, 12);
    assert_string_equal(head.response.content_type, "application/json");
    assert_string_equal(
        head.response.link, "<http://h/2>; rel=\"next\", <http://h/9>; rel=\"last\"");
    assert_string_equal(http_response_header(&head.response, "etag"), "\"1\"");
    assert_null(http_response_header(&head.response, "X-Next"));
    http_kept_head_close(&head);
    free(entry);
}

static void asks_by_what_there_is(void **state)
{
    static const char *const none[] = {"Content-Type: text/csv", NULL};
    static const char *const asked[] = {"Accept: text/csv", NULL};
    struct http_fixture *f = *state;
    struct http_request request = {.headers = asked};
    struct http_entry *entry = keep(f, "{'url': 'http://h/'}", 200, usual);

    assert_true(http_kept_head_ask(entry, &request, f->arena));
    assert_string_equal(request.headers[0], "Accept: text/csv");
    assert_string_equal(request.headers[1], "If-None-Match: \"1\"");
    assert_string_equal(request.headers[2], "If-Modified-Since: Tue, 14 Nov 2023 22:13:20 GMT");
    assert_null(request.headers[3]);
    free(entry);
    entry = keep(f, "{'url': 'http://h/'}", 200, none);
    request.headers = asked;
    assert_false(http_kept_head_ask(entry, &request, f->arena));
    assert_ptr_equal(request.headers, asked);
    free(entry);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(keeps_what_is_looked_at, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(
            conditions_may_look_at_all_but_what_lets_in, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(keeps_only_what_may_be_kept, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(comes_back_as_it_was, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(asks_by_what_there_is, http_setup, http_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
