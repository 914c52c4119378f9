/* Where a chain has been. */
#include "node_checks.h"

#include "../../plugins/http/paging/seen.h"

#include <stdio.h>

static void a_place_is_new_once(void **state)
{
    struct http_seen seen = {0};

    (void)state;
    assert_true(http_seen_add(&seen, "c100"));
    assert_true(http_seen_add(&seen, "c200"));
    assert_true(http_seen_add(&seen, ""));
    assert_false(http_seen_add(&seen, "c100"));
    assert_false(http_seen_add(&seen, ""));
    http_seen_done(&seen);
}

static void many_places_are_kept_apart(void **state)
{
    struct http_seen seen = {0};
    char place[32];

    (void)state;
    for (int i = 0; i < 100000; i++) {
        (void)snprintf(place, sizeof(place), "cursor-%d", i);
        assert_true(http_seen_add(&seen, place));
    }
    for (int i = 0; i < 100000; i++) {
        (void)snprintf(place, sizeof(place), "cursor-%d", i);
        assert_false(http_seen_add(&seen, place));
    }
    assert_int_equal(seen.n, 100000);
    http_seen_done(&seen);
    assert_true(http_seen_add(&seen, "cursor-1"));
    http_seen_done(&seen);
}

static void its_memory_is_bounded(void **state)
{
    struct http_seen seen = {0};
    char place[32];

    (void)state;
    for (int i = 0; i < 3000000; i++) {
        (void)snprintf(place, sizeof(place), "%d", i);
        (void)http_seen_add(&seen, place);
    }
    assert_in_range(seen.capacity, 1, 4 << 20);
    http_seen_done(&seen);
}

static void hashes_differ_by_every_byte_and_the_length(void **state)
{
    char bytes[40] = {0};
    uint64_t zeros = http_hash(bytes, sizeof(bytes));

    (void)state;
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = 1;
        assert_true(http_hash(bytes, sizeof(bytes)) != zeros);
        bytes[i] = 0;
        assert_true(http_hash(bytes, i) != zeros);
    }
    assert_true(http_hash(NULL, 0) != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_place_is_new_once),
        cmocka_unit_test(many_places_are_kept_apart),
        cmocka_unit_test(its_memory_is_bounded),
        cmocka_unit_test(hashes_differ_by_every_byte_and_the_length),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
