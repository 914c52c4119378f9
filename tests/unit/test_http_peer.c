/* What is remembered of origins, and what is forgotten. */
#include "politeness/peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct http_peers peers;

static struct http_peer *use(unsigned n, uint64_t now_us)
{
    char origin[64];

    (void)snprintf(origin, sizeof(origin), "http://h%u:80", n);
    return http_peer_use(&peers, origin, now_us);
}

static int teardown(void **state)
{
    (void)state;
    http_peers_done(&peers);
    return 0;
}

static void a_limit_is_counted_for_each_origin_and_login(void **state)
{
    static const struct http_limit list[] = {{.name = "a", .limit = 2, .interval = 1000}};
    const struct http_limits limits = {.items = list, .n = 1};
    struct http_peer *one = use(1, 0), *two = use(2, 0);
    struct http_meter *meter = http_peer_meter(one, &limits, 0, 0, 0);

    (void)state;
    assert_ptr_equal(use(1, 0), one);
    assert_ptr_not_equal(one, two);
    assert_ptr_equal(http_peer_meter(one, &limits, 0, 0, 0), meter);
    assert_ptr_not_equal(http_peer_meter(one, &limits, 0, 1, 0), meter);
    assert_ptr_not_equal(http_peer_meter(two, &limits, 0, 0, 0), meter);
    assert_int_equal(http_meter_wait(meter, 2, 0), 0);
    (void)http_bucket_take(&meter->bucket, 2, 0);
    assert_true(http_meter_wait(meter, 1, 0) > 0);
}

static void one_request_asks_what_is_left(void **state)
{
    static const struct http_limit list[] = {
        {.name = "a", .limit = 9, .interval = 1000, .remaining_header = "X-Left"}};
    const struct http_limits limits = {.items = list, .n = 1};
    struct http_meter *meter = http_peer_meter(use(1, 0), &limits, 0, 0, 0);

    (void)state;
    assert_int_equal(http_meter_wait(meter, 1, 0), 0);
    meter->in_flight = 1;
    assert_true(http_meter_wait(meter, 1, 0) > 0);
    http_bucket_hear(&meter->bucket, 5, 0, 9000000, 0);
    assert_int_equal(http_meter_wait(meter, 1, 0), 0);
    /* That is over, and the next answer does not say. */
    assert_true(http_meter_wait(meter, 1, 9000000) > 0);
    meter->is_deaf = true;
    assert_int_equal(http_meter_wait(meter, 1, 9000000), 0);
}

static void the_oldest_without_users_are_forgotten(void **state)
{
    struct http_peer *held = use(0, 0);

    (void)state;
    for (unsigned n = 1; n <= HTTP_PEERS_MAX; n++)
        use(n, n)->n_users = 0;
    assert_int_equal(peers.n, HTTP_PEERS_MAX + 1);
    http_peers_trim(&peers, HTTP_PEERS_MAX);
    assert_in_range(peers.n, HTTP_PEERS_MAX / 2, HTTP_PEERS_MAX / 2 + 2);
    assert_ptr_equal(use(0, 0), held);
    http_peers_trim(&peers, HTTP_PEERS_MAX);
    assert_in_range(peers.n, HTTP_PEERS_MAX / 2, HTTP_PEERS_MAX / 2 + 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_limit_is_counted_for_each_origin_and_login, teardown),
        cmocka_unit_test_teardown(one_request_asks_what_is_left, teardown),
        cmocka_unit_test_teardown(the_oldest_without_users_are_forgotten, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
