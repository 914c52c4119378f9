/* What answers to sent rows mean, and what is said about them. */
#include "http_load_checks.h"

#include "../../plugins/http/load/answer.h"

static const char *codes[] = {"408", "429", "5xx"};
static const struct http_retry_options retry = {.status_codes = {codes, 3}};

static void check(struct http_response response, enum http_load_verdict expected)
{
    if (http_load_judge(&retry, &response) != expected)
        fail_msg("status %d is judged wrongly", response.status);
}

static void judges_by_status(void **state)
{
    static const int taken[] = {200, 201, 202, 204, 207};
    static const int again[] = {408, 409, 425, 500, 502, 503};
    static const int never[] = {301, 304, 307, 400, 403, 404, 405, 410, 413, 415, 422};

    (void)state;
    for (size_t i = 0; i < sizeof(taken) / sizeof(*taken); i++)
        check((struct http_response){.status = taken[i]}, HTTP_TAKEN);
    for (size_t i = 0; i < sizeof(again) / sizeof(*again); i++)
        check((struct http_response){.status = again[i]}, HTTP_AGAIN);
    for (size_t i = 0; i < sizeof(never) / sizeof(*never); i++)
        check((struct http_response){.status = never[i]}, HTTP_REFUSED);
    check((struct http_response){.status = 401}, HTTP_LOGIN);
    check((struct http_response){.status = 429}, HTTP_SLOWER);
    check((struct http_response){.status = 503, .retry_after = "1"}, HTTP_SLOWER);
}

static void judges_answers_that_are_broken(void **state)
{
    struct http_response response = {.status = 0, .retryable = true};

    (void)state;
    weir_error_set(&response.error, WEIR_FAULT_SOURCE, "E-HTTP-RESET", "reset");
    check(response, HTTP_AGAIN);
    response.status = 200;
    check(response, HTTP_AGAIN);
    /* Nobody needs the body of a success, but it is whole as far as anybody can tell. */
    response.retryable = false;
    check(response, HTTP_TAKEN);
    response.status = 400;
    check(response, HTTP_REFUSED);
    response.status = 0;
    check(response, HTTP_REFUSED);
}

static void check_hidden(struct weir_batch *batch, const char *text, const char *expected)
{
    char *copy = weir_copy_text(batch->arena, text);

    http_hide_rows(&(struct http_rows){batch, 0, batch->n_rows}, copy, strlen(copy));
    assert_string_equal(copy, expected);
}

static void values_of_rows_are_hidden(void **state)
{
    struct weir_batch *batch =
        load_batch("[{'name':'Ann \\'x\\'','n':12345,'ok':true,'s':'ab',"
                   "'deep':{'mail':['ann@host.test',98765.5],'t':'q\\'r'}},{'name':'Bob1'}]",
            NULL);

    (void)state;
    check_hidden(batch, "Bob1 or bob1", "**** or bob1");
    check_hidden(batch, "row Ann \"x\" of 12345", "row ******* of *****");
    check_hidden(batch, "{\"name\":\"Ann \\\"x\\\"\"}", "{\"name\":\"*********\"}");
    check_hidden(
        batch, "to ann@host.test for 98765.5, q\\\"r", "to ************* for *******, ****");
    check_hidden(batch, "true is not ab", "true is not ab");
    weir_batch_free(batch);
}

static struct weir_error error_of(
    struct http_response *response, const struct http_credential *login)
{
    const char *const headers[] = {"X-Secret: some secret header", NULL};
    struct http_request request = {
        .url = "http://h.test/items?token=secret-parameter", .headers = headers};
    struct weir_batch *batch = load_batch("[{'name':'Heinrich'}]", NULL);
    struct http_rows one = {batch, 0, 1};
    struct weir_error error = {0};

    http_load_error(response, login, &request, &one, &error);
    weir_batch_free(batch);
    return error;
}

static struct http_response refusal(int status, char *body)
{
    return (struct http_response){.status = status, .body = {.ptr = body, .len = strlen(body)}};
}

static void a_refusal_is_quoted_without_what_nobody_may_see(void **state)
{
    struct http_credential login = {.secrets = {"secret-token"}};
    char body[] = "bad name Heinrich\nsecret-token, some secret header, secret-parameter";
    struct http_response response = refusal(422, body);
    struct weir_error error = error_of(&response, &login);

    (void)state;
    assert_string_equal(error.code, "E-HTTP-STATUS");
    assert_int_equal(error.fault, WEIR_FAULT_DATA);
    assert_non_null(strstr(error.text, "status 422, 'bad name ********"));
    assert_null(strstr(error.text, "secret"));
}

static void what_is_not_about_rows_is_the_destinations_fault(void **state)
{
    struct http_credential login = {0};
    char body[] = "";
    struct http_response response = refusal(403, body);
    struct weir_error error = error_of(&response, &login);

    (void)state;
    assert_int_equal(error.fault, WEIR_FAULT_DESTINATION);
    assert_string_equal(
        error.text, "status 403; the login may not write this: check auth and headers");
    response = (struct http_response){0};
    weir_error_set(&response.error, WEIR_FAULT_SOURCE, "E-HTTP-RESET", "h: reset");
    error = error_of(&response, &login);
    assert_int_equal(error.fault, WEIR_FAULT_DESTINATION);
    assert_string_equal(error.code, "E-HTTP-RESET");
}

static void a_redirect_is_told(void **state)
{
    struct http_credential login = {0};
    char body[] = "";
    struct http_response response = refusal(308, body);
    struct weir_error error;

    (void)state;
    response.location = "//other.test/x?token=hidden";
    error = error_of(&response, &login);
    assert_string_equal(error.code, "E-HTTP-REDIRECT");
    assert_string_equal(error.text,
        "status 308 leads to http://other.test/x?token=***; rows are not sent on: if that is "
        "right, write it as url");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(judges_by_status),
        cmocka_unit_test(judges_answers_that_are_broken),
        cmocka_unit_test(values_of_rows_are_hidden),
        cmocka_unit_test(a_refusal_is_quoted_without_what_nobody_may_see),
        cmocka_unit_test(what_is_not_about_rows_is_the_destinations_fault),
        cmocka_unit_test(a_redirect_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
