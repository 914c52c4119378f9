/* What becomes of the chains of a transaction, given where each of them stands. */
#include <state/chains.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { UNITS_MAX = 16 };

static struct {
    bool is_incomplete;
    struct weir_error error;
    struct weir_stage stage;
    struct weir_resource resource;
    struct generation generation;
    struct state state;
    struct weir_batch *batch;
    struct held held;
    struct transaction transaction;
    struct weir_arena *arena;
    struct chains chains;
    struct step gaps[UNITS_MAX];
    size_t n_gaps;
} t;

static bool is_incomplete(struct weir_stage *stage)
{
    (void)stage;
    return t.is_incomplete;
}

static void on_fail(struct weir_stage *stage, const struct weir_error *error)
{
    (void)stage;
    t.error = *error;
}

static const struct weir_host host = {
    .size = sizeof(host), .fail = on_fail, .incomplete = is_incomplete};

static int begin(void **state)
{
    (void)state;
    memset(&t, 0, sizeof(t));
    t.stage.host = &host;
    t.resource.name = "orders";
    t.generation = (struct generation){.id = 7, .is_open = true};
    t.state = (struct state){.stage = &t.stage, .generations = &t.generation, .is_open = true};
    t.batch = weir_batch_new(&t.resource);
    t.held = (struct held){.batch = t.batch};
    t.transaction.first = &t.held;
    t.arena = weir_arena_new();
    return 0;
}

static int end(void **state)
{
    (void)state;
    weir_batch_free(t.batch);
    weir_arena_free(t.arena);
    return 0;
}

static struct weir_position *add(char chain, uint64_t number, enum weir_follow follow)
{
    struct weir_unit *unit = weir_batch_add_unit(t.batch, NULL);
    struct weir_position *position = weir_new(t.batch->arena, struct weir_position);

    position->chain.bytes[0] = (unsigned char)chain;
    position->number = number;
    position->follow = follow;
    position->next = follow == WEIR_FOLLOW_NEXT ? "more" : NULL;
    unit->position = position;
    return position;
}

static struct chain *chain_of(char letter)
{
    const struct weir_id id = {{(unsigned char)letter}};

    chains_gather(&t.chains, &t.state, &t.transaction, t.arena);
    return chains_find(&t.chains, 7, &id);
}

static enum weir_status settle(struct chain *chain, struct place place)
{
    return chain_settle(chain, &t.stage, &place, t.gaps, &t.n_gaps);
}

static size_t count_positions(void)
{
    size_t n = 0;

    for (size_t i = 0; i < t.batch->n_units; i++)
        n += t.batch->units[i].position != NULL;
    return n;
}

static void units_are_sorted_by_chain_and_keep_their_order(void **state)
{
    struct chain *b;

    (void)state;
    add('b', 0, WEIR_FOLLOW_NEXT);
    add('a', 4, WEIR_FOLLOW_NEXT);
    add('b', 1, WEIR_FOLLOW_END);
    add('c', 2, WEIR_FOLLOW_FILL);
    b = chain_of('b');
    assert_int_equal(t.chains.n, 2);
    assert_int_equal(t.chains.items[0].id.bytes[0], 'a');
    assert_ptr_equal(b, &t.chains.items[1]);
    assert_int_equal(b->n_steps, 2);
    assert_int_equal(b->steps[0].unit, 0);
    assert_int_equal(b->steps[1].unit, 2);
    assert_int_equal(chain_first(b), 0);
    assert_null(chain_of('c'));
}

static void a_closed_generation_has_no_chains(void **state)
{
    (void)state;
    t.generation.is_open = false;
    add('a', 0, WEIR_FOLLOW_NEXT);
    assert_null(chain_of('a'));
    assert_int_equal(t.chains.n, 0);
}

static void a_chain_goes_on_behind_its_last_unit(void **state)
{
    struct chain *chain;

    (void)state;
    add('a', 3, WEIR_FOLLOW_NEXT);
    add('a', 4, WEIR_FOLLOW_NEXT);
    chain = chain_of('a');
    chain_foresee(chain, &(struct place){.number = 3});
    assert_true(chain->moves);
    assert_int_equal(chain->behind.number, 5);
    assert_string_equal(chain->behind.next, "more");
    assert_false(chain->behind.done);
    assert_false(chain->is_settled);
    assert_int_equal(settle(chain, (struct place){.number = 3}), WEIR_OK);
    assert_int_equal(chain->behind.number, 5);
    assert_int_equal(count_positions(), 2);
}

static void a_chain_ends(void **state)
{
    struct chain *chain;

    (void)state;
    add('a', 0, WEIR_FOLLOW_END);
    chain = chain_of('a');
    assert_int_equal(settle(chain, (struct place){0}), WEIR_OK);
    assert_true(chain->behind.done);
    assert_int_equal(chain->behind.number, 1);
    assert_null(chain->behind.next);
}

static void what_is_done_is_voided_and_the_rest_moves(void **state)
{
    struct chain *chain;

    (void)state;
    add('a', 3, WEIR_FOLLOW_NEXT);
    add('a', 4, WEIR_FOLLOW_NEXT);
    add('a', 5, WEIR_FOLLOW_NEXT);
    chain = chain_of('a');
    assert_int_equal(settle(chain, (struct place){.number = 5}), WEIR_OK);
    assert_true(chain->moves);
    assert_int_equal(chain->behind.number, 6);
    assert_null(t.batch->units[0].position);
    assert_null(t.batch->units[1].position);
    assert_non_null(t.batch->units[2].position);
}

