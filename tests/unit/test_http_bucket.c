/* Tokens: how long to wait for them, and that no interval ever has more than the limit. */
#include "politeness/bucket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { SECOND = 1000000, STEP = SECOND / HTTP_BUCKET_STEPS };

static struct http_bucket bucket;

static void begin(uint64_t limit, uint64_t burst, uint64_t now)
{
    http_bucket_init(&bucket, limit, SECOND, burst, now);
}

static bool may(uint64_t weight, uint64_t now)
{
    return http_bucket_wait(&bucket, weight, now) == 0;
}

static void a_full_one_gives_its_limit_and_no_more(void **state)
{
    (void)state;
    begin(20, 20, 0);
    for (int i = 0; i < 20; i++) {
        assert_true(may(1, 1000));
        http_bucket_answered(&bucket, 1, http_bucket_take(&bucket, 1, 1000), 2000);
    }
    assert_false(may(1, 2000));
    assert_false(may(1, 2000 + SECOND - 1));
    assert_true(may(1, 2000 + SECOND + STEP));
    assert_true(http_bucket_wait(&bucket, 1, 2000) <= SECOND + STEP);
}

static void what_is_under_way_counts_until_it_is_answered(void **state)
{
    uint64_t tickets[2];

    (void)state;
    begin(2, 2, 0);
    tickets[0] = http_bucket_take(&bucket, 1, 0);
    tickets[1] = http_bucket_take(&bucket, 1, 0);
    assert_false(may(1, SECOND + STEP));
    http_bucket_answered(&bucket, 1, tickets[0], SECOND / 2);
    assert_false(may(1, SECOND + STEP));
    assert_true(may(1, SECOND + SECOND / 2 + STEP));
    assert_false(may(2, SECOND + SECOND / 2 + STEP));
    /* What never comes back is forgotten, and what comes late changes nothing. */
    assert_true(may(2, 2 * SECOND + 2 * STEP));
    http_bucket_answered(&bucket, 1, tickets[1], 3 * SECOND);
    assert_true(may(2, 3 * SECOND));
    assert_int_equal(bucket.counted, 0);
}

static void tokens_come_evenly(void **state)
{
    uint64_t now = 5 * SECOND;

    (void)state;
    begin(10, 1, now);
    for (int i = 0; i < 30; i++) {
        uint64_t wait = http_bucket_wait(&bucket, 1, now);

        assert_true(i == 0 ? wait == 0 : wait >= 99999 && wait <= 100000 + 2 * STEP);
        now += wait;
        assert_true(may(1, now));
        http_bucket_answered(&bucket, 1, http_bucket_take(&bucket, 1, now), now);
    }
}

static void heavy_ones_wait_longer(void **state)
{
    (void)state;
    begin(10, 5, 0);
    http_bucket_answered(&bucket, 5, http_bucket_take(&bucket, 5, 0), 0);
    assert_int_equal(http_bucket_wait(&bucket, 1, 0), 100000);
    assert_int_equal(http_bucket_wait(&bucket, 5, 0), 500000);
    assert_false(may(2, 100000));
    assert_true(may(1, 100000));
}

/* What a server counts is somewhere between sending and answer; here it is as bad as can be. */
static void no_interval_has_more_than_the_limit(void **state)
{
    static uint64_t counted_at[4000];
    uint64_t now = 7, random = 88172645463325252u, n = 0;

    (void)state;
    begin(13, 13, now);
    while (n < 4000) {
        uint64_t wait = http_bucket_wait(&bucket, 1, now), ticket, took;

        assert_true(wait <= SECOND + STEP);
        now += wait;
        if (!may(1, now)) {
            now += STEP;
            continue;
        }
        random ^= random << 13, random ^= random >> 7, random ^= random << 17;
        took = random % 40000;
        ticket = http_bucket_take(&bucket, 1, now);
        counted_at[n] = now + (random >> 32) % (took + 1);
        now += took;
        http_bucket_answered(&bucket, 1, ticket, now);
        if (n >= 13)
            assert_true(counted_at[n] - counted_at[n - 13] >= SECOND);
        n++;
    }
    /* It is not much slower than it may be. */
    assert_true(now < 4000 / 13 * (uint64_t)SECOND * 11 / 10);
}

static void long_pauses_leave_nothing_behind(void **state)
{
    (void)state;
    begin(3, 3, 0);
    for (uint64_t now = 0; now < 5000u * SECOND; now += 977 * (uint64_t)SECOND) {
        assert_true(may(3, now));
        (void)http_bucket_take(&bucket, 3, now);
        assert_false(may(1, now));
    }
}

static void what_the_server_says_is_heard(void **state)
{
    (void)state;
    begin(100, 100, 0);
    http_bucket_hear(&bucket, 3, 1, 30 * SECOND, 0);
    assert_true(may(2, 0));
    assert_false(may(3, 0));
    assert_int_equal(http_bucket_wait(&bucket, 3, 10 * SECOND), 20 * SECOND);
    (void)http_bucket_take(&bucket, 2, 0);
    assert_int_equal(http_bucket_wait(&bucket, 1, 0), 30 * SECOND);
    /* An older answer changes nothing; a later count does. */
    http_bucket_hear(&bucket, 5, 0, 29 * SECOND, 0);
    assert_false(may(1, 0));
    http_bucket_hear(&bucket, 5, 0, 60 * SECOND, 0);
    assert_true(may(5, 0));
    assert_false(may(6, 0));
    assert_true(may(6, 60 * SECOND));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_one_gives_its_limit_and_no_more),
        cmocka_unit_test(what_is_under_way_counts_until_it_is_answered),
        cmocka_unit_test(tokens_come_evenly),
        cmocka_unit_test(heavy_ones_wait_longer),
        cmocka_unit_test(no_interval_has_more_than_the_limit),
        cmocka_unit_test(long_pauses_leave_nothing_behind),
        cmocka_unit_test(what_the_server_says_is_heard),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
