/* What is made of an answer. */
#include "http_checks.h"

#include "../../plugins/http/answer/verdict.h"

#include <stdio.h>

static struct http_response answer(int status)
{
    return (struct http_response){.status = status};
}

static void check(struct http_fixture *f, struct http_response response, enum http_verdict expected)
{
    http_parse(f, "{'url': 'http://h/'}");
    if (http_judge(&f->options.retry, &response) != expected)
        fail_msg("status %d is judged wrongly", response.status);
}

static void takes_what_is_whole(void **state)
{
    struct http_fixture *f = *state;

    check(f, answer(200), HTTP_GOOD);
    check(f, answer(203), HTTP_GOOD);
    check(f, answer(204), HTTP_GOOD);
    check(f, answer(206), HTTP_BAD);
    check(f, answer(304), HTTP_BAD);
    check(f, answer(300), HTTP_BAD);
}

static void asks_again_where_that_may_help(void **state)
{
    static const int again[] = {408, 500, 502, 503, 504};
    static const int never[] = {400, 403, 404, 405, 410, 418, 422};
    struct http_fixture *f = *state;
    struct http_response broken = {.retryable = true};

    for (size_t i = 0; i < sizeof(again) / sizeof(*again); i++)
        check(f, answer(again[i]), HTTP_RETRY);
    for (size_t i = 0; i < sizeof(never) / sizeof(*never); i++)
        check(f, answer(never[i]), HTTP_BAD);
    check(f, answer(429), HTTP_RATE_LIMITED);
    check(f, answer(401), HTTP_REFRESH_AUTH);
    weir_error_set(&broken.error, WEIR_FAULT_SOURCE, "E-HTTP-RESET", "reset");
    check(f, broken, HTTP_RETRY);
    broken.retryable = false;
    check(f, broken, HTTP_BAD);
}

static void follows_redirects_that_say_where_to(void **state)
{
    static const int statuses[] = {301, 302, 303, 307, 308};
    struct http_fixture *f = *state;

    for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++) {
        struct http_response r = {.status = statuses[i], .location = "/x"};

        check(f, r, HTTP_REDIRECTED);
        r.location = NULL;
        check(f, r, HTTP_BAD);
    }
}

static struct weir_error error_of(
    int status, const char *body, const char *const *headers, bool is_later_page)
{
    const struct http_request request = {
        .url = "http://h/?token=SECRET%20QUERY&page=12345", .headers = headers};
    static const struct http_credential auth = {.secrets = {"SECRET-TOKEN"}};
    struct http_response r = answer(status);
    struct weir_error error = {0};

    weir_buf_init(&r.body, 1 << 20, 1);
    assert_true(weir_buf_add_text(&r.body, body));
    http_status_error(&r, &auth, &request, is_later_page, &error);
    weir_buf_done(&r.body);
    return error;
}

static void says_what_the_server_said(void **state)
{
    struct weir_error error = error_of(400, "no\r\n\x1b[31mway", NULL, false);

    (void)state;
    assert_string_equal(error.code, "E-HTTP-STATUS");
    assert_int_equal(error.fault, WEIR_FAULT_SOURCE);
    assert_string_equal(error.text, "status 400, 'no\\x0D\\x0A\\x1B[31mway'");
    assert_string_equal(error_of(500, "", NULL, false).text, "status 500");
}

static void says_what_to_do(void **state)
{
    (void)state;
    assert_non_null(strstr(error_of(401, "", NULL, false).text, "; check the login under auth"));
    assert_non_null(strstr(error_of(403, "", NULL, false).text, "; the login may not see this"));
    assert_non_null(strstr(error_of(404, "", NULL, false).text, "; check base_url, path and url"));
    assert_non_null(
        strstr(error_of(404, "", NULL, true).text, "; if the server ends its pages so"));
    assert_non_null(strstr(error_of(429, "", NULL, false).text, "; ask more slowly"));
}

static void shows_no_more_than_a_little_and_no_secret(void **state)
{
    static const char *const headers[] = {"X-Key: SECRET-HEADER", "Accept: application/json", NULL};
    char body[1000];
    struct weir_error error;

    (void)state;
    memset(body, 'x', sizeof(body) - 1);
    body[sizeof(body) - 1] = '\0';
    error = error_of(400, body, NULL, false);
    assert_in_range(strlen(error.text), 200, 220);
    /* One that the cut would halve, so that nothing could recognise the rest of
   * it. */
    memcpy(body + 195, "SECRET-TOKEN", 12);
    assert_null(strstr(error_of(400, body, NULL, false).text, "SECRE"));
    error = error_of(400, "you sent SECRET-HEADER and application/json", headers, false);
    assert_null(strstr(error.text, "SECRET"));
    assert_non_null(strstr(error.text, "application/json"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(takes_what_is_whole, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(asks_again_where_that_may_help, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(
            follows_redirects_that_say_where_to, http_setup, http_teardown),
        cmocka_unit_test(says_what_the_server_said),
        cmocka_unit_test(says_what_to_do),
        cmocka_unit_test(shows_no_more_than_a_little_and_no_secret),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
