/* How many may be in flight: against servers that bear so many, and slow down or refuse beyond. */
#include "politeness/adaptive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { MS = 1000 };

static struct http_adaptive adaptive;
static uint64_t now;

static void begin(uint64_t ceiling)
{
    now = 1000 * MS;
    http_adaptive_init(&adaptive, ceiling, now);
}

/* As many as may are sent at once, and answered after so long. */
static void round_trip(uint64_t latency, uint64_t n_refused)
{
    uint64_t n = adaptive.allowed;

    now += latency;
    for (uint64_t i = 0; i < n; i++)
        http_adaptive_answer(&adaptive, n, latency, i >= n_refused, now);
    now++;
}

static void it_grows_to_the_ceiling(void **state)
{
    (void)state;
    begin(50);
    assert_int_equal(adaptive.allowed, 4);
    round_trip(100 * MS, 0);
    assert_int_equal(adaptive.allowed, 8);
    for (int i = 0; i < 10; i++)
        round_trip(100 * MS, 0);
    assert_int_equal(adaptive.allowed, 50);
    begin(2);
    assert_int_equal(adaptive.allowed, 2);
}

static void it_does_not_grow_unused(void **state)
{
    (void)state;
    begin(50);
    for (int i = 0; i < 100; i++)
        http_adaptive_answer(&adaptive, 2, 5 * MS, true, now += 5 * MS);
    assert_int_equal(adaptive.allowed, 4);
}

static void a_refusal_halves_it_once_a_round_trip(void **state)
{
    (void)state;
    begin(64);
    for (int i = 0; i < 5; i++)
        round_trip(100 * MS, 0);
    assert_int_equal(adaptive.allowed, 64);
    round_trip(100 * MS, 30);
    assert_int_equal(adaptive.allowed, 32);
    round_trip(100 * MS, 0);
    assert_int_equal(adaptive.allowed, 33);
    for (int i = 0; i < 20; i++)
        round_trip(100 * MS, 1);
    assert_int_equal(adaptive.allowed, 1);
    round_trip(100 * MS, 0);
    assert_int_equal(adaptive.allowed, 2);
}

static void it_settles_where_latency_rises(void **state)
{
    uint64_t most = 0, sum = 0;

    (void)state;
    begin(1000);
    /* Ten at a time; what is more waits in the server's queue. */
    for (int i = 0; i < 2000; i++) {
        round_trip(100 * MS * (adaptive.allowed > 10 ? adaptive.allowed : 10) / 10, 0);
        if (i >= 100) {
            most = adaptive.allowed > most ? adaptive.allowed : most;
            sum += adaptive.allowed;
        }
    }
    assert_in_range(most, 10, 25);
    assert_in_range(sum / 1900, 10, 22);
}

static void a_server_that_has_become_slower_is_got_used_to(void **state)
{
    (void)state;
    begin(16);
    for (int i = 0; i < 10; i++)
        round_trip(100 * MS, 0);
    assert_int_equal(adaptive.allowed, 16);
    for (int i = 0; i < 6; i++)
        round_trip(900 * MS, 0);
    assert_in_range(adaptive.allowed, 1, 2);
    for (int i = 0; i < 120; i++)
        round_trip(900 * MS, 0);
    assert_int_equal(adaptive.allowed, 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_grows_to_the_ceiling),
        cmocka_unit_test(it_does_not_grow_unused),
        cmocka_unit_test(a_refusal_halves_it_once_a_round_trip),
        cmocka_unit_test(it_settles_where_latency_rises),
        cmocka_unit_test(a_server_that_has_become_slower_is_got_used_to),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
