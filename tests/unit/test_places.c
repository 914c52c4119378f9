/* Where chains stand, as a run keeps it in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "state/places.h"

enum { N_GENERATIONS = 2, MANY = 100 * 1000 };

static int setup(void **state)
{
    *state = places_new(N_GENERATIONS);
    return 0;
}

static int teardown(void **state)
{
    places_free(*state);
    return 0;
}

static struct weir_id chain_of(size_t n)
{
    char text[32];

    (void)snprintf(text, sizeof(text), "chain %zu", n);
    return weir_id_of(weir_str(text));
}

static void add_standing(
    struct places *places, size_t generation, size_t chain, uint64_t number, const char *next)
{
    places_add(places,
        &(struct weir_place){
            .generation = generation, .chain = chain_of(chain), .number = number, .next = next});
}

static void add_done(struct places *places, size_t generation, size_t chain)
{
    places_add(
        places, &(struct weir_place){
                    .generation = generation, .chain = chain_of(chain), .number = 1, .done = true});
}

static void add_hole(struct places *places, size_t generation, size_t chain, uint64_t number)
{
    struct weir_id id = chain_of(chain);

    places_add_hole(places, generation, &id, number);
}

/* What was in ret_resume before is no answer. */
static bool look(struct places *places, size_t generation, size_t chain, struct weir_resume *ret)
{
    struct weir_id id = chain_of(chain);

    memset(ret, 0x5a, sizeof(*ret));
    return places_find(places, generation, &id, ret);
}

static void what_nobody_has_begun_is_at_its_beginning(void **state)
{
    struct weir_resume resume;

    places_seal(*state);
    assert_false(look(*state, 0, 1, &resume));
    assert_false(resume.done);
    assert_int_equal(resume.number, 0);
    assert_null(resume.next);
    assert_int_equal(resume.n_holes, 0);
}

static void a_chain_goes_on_where_it_stands(void **state)
{
    struct weir_resume resume;
    char next[] = "page-8";

    add_standing(*state, 0, 1, 7, next);
    next[0] = 'X';
    add_standing(*state, 0, 2, UINT64_C(1) << 40, NULL);
    places_seal(*state);
    assert_true(look(*state, 0, 1, &resume));
    assert_false(resume.done);
    assert_int_equal(resume.number, 7);
    assert_string_equal(resume.next, "page-8");
    assert_int_equal(resume.n_holes, 0);
    assert_true(look(*state, 0, 2, &resume));
    assert_true(resume.number == UINT64_C(1) << 40);
    assert_null(resume.next);
    assert_false(look(*state, 0, 3, &resume));
}

static void a_chain_that_is_done_says_so(void **state)
{
    struct weir_resume resume;

    add_done(*state, 0, 1);
    add_standing(*state, 0, 2, 1, NULL);
    places_seal(*state);
    assert_true(look(*state, 0, 1, &resume));
    assert_true(resume.done);
    assert_true(look(*state, 0, 2, &resume));
    assert_false(resume.done);
}

static void generations_do_not_know_each_other(void **state)
{
    struct weir_resume resume;

    add_standing(*state, 0, 1, 3, NULL);
    add_done(*state, 1, 1);
    add_standing(*state, 1, 2, 5, NULL);
    add_hole(*state, 1, 1, 0);
    places_seal(*state);
    assert_true(look(*state, 0, 1, &resume));
    assert_false(resume.done);
    assert_int_equal(resume.number, 3);
    assert_int_equal(resume.n_holes, 0);
    assert_true(look(*state, 1, 1, &resume));
    assert_true(resume.done);
    assert_int_equal(resume.n_holes, 1);
    assert_false(look(*state, 0, 2, &resume));
}

static void check_holes(const struct weir_resume *resume, const uint64_t *numbers, size_t n)
{
    assert_int_equal(resume->n_holes, n);
    for (size_t i = 0; i < n; i++)
        assert_true(resume->holes[i] == numbers[i]);
}

/* A store tells them in any order, and chains stand in between. */
static void holes_come_with_their_chain_in_order(void **state)
{
    static const uint64_t first[] = {1, 2, 300};
    static const uint64_t second[] = {UINT64_C(1) << 33};
    struct weir_resume resume;

    add_hole(*state, 0, 1, 300);
    add_hole(*state, 0, 2, second[0]);
    add_hole(*state, 0, 1, 1);
    add_standing(*state, 0, 2, second[0] + 1, NULL);
    add_done(*state, 0, 1);
    add_hole(*state, 0, 1, 2);
    add_done(*state, 0, 3);
    places_seal(*state);
    assert_true(look(*state, 0, 1, &resume));
    check_holes(&resume, first, 3);
    assert_true(look(*state, 0, 2, &resume));
    check_holes(&resume, second, 1);
    assert_true(look(*state, 0, 3, &resume));
    check_holes(&resume, NULL, 0);
}

/* More than any table begins with, and more than 16 bits can count. */
static void many_chains_are_all_found(void **state)
{
    struct weir_resume resume;

    for (size_t i = 0; i < MANY; i++) {
        if (i % 3 == 0)
            add_done(*state, 0, i);
        else if (i % 3 == 1)
            add_standing(*state, 0, i, i, i % 2 ? "next" : NULL);
        if (i % 30 < 2) {
            add_hole(*state, 0, i, i);
            add_hole(*state, 0, i, 0);
        }
    }
    places_seal(*state);
    for (size_t i = 0; i < MANY; i++) {
        const uint64_t holes[] = {0, i};

        if (look(*state, 0, i, &resume) != (i % 3 != 2) || resume.done != (i % 3 == 0) ||
            (i % 3 == 1 && resume.number != i) || !resume.next != !(i % 3 == 1 && i % 2))
            fail_msg("chain %zu is not where it was put", i);
        check_holes(&resume, holes, i % 30 < 2 ? 2 : 0);
    }
}

/* A chain that is done is of no more interest, unless its holes need what stands in its place. */
static void those_that_stand_are_told_one_by_one(void **state)
{
    struct places *places = *state;
    struct weir_opened opened;
    struct weir_id id = chain_of(3);
    size_t n = 0;
    bool saw_done = false;

    add_standing(places, 1, 1, 0, "with 1");
    add_done(places, 1, 2);
    places_add(
        places, &(struct weir_place){
                    .generation = 1, .chain = id, .number = 9, .next = "with 3", .done = true});
    add_hole(places, 1, 3, 4);
    places_seal(places);
    for (; places_standing(places, 1, n, &opened); n++) {
        assert_string_equal(opened.resume.next, opened.resume.done ? "with 3" : "with 1");
        assert_int_equal(opened.resume.n_holes, opened.resume.done);
        saw_done |= opened.resume.done;
    }
    assert_int_equal(n, 2);
    assert_true(saw_done);
    assert_false(places_standing(places, 0, 0, &opened));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(those_that_stand_are_told_one_by_one, setup, teardown),
        cmocka_unit_test_setup_teardown(what_nobody_has_begun_is_at_its_beginning, setup, teardown),
        cmocka_unit_test_setup_teardown(a_chain_goes_on_where_it_stands, setup, teardown),
        cmocka_unit_test_setup_teardown(a_chain_that_is_done_says_so, setup, teardown),
        cmocka_unit_test_setup_teardown(generations_do_not_know_each_other, setup, teardown),
        cmocka_unit_test_setup_teardown(holes_come_with_their_chain_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(many_chains_are_all_found, setup, teardown),
    };

    return cmocka_run_group_tests_name("places", tests, NULL, NULL);
}