static void of_a_chain_that_is_done_nothing_is_left(void **state)
{
    struct chain *chain;

    (void)state;
    add('a', 0, WEIR_FOLLOW_NEXT);
    add('a', 1, WEIR_FOLLOW_END);
    chain = chain_of('a');
    assert_int_equal(settle(chain, (struct place){.number = 2, .done = true}), WEIR_OK);
    assert_false(chain->moves);
    assert_int_equal(count_positions(), 0);
}

static void a_unit_that_comes_twice_is_loaded_once(void **state)
{
    struct chain *chain;

    (void)state;
    add('a', 0, WEIR_FOLLOW_NEXT);
    add('a', 0, WEIR_FOLLOW_NEXT);
    chain = chain_of('a');
    assert_int_equal(settle(chain, (struct place){0}), WEIR_OK);
    assert_int_equal(chain->behind.number, 1);
    assert_non_null(t.batch->units[0].position);
    assert_null(t.batch->units[1].position);
}

static void a_missing_unit_is_a_bug(void **state)
{
    struct chain *chain;

    (void)state;
    add('a', 3, WEIR_FOLLOW_NEXT);
    chain = chain_of('a');
    assert_int_equal(settle(chain, (struct place){.number = 2}), WEIR_FAIL);
    assert_string_equal(t.error.code, "E-BUG");
    assert_string_equal(t.error.text,
        "resource 'orders': unit 3 of a chain came for loading, but unit 2 is next; please report "
        "this");
}

static void where_the_run_fails_anyway_what_is_behind_it_is_voided(void **state)
{
    struct chain *chain;

    (void)state;
    t.is_incomplete = true;
    add('a', 3, WEIR_FOLLOW_NEXT);
    add('a', 4, WEIR_FOLLOW_NEXT);
    chain = chain_of('a');
    assert_int_equal(settle(chain, (struct place){.number = 2}), WEIR_OK);
    assert_false(chain->moves);
    assert_int_equal(count_positions(), 0);
}

static void a_unit_that_waits_leaves_a_gap_and_its_chain_where_it_is(void **state)
{
    struct chain *chain;

    (void)state;
    add('a', 3, WEIR_FOLLOW_NEXT);
    add('a', 4, WEIR_FOLLOW_WAIT);
    chain = chain_of('a');
    assert_int_equal(settle(chain, (struct place){.number = 3}), WEIR_OK);
    assert_int_equal(chain->behind.number, 4);
    assert_int_equal(t.n_gaps, 1);
    assert_int_equal(t.gaps[0].unit, 1);
    assert_int_equal(count_positions(), 2);
}

static void a_unit_that_is_left_out_leaves_a_gap_and_moves_its_chain(void **state)
{
    struct chain *chain;

    (void)state;
    add('a', 0, WEIR_FOLLOW_NEXT)->left_out = true;
    add('a', 1, WEIR_FOLLOW_END);
    chain = chain_of('a');
    assert_int_equal(settle(chain, (struct place){0}), WEIR_OK);
    assert_true(chain->behind.done);
    assert_int_equal(t.n_gaps, 1);
    assert_int_equal(t.gaps[0].unit, 0);
}

static void one_that_was_left_out_before_leaves_no_gap_again(void **state)
{
    struct chain *chain;

    (void)state;
    add('a', 0, WEIR_FOLLOW_NEXT)->left_out = true;
    add('a', 0, WEIR_FOLLOW_WAIT);
    chain = chain_of('a');
    assert_int_equal(settle(chain, (struct place){.number = 1}), WEIR_OK);
    assert_int_equal(t.n_gaps, 0);
    assert_int_equal(count_positions(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(units_are_sorted_by_chain_and_keep_their_order, begin, end),
        cmocka_unit_test_setup_teardown(a_closed_generation_has_no_chains, begin, end),
        cmocka_unit_test_setup_teardown(a_chain_goes_on_behind_its_last_unit, begin, end),
        cmocka_unit_test_setup_teardown(a_chain_ends, begin, end),
        cmocka_unit_test_setup_teardown(what_is_done_is_voided_and_the_rest_moves, begin, end),
        cmocka_unit_test_setup_teardown(of_a_chain_that_is_done_nothing_is_left, begin, end),
        cmocka_unit_test_setup_teardown(a_unit_that_comes_twice_is_loaded_once, begin, end),
        cmocka_unit_test_setup_teardown(a_missing_unit_is_a_bug, begin, end),
        cmocka_unit_test_setup_teardown(
            where_the_run_fails_anyway_what_is_behind_it_is_voided, begin, end),
        cmocka_unit_test_setup_teardown(
            a_unit_that_waits_leaves_a_gap_and_its_chain_where_it_is, begin, end),
        cmocka_unit_test_setup_teardown(
            a_unit_that_is_left_out_leaves_a_gap_and_moves_its_chain, begin, end),
        cmocka_unit_test_setup_teardown(
            one_that_was_left_out_before_leaves_no_gap_again, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
