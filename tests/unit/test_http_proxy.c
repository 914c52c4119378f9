/* Addresses of proxies: what they may be, and what is read of them. */
#include "client/proxy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void reads_addresses(void **state)
{
    struct weir_arena *arena = weir_arena_new();
    struct http_proxy proxy;

    (void)state;
    assert_true(http_proxy_parse("http://proxy.test:3128", arena, &proxy));
    assert_string_equal(proxy.host, "proxy.test:3128");
    assert_null(proxy.user);
    assert_null(proxy.password);
    assert_true(http_proxy_parse("https://me:a%2Fb%3A@[::1]:1/", arena, &proxy));
    assert_string_equal(proxy.host, "[::1]:1");
    assert_string_equal(proxy.user, "me");
    assert_string_equal(proxy.password, "a/b:");
    assert_string_equal(proxy.raw_password, "a%2Fb%3A");
    weir_arena_free(arena);
}

static void refuses_what_is_none(void **state)
{
    static const char *const bad[] = {"", "proxy.test", "proxy.test:3128", "http://proxy.test",
        "http://:3128", "http://proxy.test:0x1", "http://proxy.test:99999", "socks5://h:1",
        "file:///h:1", "http://h:1/path", "http://h:1?q", "http://h:1#f", "http://h:1 "};
    struct weir_arena *arena = weir_arena_new();
    struct http_proxy proxy;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        if (http_proxy_parse(bad[i], arena, &proxy))
            fail_msg("'%s' is taken for a proxy", bad[i]);
    weir_arena_free(arena);
}

/* Of one that it would not take, the environment's for example, the login is a secret all the same. */
static void reads_logins_of_others(void **state)
{
    struct weir_arena *arena = weir_arena_new();
    struct http_proxy proxy;

    (void)state;
    assert_false(http_proxy_parse("socks5://me:SECRET@h:1", arena, &proxy));
    assert_string_equal(proxy.password, "SECRET");
    assert_false(http_proxy_parse("http://me:SECRET@h", arena, &proxy));
    assert_string_equal(proxy.password, "SECRET");
    weir_arena_free(arena);
}

static void knows_what_is_secret(void **state)
{
    (void)state;
    assert_true(http_proxy_is_public("http://h:1"));
    assert_true(http_proxy_is_public("env"));
    assert_false(http_proxy_is_public("http://me:SECRET@h:1"));
    assert_true(http_proxy_is_of_environment("env"));
    assert_false(http_proxy_is_of_environment("http://env:1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_addresses),
        cmocka_unit_test(refuses_what_is_none),
        cmocka_unit_test(reads_logins_of_others),
        cmocka_unit_test(knows_what_is_secret),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
