/* What requests carry to show who asks. */
#include "http_checks.h"

#include "../../plugins/http/auth/credential.h"

static const char *const accept_line[] = {"Accept: x", NULL};

static struct http_request log_in(struct http_fixture *f, const char *auth, const char *url)
{
    struct http_request request = {.method = "GET", .url = url, .headers = accept_line};
    struct http_credentials all = {0};
    struct http_credential *credential;

    http_parse(f, weir_printf(f->arena, "{'url': 'http://h/', 'auth': %s}", auth));
    check_none(&f->mistakes);
    credential = http_credential_use(&all, &f->options.auth, &f->options.retry, f->arena);
    assert_int_equal(http_credential_prepare(credential, &f->error), WEIR_OK);
    assert_int_equal(http_credential_apply(credential, &request, f->arena), 0);
    assert_false(http_credential_refused(credential, 0, 1, NULL));
    return request;
}

static void check_login(struct http_fixture *f, const char *auth, const char *header)
{
    struct http_request r = log_in(f, auth, "http://h/?x=1");

    assert_string_equal(r.url, "http://h/?x=1");
    assert_string_equal(r.headers[0], "Accept: x");
    if (header) {
        assert_string_equal(r.headers[1], header);
        assert_null(r.headers[2]);
    } else {
        assert_null(r.headers[1]);
    }
}

static void logs_in(void **state)
{
    struct http_fixture *f = *state;

    check_login(f, "{'type': 'none'}", NULL);
    check_login(f, "{'type': 'bearer', 'token': 't0k'}", "Authorization: Bearer t0k");
    check_login(f, "{'type': 'api_key', 'name': 'X-Key', 'api_key': 'k'}", "X-Key: k");
    check_login(f,
        "{'type': 'http_basic', 'username': 'Aladdin', 'password': 'open "
        "sesame'}",
        "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    check_login(f, "{'type': 'api_key', 'name': 'sid', 'api_key': 'k', 'location': 'cookie'}",
        "Cookie: sid=k");
    check_login(
        f, "{'type': 'http_basic', 'username': 'a', 'password': ''}", "Authorization: Basic YTo=");
    check_login(f, "{'type': 'http_basic', 'username': 'a', 'password': 'bc'}",
        "Authorization: Basic YTpiYw==");
}

static void check_key(struct http_fixture *f, const char *url, const char *expected)
{
    struct http_request r =
        log_in(f, "{'type': 'api_key', 'name': 'key', 'api_key': 'a b', 'location': 'query'}", url);

    assert_string_equal(r.url, expected);
    assert_null(r.headers[1]);
}

static void keys_in_the_query_are_added_once(void **state)
{
    struct http_fixture *f = *state;

    check_key(f, "http://h/?x=1", "http://h/?x=1&key=a%20b");
    check_key(f, "http://h/?key=z&x", "http://h/?key=z&x");
    check_key(f, "http://h/?keys=z", "http://h/?keys=z&key=a%20b");
}

static void keys_in_links_are_not_stored(void **state)
{
    static const struct http_credential auth = {.param = "key", .value = "a b/1"};
    static const struct http_credential none = {.header = "X: y"};
    struct http_fixture *f = *state;
    struct weir_arena *a = f->arena;

    assert_string_equal(
        http_credential_strip(&none, a, "http://h/?key=a%20b"), "http://h/?key=a%20b");
    assert_string_equal(http_credential_strip(&auth, a, "http://h/"), "http://h/");
    assert_string_equal(http_credential_strip(&auth, a, "http://h/?key=a%20b%2f1"), "http://h/");
    assert_string_equal(
        http_credential_strip(&auth, a, "http://h/?key=a+b/1&x=2"), "http://h/?x=2");
    assert_string_equal(http_credential_strip(&auth, a, "http://h/?x=2&key=a%20b%2F1&y=3#z"),
        "http://h/?x=2&y=3#z");
    assert_string_equal(http_credential_strip(&auth, a, "http://h/?keys=a+b/1&key=other&key"),
        "http://h/?keys=a+b/1&key=other&key");
    assert_string_equal(http_credential_strip(&auth, a, "http://h/?key=a%2"), "http://h/?key=a%2");
}

