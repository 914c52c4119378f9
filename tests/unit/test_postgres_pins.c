/* Which lane a batch has to go to. */
#include <lane/lane.h>
#include <lane/pins.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct pins pins;
static struct lane lanes[2];
static const struct weir_resource resource = {.name = "orders"};
static unsigned n_told[2];

static void tell(struct lane *lane)
{
    n_told[lane - lanes]++;
}

static void add_unit(struct held *held, char chain, uint64_t number, enum weir_follow follow)
{
    struct weir_unit *unit = weir_batch_add_unit(held->batch, NULL);
    struct weir_position *position = weir_new(held->batch->arena, struct weir_position);

    position->chain.bytes[0] = (unsigned char)chain;
    position->number = number;
    position->follow = follow;
    unit->position = position;
}

/* A batch of one unit for each letter. */
static struct held *batch_of(const char *chains, uint64_t number)
{
    struct weir_batch *batch = weir_batch_new(&resource);
    struct held *held = held_new(batch, NULL, 0);

    for (; *chains; chains++)
        add_unit(held, *chains, number, WEIR_FOLLOW_NEXT);
    return held;
}

static void end_of(struct held *held)
{
    pins_remove(&pins, held);
    weir_batch_free(held->batch);
}

static int reset(void **state)
{
    (void)state;
    memset(n_told, 0, sizeof(n_told));
    return 0;
}

static int leave_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < PINS_BUCKETS; i++)
        assert_null(pins.buckets[i]);
    return 0;
}

static struct lane *look(const struct held *held, bool *ret_several)
{
    return pins_look(&pins, held, tell, ret_several);
}

static void a_chain_stays_until_none_of_its_batches_is_under_way(void **state)
{
    struct held *first = batch_of("a", 0);
    struct held *second = batch_of("a", 1);
    struct held *third = batch_of("a", 2);
    bool several;

    (void)state;
    assert_null(look(first, &several));
    pins_add(&pins, first, &lanes[1]);
    assert_ptr_equal(look(second, &several), &lanes[1]);
    assert_false(several);
    pins_add(&pins, second, &lanes[1]);
    end_of(first);
    assert_ptr_equal(look(third, &several), &lanes[1]);
    end_of(second);
    assert_null(look(third, &several));
    end_of(third);
}

static void chains_of_two_resources_are_two(void **state)
{
    struct held *first = batch_of("a", 0);
    struct held *second = batch_of("a", 1);
    bool several;

    (void)state;
    second->resource = 1;
    pins_add(&pins, first, &lanes[0]);
    assert_null(look(second, &several));
    end_of(first);
    end_of(second);
}

static void chains_in_several_lanes_are_waited_for(void **state)
{
    struct held *first = batch_of("ab", 0);
    struct held *second = batch_of("c", 0);
    struct held *third = batch_of("abc", 1);
    bool several;

    (void)state;
    pins_add(&pins, first, &lanes[0]);
    pins_add(&pins, second, &lanes[1]);
    (void)look(third, &several);
    assert_true(several);
    assert_int_equal(n_told[0], 1);
    assert_int_equal(n_told[1], 1);
    end_of(second);
    assert_ptr_equal(look(third, &several), &lanes[0]);
    assert_false(several);
    end_of(first);
    end_of(third);
}

static void what_is_voided_meanwhile_is_forgotten_too(void **state)
{
    struct held *held = batch_of("abc", 3);

    (void)state;
    pins_add(&pins, held, &lanes[0]);
    weir_batch_void_unit(held->batch, 1);
    end_of(held);
}

static void a_unit_that_is_all_of_its_chain_goes_anywhere(void **state)
{
    struct held *held = batch_of("", 0);
    bool several;

    (void)state;
    add_unit(held, 'a', 0, WEIR_FOLLOW_END);
    add_unit(held, 'b', 5, WEIR_FOLLOW_FILL);
    pins_add(&pins, held, &lanes[0]);
    assert_int_equal(held->n_pins, 0);
    assert_null(look(held, &several));
    end_of(held);
}

static void a_chain_that_waits_goes_where_its_units_are(void **state)
{
    struct held *first = batch_of("a", 0);
    struct held *second = batch_of("", 0);
    bool several;

    (void)state;
    add_unit(second, 'a', 1, WEIR_FOLLOW_WAIT);
    pins_add(&pins, first, &lanes[1]);
    assert_ptr_equal(look(second, &several), &lanes[1]);
    end_of(first);
    end_of(second);
}

static void what_is_left_at_the_end_is_freed(void **state)
{
    struct held *held = batch_of("abcdefgh", 0);

    (void)state;
    pins_add(&pins, held, &lanes[0]);
    pins_done(&pins);
    weir_batch_free(held->batch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_chain_stays_until_none_of_its_batches_is_under_way, reset, leave_nothing),
        cmocka_unit_test_setup_teardown(chains_of_two_resources_are_two, reset, leave_nothing),
        cmocka_unit_test_setup_teardown(
            chains_in_several_lanes_are_waited_for, reset, leave_nothing),
        cmocka_unit_test_setup_teardown(
            what_is_voided_meanwhile_is_forgotten_too, reset, leave_nothing),
        cmocka_unit_test_setup_teardown(
            a_unit_that_is_all_of_its_chain_goes_anywhere, reset, leave_nothing),
        cmocka_unit_test_setup_teardown(
            a_chain_that_waits_goes_where_its_units_are, reset, leave_nothing),
        cmocka_unit_test_setup_teardown(what_is_left_at_the_end_is_freed, reset, leave_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
