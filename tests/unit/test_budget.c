/* The budget counts exactly, refuses beyond its limit, and never stands still. */
#include "flow/budget.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <uv.h>

#include <cmocka.h>

static void grants_until_the_limit(void **state)
{
    struct budget budget;

    (void)state;
    budget_init(&budget, 100);
    assert_true(budget_reserve(&budget, 100, 60));
    assert_true(budget_reserve(&budget, 100, 40));
    assert_false(budget_reserve(&budget, 100, 1));
    assert_int_equal(atomic_load(&budget.held), 100);
}

static void grants_anything_when_nothing_is_held(void **state)
{
    struct budget budget;

    (void)state;
    budget_init(&budget, 100);
    assert_true(budget_reserve(&budget, 100, 5000));
    assert_false(budget_reserve(&budget, 100, 1));
    (void)budget_release(&budget, 5000);
    assert_true(budget_reserve(&budget, 100, SIZE_MAX / 2));
}

static void tells_of_room_only_those_who_were_refused(void **state)
{
    struct budget budget;

    (void)state;
    budget_init(&budget, 100);
    assert_true(budget_reserve(&budget, 100, 100));
    assert_false(budget_release(&budget, 10));
    assert_false(budget_reserve(&budget, 100, 50));
    assert_true(budget_release(&budget, 50));
    assert_false(budget_release(&budget, 10));
}

static void counts_what_is_added_without_asking(void **state)
{
    struct budget budget;

    (void)state;
    budget_init(&budget, 100);
    budget_add(&budget, 250);
    assert_false(budget_reserve(&budget, 100, 1));
    assert_int_equal(atomic_load(&budget.peak), 250);
    (void)budget_release(&budget, 250);
    assert_int_equal(atomic_load(&budget.held), 0);
    assert_int_equal(atomic_load(&budget.peak), 250);
}

enum { ROUNDS = 20000, LIMIT = 1000 };

static void reserve_and_release(void *arg)
{
    struct budget *budget = arg;

    for (int i = 0; i < ROUNDS; i++)
        if (budget_reserve(budget, LIMIT, 7))
            (void)budget_release(budget, 7);
}

static void counts_exactly_between_threads(void **state)
{
    struct budget budget;
    uv_thread_t threads[4];

    (void)state;
    budget_init(&budget, LIMIT);
    for (int i = 0; i < 4; i++)
        assert_int_equal(uv_thread_create(&threads[i], reserve_and_release, &budget), 0);
    for (int i = 0; i < 4; i++)
        uv_thread_join(&threads[i]);
    assert_int_equal(atomic_load(&budget.held), 0);
    assert_true(atomic_load(&budget.peak) <= LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grants_until_the_limit),
        cmocka_unit_test(grants_anything_when_nothing_is_held),
        cmocka_unit_test(tells_of_room_only_those_who_were_refused),
        cmocka_unit_test(counts_what_is_added_without_asking),
        cmocka_unit_test(counts_exactly_between_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
