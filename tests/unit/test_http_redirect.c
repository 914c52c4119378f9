/* S01: where redirects may lead, and what goes along. */
#include "http_checks.h"

#include "../../plugins/http/source/redirect.h"

static const struct http_credential login = {
    .param = "key", .value = "SECRET+key", .secrets = {"SECRET+key", "SECRET%2Bkey", NULL, "abc"}};

static struct http_redirect_from stranger = {"https://h/a/b?c", false, true, &login};
static struct http_redirect_from guest = {"https://h/a/b?c", false, false, &login};

static const char *target(
    struct http_fixture *f, const struct http_redirect_from *from, const char *location)
{
    struct http_response r = {.status = 302, .location = location};
    struct http_redirect to;

    f->error = (struct weir_error){0};
    if (http_redirect_find(from, &r, f->arena, &to, &f->error) != WEIR_OK)
        return NULL;
    return weir_printf(f->arena, "%s %s", to.is_away ? "away" : "home", to.url);
}

static void refuses(struct http_fixture *f, const struct http_redirect_from *from,
    const char *location, const char *code, const char *says)
{
    assert_null(target(f, from, location));
    assert_string_equal(f->error.code, code);
    assert_non_null(strstr(f->error.text, says));
    assert_null(strstr(f->error.text, "SECRET"));
}

static void they_stay_with_their_origin(void **state)
{
    struct http_fixture *f = *state;

    assert_string_equal(target(f, &guest, "/x"), "home https://h/x");
    assert_string_equal(target(f, &guest, "https://h:443/x"), "home https://h:443/x");
    refuses(f, &guest, "https://evil/x", "E-ORIGIN", "follow: any");
    refuses(f, &guest, "https://h:444/x", "E-ORIGIN", "follow: any");
    refuses(f, &guest, "http://h/x", "E-ORIGIN", "another origin");
    refuses(f, &guest, "file:///etc/passwd", "E-URL-SCHEME", "");
}

static void they_may_leave_where_the_file_says_so(void **state)
{
    struct http_fixture *f = *state;
    const struct http_redirect_from away = {"https://o/", true, true, &login};
    const struct http_redirect_from plain = {"http://h/", false, true, &login};

    assert_string_equal(target(f, &stranger, "x"), "home https://h/a/x");
    assert_string_equal(target(f, &stranger, "//o/x"), "away https://o/x");
    assert_string_equal(target(f, &plain, "https://h/x"), "away https://h/x");
    assert_string_equal(target(f, &plain, "http://o/x"), "away http://o/x");
    refuses(f, &stranger, "http://h/x", "E-ORIGIN", "never followed");
    refuses(f, &stranger, "ftp://o/x", "E-URL-SCHEME", "");
    /* Back home, but sent there by another. */
    assert_string_equal(target(f, &away, "https://h/x"), "away https://h/x");
    assert_string_equal(target(f, &away, "/x"), "away https://o/x");
}

/* The server may have put it into the address. */
static void they_take_no_login_along(void **state)
{
    struct http_fixture *f = *state;

    assert_string_equal(
        target(f, &stranger, "https://o/x?a=1&key=SECRET%2Bkey&b=2"), "away https://o/x?a=1&b=2");
    assert_string_equal(
        target(f, &stranger, "https://h/x?key=SECRET%2Bkey"), "home https://h/x?key=SECRET%2Bkey");
    refuses(f, &stranger, "https://o/x?other=SECRET%2Bkey", "E-ORIGIN", "would take the login");
    refuses(f, &stranger, "https://o/SECRET+key", "E-ORIGIN", "would take the login");
    /* What is too short to be looked for. */
    assert_string_equal(target(f, &stranger, "https://o/abc"), "away https://o/abc");
}

static void a_stranger_says_only_what_it_accepts(void **state)
{
    struct http_fixture *f = *state;
    static const char *const headers[] = {"X-Api-Key: SECRET", "Accept: application/json",
        "accept-language: de", "Accept-Token: SECRET", "Cookie: SECRET", "Referer: SECRET",
        "Content-Type: application/json", "Authorization: SECRET", NULL};
    struct http_request request = {.method = "POST", .headers = headers, .body = {"SECRET", 6}};

    http_redirect_disguise(&request, f->arena);
    assert_string_equal(request.method, "GET");
    assert_null(request.body.ptr);
    assert_true(request.is_strange);
    assert_string_equal(request.headers[0], "Accept: application/json");
    assert_string_equal(request.headers[1], "accept-language: de");
    assert_null(request.headers[2]);
    request.headers = NULL;
    http_redirect_disguise(&request, f->arena);
    assert_null(request.headers[0]);
}

static void some_go_on_by_get(void **state)
{
    (void)state;
    assert_true(http_redirect_becomes_get(303, "PUT"));
    assert_true(http_redirect_becomes_get(301, "POST"));
    assert_true(http_redirect_becomes_get(302, "POST"));
    assert_false(http_redirect_becomes_get(307, "POST"));
    assert_false(http_redirect_becomes_get(308, "POST"));
    assert_false(http_redirect_becomes_get(302, "GET"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(they_stay_with_their_origin, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(
            they_may_leave_where_the_file_says_so, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(they_take_no_login_along, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(
            a_stranger_says_only_what_it_accepts, http_setup, http_teardown),
        cmocka_unit_test(some_go_on_by_get),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
