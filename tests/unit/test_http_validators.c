/* What answers are called by: whether it can be relied on, and how it is asked. */
#include "http_checks.h"

#include "../../plugins/http/cache/validators.h"
#include "../../plugins/http/client/head.h"

#include <time.h>

static struct http_validators of(struct http_fixture *f, const char *const *lines)
{
    struct http_response response = {.status = 200};
    struct http_validators validators;
    struct weir_error error = {0};
    struct http_head head;

    http_head_init(&head);
    assert_int_equal(http_head_add(&head, weir_str("HTTP/1.1 200 OK"), &error), WEIR_OK);
    for (; *lines; lines++)
        assert_int_equal(http_head_add(&head, weir_str(*lines), &error), WEIR_OK);
    response.head = &head;
    validators = http_validators_of(&response, f->arena);
    http_head_done(&head);
    return validators;
}

static void tags_are_taken_as_they_are(void **state)
{
    const char *const weak[] = {"ETag: W/\"a b\"", NULL}, *const empty[] = {"ETag: ", NULL},
                      *const none[] = {"X: y", NULL};

    assert_string_equal(of(*state, weak).tag, "W/\"a b\"");
    assert_null(of(*state, empty).tag);
    assert_null(of(*state, none).tag);
    assert_null(of(*state, none).time);
}

static void a_time_behind_which_a_change_could_hide_is_none(void **state)
{
    const char *const settled[] = {"Last-Modified: Tue, 14 Nov 2023 22:13:20 GMT",
        "Date: Tue, 14 Nov 2023 22:13:21 GMT", NULL};
    const char *const fresh[] = {"Last-Modified: Tue, 14 Nov 2023 22:13:20 GMT",
        "Date: Tue, 14 Nov 2023 22:13:20 GMT", NULL};
    const char *const ahead[] = {"Last-Modified: Tue, 14 Nov 2023 22:13:20 GMT",
        "Date: Tue, 14 Nov 2023 22:13:10 GMT", NULL};
    const char *const undated[] = {"Last-Modified: Tue, 14 Nov 2023 22:13:20 GMT", NULL};
    const char *const wrong[] = {"Last-Modified: yesterday", NULL};
    const time_t now = time(NULL);
    struct tm tm;
    char line[80];
    const char *just_now[] = {line, NULL};

    (void)strftime(
        line, sizeof(line), "Last-Modified: %a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now, &tm));
    assert_non_null(of(*state, settled).time);
    assert_null(of(*state, fresh).time);
    assert_null(of(*state, ahead).time);
    assert_non_null(of(*state, undated).time);
    assert_null(of(*state, just_now).time);
    assert_null(of(*state, wrong).time);
}

static void asks_by_both(void **state)
{
    const char *const asked[] = {"Accept: text/csv", NULL};
    const struct http_validators both = {"\"1\"", "t"}, none = {NULL, NULL};
    struct http_request request = {.headers = asked};
    struct http_fixture *f = *state;

    assert_false(http_validators_ask(&none, &request, f->arena));
    assert_ptr_equal(request.headers, asked);
    assert_true(http_validators_ask(&both, &request, f->arena));
    assert_string_equal(request.headers[0], "Accept: text/csv");
    assert_string_equal(request.headers[1], "If-None-Match: \"1\"");
    assert_string_equal(request.headers[2], "If-Modified-Since: t");
    assert_null(request.headers[3]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(tags_are_taken_as_they_are, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(
            a_time_behind_which_a_change_could_hide_is_none, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(asks_by_both, http_setup, http_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
