/* URLs: joined, resolved, checked, compared by origin, and shown without secrets. */
#include "client/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct weir_arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = weir_arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    weir_arena_free(arena);
    return 0;
}

static void joins_with_one_slash(void **state)
{
    static const char *const cases[][3] = {
        {"http://h/v1", "items", "http://h/v1/items"},
        {"http://h/v1/", "/items", "http://h/v1/items"},
        {"http://h/v1//", "//items/", "http://h/v1/items/"},
        {"http://h", "/", "http://h/"},
        {"http://h/v1", "", "http://h/v1"},
        {"http://h/v1", "?a=1", "http://h/v1?a=1"},
        {"http://h/v1", "https://other/x", "https://other/x"},
        {"http://h/v1", "a:b", "http://h/v1/a:b"},
        {"http://h/v1", "a?to=http://x/", "http://h/v1/a?to=http://x/"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        assert_string_equal(http_url_join(arena, cases[i][0], cases[i][1]), cases[i][2]);
}

/* The examples of RFC 3986, section 5.4, but for those that are not http. */
static void resolves_as_the_standard_says(void **state)
{
    static const char *const cases[][2] = {
        {"g", "http://a/b/c/g"},
        {"./g", "http://a/b/c/g"},
        {"g/", "http://a/b/c/g/"},
        {"/g", "http://a/g"},
        {"//g", "http://g/"},
        {"?y", "http://a/b/c/d;p?y"},
        {"g?y", "http://a/b/c/g?y"},
        {"#s", "http://a/b/c/d;p?q#s"},
        {"g#s", "http://a/b/c/g#s"},
        {"g?y#s", "http://a/b/c/g?y#s"},
        {";x", "http://a/b/c/;x"},
        {"g;x", "http://a/b/c/g;x"},
        {".", "http://a/b/c/"},
        {"./", "http://a/b/c/"},
        {"..", "http://a/b/"},
        {"../", "http://a/b/"},
        {"../g", "http://a/b/g"},
        {"../..", "http://a/"},
        {"../../", "http://a/"},
        {"../../g", "http://a/g"},
        {"../../../g", "http://a/g"},
        {"../../../../g", "http://a/g"},
        {"/./g", "http://a/g"},
        {"/../g", "http://a/g"},
        {"g.", "http://a/b/c/g."},
        {"..g", "http://a/b/c/..g"},
        {"./../g", "http://a/b/g"},
        {"./g/.", "http://a/b/c/g/"},
        {"g/./h", "http://a/b/c/g/h"},
        {"g/../h", "http://a/b/c/h"},
        {"g;x=1/../y", "http://a/b/c/y"},
        {"g?y/./x", "http://a/b/c/g?y/./x"},
        {"g?y/../x", "http://a/b/c/g?y/../x"},
        {"http://other:81/x", "http://other:81/x"},
        {"HTTPS://other/x", "https://other/x"},
        {"/a b?c=d e", "http://a/a%20b?c=d+e"},
    };
    struct weir_error error = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char *got = http_url_resolve(arena, "http://a/b/c/d;p?q", cases[i][0], &error);

        if (!got || strcmp(got, cases[i][1]) != 0)
            print_error(
                "'%s' became %s, not %s\n", cases[i][0], got ? got : error.text, cases[i][1]);
        assert_non_null(got);
        assert_string_equal(got, cases[i][1]);
    }
}

static void does_not_resolve(const char *reference, const char *code)
{
    struct weir_error error = {0};

    assert_null(http_url_resolve(arena, "http://a/b", reference, &error));
    assert_string_equal(error.code, code);
}

static void resolves_nothing_else(void **state)
{
    size_t n = 10u << 20;
    char *huge = malloc(n + 1);

    (void)state;
    does_not_resolve("file:///etc/passwd", "E-URL-SCHEME");
    does_not_resolve("ftp://h/x", "E-URL-SCHEME");
    does_not_resolve("gopher://h/x", "E-URL-SCHEME");
    does_not_resolve("dict://h/x", "E-URL-SCHEME");
    does_not_resolve("data:text/plain,x", "E-URL-SCHEME");
    does_not_resolve("javascript:alert(1)", "E-URL-SCHEME");
    does_not_resolve("", "E-URL");
    does_not_resolve("http://", "E-URL");
    assert_non_null(huge);
    memset(huge, 'x', n);
    huge[n] = '\0';
    does_not_resolve(huge, "E-URL");
    free(huge);
}

static void adds_parameters(void **state)
{
    static const char *const cases[][4] = {
        {"http://h/x", "page", "2", "http://h/x?page=2"},
        {"http://h/x?", "page", "2", "http://h/x?page=2"},
        {"http://h/x?a=1", "page", "2", "http://h/x?a=1&page=2"},
        {"http://h/x?a=1&", "page", "2", "http://h/x?a=1&page=2"},
        {"http://h/x#top?", "page", "2", "http://h/x?page=2#top?"},
        {"http://h/x", "filter[a b]", "1&2=3+4/\xc3\xa9%#",
            "http://h/x?filter%5Ba%20b%5D="
            "1%262%3D3%2B4%2F%C3%A9%25%23"},
        {"http://h/x", "empty", "", "http://h/x?empty="},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        assert_string_equal(
            http_url_add_param(arena, cases[i][0], cases[i][1], weir_str(cases[i][2])),
            cases[i][3]);
    assert_string_equal(http_url_add_param(arena, "http://h", "n", (struct weir_str){"a\0b", 3}),
        "http://h?n=a%00b");
}

static void accepts_addresses(void **state)
{
    static const char *const good[] = {"http://h", "https://example.org/a?b=c#d",
        "http://127.0.0.1:8080/x", "http://[::1]:80/", "HTTP://H/", "http://h/a@b", "http://h?a@b",
        "http://127.1/", "http://h:65535/", "http://h/%20?q=\xc3\xa9", "http://h?x"};
    struct weir_error error = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
        assert_int_equal(http_url_check(good[i], &error), WEIR_OK);
}

static void refuses(const char *url, const char *code)
{
    struct weir_error error = {0};

    if (http_url_check(url, &error) != WEIR_FAIL)
        print_error("accepted: %s\n", url);
    assert_string_equal(error.code, code);
    assert_true(weir_error_is_set(&error));
}

static void refuses_what_is_no_address(void **state)
{
    char huge[70000];

    (void)state;
    refuses("", "E-URL");
    refuses("/items", "E-URL");
    refuses("example.org/items", "E-URL");
    refuses("http:/h/x", "E-URL");
    refuses("http:", "E-URL");
    refuses("http://", "E-URL");
    refuses("http:///x", "E-URL");
    refuses("http://h:99999/", "E-URL");
    refuses("http://h:0x50/", "E-URL");
    refuses("http://h/a b", "E-URL");
    refuses("http://h/a\r\nX: y", "E-URL");
    refuses("http://h\x7f/", "E-URL");
    refuses("http://[::1/", "E-URL");
    refuses("http://user:pw@h/x", "E-URL");
    refuses("http://a@b@h/", "E-URL");
    refuses("file:///etc/passwd", "E-URL-SCHEME");
    refuses("ftp://h/", "E-URL-SCHEME");
    refuses("javascript:alert(1)", "E-URL-SCHEME");
    memset(huge, 'x', sizeof(huge));
    memcpy(huge, "http://h/", 9);
    huge[sizeof(huge) - 1] = '\0';
    refuses(huge, "E-URL");
}

static void hides_secrets_in_refusals(void **state)
{
    struct weir_error error = {0};

    (void)state;
    assert_int_equal(http_url_check("ftp://me:SECRET@h/?token=SECRET", &error), WEIR_FAIL);
    assert_null(strstr(error.text, "SECRET"));
    assert_non_null(strstr(error.text, "ftp://h/?token=***"));
}

static void knows_origins(void **state)
{
    static const char *const cases[][2] = {
        {"http://Example.ORG/a/b", "http://example.org:80"},
        {"https://example.org?x", "https://example.org:443"},
        {"HTTPS://example.org:443/", "https://example.org:443"},
        {"http://127.0.0.1:8080/x", "http://127.0.0.1:8080"},
        {"http://127.1:8080/x", "http://127.0.0.1:8080"},
        {"http://0x7f.0.0.1/x", "http://127.0.0.1:80"},
        {"http://user:pw@h:81/x", "http://h:81"},
        {"http://[::1]/x", "http://[::1]:80"},
        {"http://a@b@h/x", ""},
        {"http://h#@other/", "http://h:80"},
        {"http://h/@other", "http://h:80"},
        {"http://h?@other", "http://h:80"},
        {"http://h:080/", "http://h:80"},
        {"no address", ""},
        {"http://", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        if (strcmp(http_url_origin(arena, cases[i][0]), cases[i][1]) != 0)
            print_error("origin of %s: '%s'\n", cases[i][0], http_url_origin(arena, cases[i][0]));
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        assert_string_equal(http_url_origin(arena, cases[i][0]), cases[i][1]);
}

static void shows(const char *url, const char *expected)
{
    char out[300];
    size_t n = http_url_redact(url, out, sizeof(out));

    assert_string_equal(out, expected);
    assert_int_equal(n, strlen(expected));
}

static void hides_logins_and_tokens(void **state)
{
    (void)state;
    shows("https://h/a?page=2&b=3", "https://h/a?page=2&b=3");
    shows("https://me:pw@h:81/a", "https://h:81/a");
    shows("https://a@b:c@h/a", "https://h/a");
    shows("https://me:p/w@h/a", "https://h/a");
    shows("https://me:p?w@h/a", "https://me:p?w@h/a");
    shows("https://h/@me/a", "https://h/@me/a");
    shows("me:pw@h/a", "h/a");
    shows("https://h/a?api_key=x&page=2", "https://h/a?api_key=***&page=2");
    shows("https://h/a?X-Amz-Signature=x;Token=y", "https://h/a?X-Amz-Signature=***;Token=***");
    shows("https://h/a?client_secret=x&code=y", "https://h/a?client_secret=***&code=***");
    shows("https://h/a?to%6ben=x", "https://h/a?to%6ben=***");
    shows(
        "https://h/a?auth[key]=x&author=y&monkey=z", "https://h/a?auth[key]=***&author=y&monkey=z");
    shows("https://h/a?country_code=de&keyword=x", "https://h/a?country_code=de&keyword=x");
    shows("https://h/a?key=", "https://h/a?key=");
    shows("https://h/a#access_token=x&page=2", "https://h/a#access_token=***&page=2");
    shows("https://h/a?a=b=c&sig=d=e", "https://h/a?a=b=c&sig=***");
    shows("", "");
}

static void shows_only_what_is_safe(void **state)
{
    char long_url[5000], out[64];

    (void)state;
    shows("http://h/\x1b[2J\n", "http://h/\\x1B[2J\\x0A");
    memset(long_url, 'x', sizeof(long_url));
    long_url[sizeof(long_url) - 1] = '\0';
    assert_true(http_url_redact(long_url, out, sizeof(out)) < sizeof(out));
    assert_non_null(strstr(out, "..."));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joins_with_one_slash),
        cmocka_unit_test(resolves_as_the_standard_says),
        cmocka_unit_test(resolves_nothing_else),
        cmocka_unit_test(adds_parameters),
        cmocka_unit_test(accepts_addresses),
        cmocka_unit_test(refuses_what_is_no_address),
        cmocka_unit_test(hides_secrets_in_refusals),
        cmocka_unit_test(knows_origins),
        cmocka_unit_test(hides_logins_and_tokens),
        cmocka_unit_test(shows_only_what_is_safe),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
