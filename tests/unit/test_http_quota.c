/* How many requests a token has left. */
#include "http_checks.h"

#include "../../plugins/http/auth/quota.h"

enum { AT = 5000, NOW_S = 1700000000 };

static bool hear(struct http_quota *quota, int status, const char *left, const char *reset)
{
    return http_quota_hear(quota, status, left, reset, NULL, AT, NOW_S);
}

static void nothing_is_known_at_first(void **state)
{
    struct http_quota quota;

    (void)state;
    http_quota_init(&quota);
    for (int i = 0; i < 100; i++)
        http_quota_use(&quota);
    assert_int_equal(http_quota_until(&quota, 1000, AT), AT);
    assert_false(hear(&quota, 200, NULL, NULL));
    assert_false(hear(&quota, 200, "some", "soon"));
    assert_int_equal(http_quota_until(&quota, 1000, AT), AT);
}

static void rests_when_it_is_used_up(void **state)
{
    struct http_quota quota;

    (void)state;
    http_quota_init(&quota);
    assert_false(hear(&quota, 200, "2", "10"));
    http_quota_use(&quota);
    assert_int_equal(http_quota_until(&quota, 0, AT), AT);
    http_quota_use(&quota);
    assert_int_equal(http_quota_until(&quota, 0, AT), AT + 10001);
    /* An answer that was overtaken says more than there is. */
    assert_false(hear(&quota, 200, "1", "10"));
    assert_int_equal(http_quota_until(&quota, 0, AT), AT + 10001);
    assert_int_equal(http_quota_until(&quota, 0, AT + 10001), AT + 10001);
    /* A count that has begun anew. */
    assert_false(hear(&quota, 200, "0", "10"));
    assert_false(hear(&quota, 200, "7", "3600"));
    assert_int_equal(http_quota_until(&quota, 6, AT), AT);
    assert_int_equal(http_quota_until(&quota, 7, AT), AT + 3600001);
}

static void an_answer_may_say_that_it_is_used_up(void **state)
{
    struct http_quota quota;

    (void)state;
    http_quota_init(&quota);
    assert_false(hear(&quota, 403, "5", NULL));
    assert_false(hear(&quota, 403, NULL, NULL));
    assert_true(hear(&quota, 403, "0", NULL));
    assert_int_equal(http_quota_until(&quota, 0, AT), AT + 60000);
    http_quota_init(&quota);
    assert_true(hear(&quota, 429, NULL, NULL));
    assert_int_equal(http_quota_until(&quota, 0, AT), AT + 60000);
    http_quota_init(&quota);
    assert_true(http_quota_hear(&quota, 429, NULL, NULL, "3", AT, NOW_S));
    assert_int_equal(http_quota_until(&quota, 0, AT), AT + 3001);
}

static void check_reset(const char *text, uint64_t expected)
{
    uint64_t ms;

    assert_true(http_quota_reset(text, NOW_S, &ms));
    assert_int_equal(ms, expected);
}

static void reads_times_of_all_kinds(void **state)
{
    uint64_t ms;

    (void)state;
    check_reset("0", 0);
    check_reset("30", 30000);
    check_reset("1.5", 1500);
    check_reset("1700000060", 60000);
    check_reset("1700000060500", 60500);
    check_reset("1600000000", 0);
    assert_false(http_quota_reset("", NOW_S, &ms));
    assert_false(http_quota_reset("-1", NOW_S, &ms));
    assert_false(http_quota_reset("nan", NOW_S, &ms));
    assert_false(http_quota_reset("1e300", NOW_S, &ms));
    assert_false(http_quota_reset("5 minutes", NOW_S, &ms));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_known_at_first),
        cmocka_unit_test(rests_when_it_is_used_up),
        cmocka_unit_test(an_answer_may_say_that_it_is_used_up),
        cmocka_unit_test(reads_times_of_all_kinds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
