/* Which version of HTTP an origin is asked with. */
#include <client/version.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void gives_up_whole_origins_and_no_others(void **state)
{
    struct http_versions versions = {0};

    (void)state;
    assert_true(http_versions_has_two(&versions, "https://a.test/x"));
    http_versions_give_up(&versions, "https://a.test");
    assert_false(http_versions_has_two(&versions, "https://a.test"));
    assert_false(http_versions_has_two(&versions, "https://a.test/x"));
    assert_false(http_versions_has_two(&versions, "https://a.test?x"));
    assert_true(http_versions_has_two(&versions, "https://a.test:444/x"));
    assert_true(http_versions_has_two(&versions, "https://a.testing/x"));
    http_versions_done(&versions);
}

static void bears_some_failures(void **state)
{
    struct http_versions versions = {0};
    int n = 0;

    (void)state;
    while (http_versions_has_two(&versions, "https://a.test/") && n < 100) {
        http_versions_failed(&versions, "https://a.test");
        n++;
    }
    assert_in_range(n, 2, 99);
    assert_int_equal(versions.n, 1);
    http_versions_done(&versions);
}

static void forgets_the_oldest(void **state)
{
    struct http_versions versions = {0};
    char origin[64];

    (void)state;
    for (int i = 0; i < 3 * HTTP_VERSION_ORIGINS; i++) {
        (void)snprintf(origin, sizeof(origin), "https://%d.test", i);
        http_versions_give_up(&versions, origin);
        assert_false(http_versions_has_two(&versions, origin));
    }
    assert_int_equal(versions.n, HTTP_VERSION_ORIGINS);
    assert_true(http_versions_has_two(&versions, "https://0.test/"));
    http_versions_done(&versions);
}

static void only_over_tls(void **state)
{
    (void)state;
    assert_true(http_version_is_safe("https://a.test"));
    assert_true(http_version_is_safe("HTTPS://a.test"));
    assert_false(http_version_is_safe("http://a.test"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_up_whole_origins_and_no_others),
        cmocka_unit_test(bears_some_failures),
        cmocka_unit_test(forgets_the_oldest),
        cmocka_unit_test(only_over_tls),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
