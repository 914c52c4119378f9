/* Rows of several parents: what they ask together is opened whatever is committed first. */
#include "family/join.h"

#include "family/feed.h"
#include "model_random.h"
#include "source/source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 5, PARENTS = 3, PAIRS = ROWS * ROWS * ROWS, UNITS = ROWS * PARENTS, MOST = 4096 };

static struct weir_str nothing = {"", 0};
static struct http_feed feed = {.n_parents = PARENTS, .product = {&nothing, 1, 0}};
static const struct weir_resource weir = {.name = "stock"};
static const struct http_resource child = {.weir = &weir, .feed = &feed};
static struct weir_arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = weir_arena_new();
    feed.n_parents = PARENTS;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    weir_arena_free(arena);
    return 0;
}

/* The half that row `row` of a parent says. */
static struct weir_opening half(size_t parent, size_t row)
{
    struct http_takes takes = {.index = parent};
    struct http_question question = {
        .ask = weir_str(weir_printf(arena, "\"p%zu.id\":%zu", parent, row)),
        .give = weir_str(weir_printf(arena, "\"g%zu\":\"},\\\"give\\\":{\"", parent)),
        .pass = nothing};

    return http_join_hold(&takes, &question, arena);
}

static void learn(struct http_join *join, const char *place)
{
    struct weir_error error = {0};

    if (http_join_learn(join, &child, place, &error) != WEIR_OK)
        fail_msg("%s", error.text);
}

static void each_meets_each(void **state)
{
    struct http_join *join = http_join_new();
    struct http_opener opener = {.arena = arena, .parent = "a", .most = MOST};

    (void)state;
    feed.n_parents = 2;
    learn(join, half(0, 1).next);
    learn(join, half(0, 2).next);
    assert_int_equal(http_join_open(join, &child, half(1, 7).next, &opener), WEIR_OK);
    assert_int_equal(opener.n, 2);
    assert_string_equal(opener.items[1].next,
        "{\"ask\":{\"p0.id\":2,\"p1.id\":7},\"give\":{\"g0\":\"},\\\"give\\\":{\","
        "\"g1\":\"},\\\"give\\\":{\"}}");
    assert_int_equal(http_join_open(join, &child, half(0, 3).next, &opener), WEIR_OK);
    assert_int_equal(opener.n, 2);
    http_join_free(join);
}

static void one_too_many_is_told(void **state)
{
    struct http_join *join = http_join_new();
    struct http_opener opener = {.arena = arena, .parent = "goods", .most = 1};

    (void)state;
    feed.n_parents = 2;
    learn(join, half(0, 1).next);
    learn(join, half(0, 2).next);
    assert_int_equal(http_join_open(join, &child, half(1, 7).next, &opener), WEIR_FAIL);
    assert_string_equal(opener.error.code, "E-LIMIT");
    http_join_free(join);
}

static void damage_is_told(void **state)
{
    static const char *const texts[] = {"{\"half\":[", "{\"half\":[0,1,2,3]", "{}",
        "{\"half\":[9,0,0,0],\"ask\":{},\"give\":{},\"pass\":{}}",
        "{\"half\":[0,3,0,0],\"ask\":{},\"give\":{},\"pass\":{}}",
        "{\"half\":[0,18446744073709551615,1,0],\"ask\":{},\"give\":{},\"pass\":{}}"};
    struct http_join *join = http_join_new();

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct weir_error error = {0};

        assert_int_equal(http_join_learn(join, &child, texts[i], &error), WEIR_FAIL);
        assert_string_equal(error.code, "E-STATE-DAMAGED");
    }
    assert_true(http_join_is_hold(texts[0]));
    assert_false(http_join_is_hold("{\"ask\":{}}"));
    assert_false(http_join_is_hold(NULL));
    http_join_free(join);
}

/* --- runs that end anywhere ----------------------------------------------------------------- */

/* What a database has: which units, and which places. */
struct world {
    bool committed[UNITS];
    struct weir_opening places[MOST];
    size_t n;
};

static bool has_place(const struct world *world, const struct weir_id *id)
{
    for (size_t i = 0; i < world->n; i++)
        if (memcmp(&world->places[i].chain, id, sizeof(*id)) == 0)
            return true;
    return false;
}

static void commit(struct world *world, size_t unit, const struct http_opener *opener)
{
    world->committed[unit] = true;
    for (size_t i = 0; i < opener->n; i++)
        if (!has_place(world, &opener->items[i].chain))
            world->places[world->n++] = opener->items[i];
}

static void shuffle(size_t *order, size_t n, struct model_random *dice)
{
    for (size_t i = n; i > 1; i--) {
        size_t k = model_below(dice, i);
        size_t swapped = order[i - 1];

        order[i - 1] = order[k];
        order[k] = swapped;
    }
}

/* Units are judged in any order; of those some are committed, and not those that were judged first. */
static void run(struct world *world, struct model_random *dice)
{
    struct http_join *join = http_join_new();
    size_t order[UNITS], n = 0, n_judged;

    for (size_t i = 0; i < world->n; i++)
        if (http_join_is_hold(world->places[i].next))
            learn(join, world->places[i].next);
    for (size_t unit = 0; unit < UNITS; unit++)
        if (!world->committed[unit])
            order[n++] = unit;
    shuffle(order, n, dice);
    n_judged = model_below(dice, n + 1);
    for (size_t i = 0; i < n_judged; i++) {
        struct http_opener opener = {.arena = arena, .parent = "a", .most = MOST};
        struct weir_opening hold = half(order[i] / ROWS, order[i] % ROWS);

        assert_int_equal(http_opener_add(&opener, &hold), WEIR_OK);
        assert_int_equal(http_join_open(join, &child, hold.next, &opener), WEIR_OK);
        learn(join, hold.next);
        if (model_below(dice, 2))
            commit(world, order[i], &opener);
    }
    http_join_free(join);
}

static bool is_done(const struct world *world)
{
    for (size_t unit = 0; unit < UNITS; unit++)
        if (!world->committed[unit])
            return false;
    return true;
}

static void nothing_is_missed_wherever_runs_end(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct world *world = weir_calloc(1, sizeof(*world));
        struct model_random dice = {seed};

        while (!is_done(world))
            run(world, &dice);
        assert_int_equal(world->n, UNITS + PAIRS);
        free(world);
        weir_arena_free(arena);
        arena = weir_arena_new();
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_meets_each),
        TEST(one_too_many_is_told),
        TEST(damage_is_told),
        TEST(nothing_is_missed_wherever_runs_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
