/* The heap of those that wait. */
#include "node_checks.h"

#include "../../plugins/http/source/wait.h"

enum { MANY = 1000 };

static uint64_t spread(uint64_t i)
{
    return i * 7919 % 1009;
}

static void the_earliest_comes_first(void **state)
{
    struct http_waiting waiting = {0};
    struct http_waiter waiters[MANY];
    uint64_t before = 0;

    (void)state;
    assert_null(http_waiting_first(&waiting));
    for (uint64_t i = 0; i < MANY; i++)
        http_waiting_add(&waiting, &waiters[i], spread(i));
    for (size_t i = 0; i < MANY; i++) {
        struct http_waiter *first = http_waiting_first(&waiting);

        assert_true(first->due_ms >= before);
        before = first->due_ms;
        http_waiting_remove(&waiting, first);
    }
    assert_null(http_waiting_first(&waiting));
    http_waiting_done(&waiting);
}

static void any_of_them_may_leave(void **state)
{
    struct http_waiting waiting = {0};
    struct http_waiter waiters[MANY];
    uint64_t before = 0;

    (void)state;
    for (uint64_t i = 0; i < MANY; i++)
        http_waiting_add(&waiting, &waiters[i], spread(i));
    for (size_t i = 0; i < MANY; i += 2)
        http_waiting_remove(&waiting, &waiters[i]);
    assert_int_equal(waiting.n, MANY / 2);
    for (size_t i = 0; i < MANY / 2; i++) {
        struct http_waiter *first = http_waiting_first(&waiting);

        assert_int_equal((first - waiters) % 2, 1);
        assert_true(first->due_ms >= before);
        before = first->due_ms;
        http_waiting_remove(&waiting, first);
    }
    http_waiting_done(&waiting);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_earliest_comes_first),
        cmocka_unit_test(any_of_them_may_leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
