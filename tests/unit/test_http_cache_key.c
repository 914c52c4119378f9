/* What answers are kept under: all that a request says, and nothing of it in the clear. */
#include "http_checks.h"

#include "../../plugins/http/cache/cache_key.h"

static bool is_same(struct http_cache_key a, struct http_cache_key b)
{
    return memcmp(a.bytes, b.bytes, sizeof(a.bytes)) == 0;
}

static void texts_are_told_from_each_other(void **state)
{
    const struct weir_str a[] = {{"ab", 2}, {"c", 1}}, b[] = {{"a", 1}, {"bc", 2}},
                          c[] = {{"abc", 3}, {"", 0}};

    (void)state;
    assert_true(is_same(http_cache_key_of(a, 2), http_cache_key_of(a, 2)));
    assert_false(is_same(http_cache_key_of(a, 2), http_cache_key_of(b, 2)));
    assert_false(is_same(http_cache_key_of(a, 2), http_cache_key_of(c, 2)));
    assert_false(is_same(http_cache_key_of(c, 1), http_cache_key_of(c, 2)));
}

static void requests_are_told_from_each_other(void **state)
{
    const struct weir_str one = {"anna", 4}, other = {"berta", 5};
    const struct http_cache_key anna = http_cache_key_of(&one, 1),
                                berta = http_cache_key_of(&other, 1);
    const char *const json[] = {"Accept: application/json", NULL};
    const char *const csv[] = {"Accept: text/csv", NULL};
    const struct http_cache_key key = http_cache_key_for(&anna, "http://h/a", json);

    (void)state;
    assert_true(is_same(key, http_cache_key_for(&anna, "http://h/a", json)));
    assert_false(is_same(key, http_cache_key_for(&berta, "http://h/a", json)));
    assert_false(is_same(key, http_cache_key_for(&anna, "http://h/b", json)));
    assert_false(is_same(key, http_cache_key_for(&anna, "http://h/a", csv)));
    assert_false(is_same(key, http_cache_key_for(&anna, "http://h/a", NULL)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_told_from_each_other),
        cmocka_unit_test(requests_are_told_from_each_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