static void hides_secrets_that_json_escapes(void **state)
{
    struct http_credential auth = {.secrets = {"a\"b\\c/d"}};
    char text[] = "a\"b\\c/d, a\\\"b\\\\c/d, a\\\"b\\\\c\\/d, a\"b\\";

    (void)state;
    http_credential_hide(&auth, text, strlen(text));
    assert_string_equal(text, "*******, *********, **********, a\"b\\");
}

static void hides_secrets_in_texts(void **state)
{
    struct http_credential auth = {.secrets = {"SECRET", "U0VDUkVU"}};
    char text[] = "SECRET and U0VDUkVU, SECRETSECRET";

    (void)state;
    http_credential_hide(&auth, text, strlen(text));
    assert_string_equal(text, "****** and ********, ************");
}

static void check_bad_login(struct http_fixture *f, const char *auth, const char *code)
{
    http_parse(f, weir_printf(f->arena, "{'url': 'http://h/', 'auth': %s}", auth));
    check_none(&f->mistakes);
    http_credential_check(&f->options.auth, f->connection.base_url, &f->mistakes);
    assert_int_equal(f->mistakes.n, 1);
    assert_string_equal(f->mistakes.items[0].code, code);
}

static void tells_of_logins_that_cannot_be_sent(void **state)
{
    struct http_fixture *f = *state;

    check_bad_login(f, "{'type': 'bearer', 'token': ''}", "E-VALUE");
    check_bad_login(f, "{'type': 'bearer', 'token': 'abc\\n'}", "E-HEADER");
    check_bad_login(f, "{'type': 'api_key', 'name': 'X Key', 'api_key': 'k'}", "E-HEADER");
    check_bad_login(
        f, "{'type': 'api_key', 'name': 'k', 'api_key': 'a;b', 'location': 'cookie'}", "E-HEADER");
    check_bad_login(
        f, "{'type': 'session', 'login': {'path': '/l'}, 'cookie': true}", "E-REQUIRED");
    check_bad_login(f, "{'type': 'session', 'login': {'path': 'http://h/l'}}", "E-REQUIRED");
    check_bad_login(
        f, "{'type': 'session', 'login': {'path': 'ftp://h/l'}, 'cookie': true}", "E-URL-SCHEME");
    check_bad_login(f,
        "{'type': 'session', 'login': {'path': 'http://h/l', 'method': 'GET', 'json': {'a': 'b'}}, "
        "'cookie': true}",
        "E-VALUE");
    check_bad_login(f,
        "{'type': 'session', 'login': {'path': 'http://h/l', 'json': {'a': 'b'}, 'data': {'a': "
        "'b'}}, "
        "'cookie': true}",
        "E-VALUE");
    check_bad_login(f,
        "{'type': 'session', 'login': {'path': 'http://h/l', 'headers': {'Connection': 'x'}}, "
        "'cookie': true}",
        "E-HEADER");
    check_bad_login(f,
        "{'type': 'oauth2_client_credentials', 'access_token_url': '/t', 'client_id': 'c', "
        "'client_secret': 's'}",
        "E-URL");
    check_bad_login(f,
        "{'type': 'oauth2_client_credentials', 'access_token_url': 'http://h/t', 'client_id': 'c', "
        "'client_secret': 's', 'access_token_request_data': {'grant_type': 'x'}}",
        "E-VALUE");
    check_bad_login(f, "{'type': 'token_pool'}", "E-REQUIRED");
    check_bad_login(f, "{'type': 'token_pool', 'tokens': ['a'], 'file': 'b'}", "E-REQUIRED");
    check_bad_login(f, "{'type': 'token_pool', 'tokens': ['a', '']}", "E-HEADER");
    check_bad_login(f, "{'type': 'token_pool', 'tokens': ['a'], 'name': 'b c'}", "E-HEADER");
    check_bad_login(f, "{'type': 'http_basic', 'username': 'a:b', 'password': 'x'}", "E-VALUE");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(logs_in, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(
            keys_in_the_query_are_added_once, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(keys_in_links_are_not_stored, http_setup, http_teardown),
        cmocka_unit_test(hides_secrets_in_texts),
        cmocka_unit_test(hides_secrets_that_json_escapes),
        cmocka_unit_test_setup_teardown(
            tells_of_logins_that_cannot_be_sent, http_setup, http_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
