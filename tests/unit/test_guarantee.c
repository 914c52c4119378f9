/* What a pipeline promises, by what its parts can do. */
#include "flow_checks.h"

#include "state/guarantee.h"

#include <weir/incremental.h>

struct promise_fixture {
    struct flow_fixture *flow;
    struct weir_plugin extract, transform, load;
    struct weir_arena *arena;
    struct guarantee got;
};

static const struct weir_store store = {.size = sizeof(store)};
static const char *const keys[] = {"country", "code"};

/* The best there is; each test takes something away. */
static int setup(void **state)
{
    static struct promise_fixture p;
    void *flow;

    (void)flow_setup(&flow);
    p = (struct promise_fixture){.flow = flow,
        .extract = numbers_plugin,
        .transform = passing_plugin,
        .load = kept_plugin,
        .arena = weir_arena_new()};
    p.extract.flags = WEIR_HAS_POSITIONS;
    p.load.flags = WEIR_CAN_MERGE | WEIR_CAN_REPLACE;
    p.load.store = &store;
    put_stage(p.flow, &p.flow->plan.extract, "extract", &p.extract, NULL);
    put_stage(p.flow, &p.flow->plan.load, "load", &p.load, NULL);
    add_transform(p.flow, "transform 1 (passing)", &p.transform, NULL);
    *state = &p;
    return 0;
}

static int teardown(void **state)
{
    struct promise_fixture *p = *state;

    weir_arena_free(p->arena);
    return 0;
}

static void check_promise(struct promise_fixture *p, enum promise promise, const char *text)
{
    guarantee_of(&p->flow->plan, 0, p->arena, &p->got);
    assert_string_equal(p->got.text, text);
    assert_int_equal(p->got.promise, promise);
}

static void check_repeat(struct promise_fixture *p, const char *text)
{
    guarantee_of(&p->flow->plan, 0, p->arena, &p->got);
    assert_string_equal(p->got.repeat, text);
}

/* --- the promise -------------------------------------------------------------------------- */

static void state_and_positions_make_it_exactly_once(void **state)
{
    struct promise_fixture *p = *state;
    struct weir_resource *resource = &p->flow->resources[0];

    for (int i = WEIR_APPEND; i <= WEIR_REPLACE; i++) {
        resource->disposition = (enum weir_disposition)i;
        check_promise(p, PROMISE_EXACTLY_ONCE,
            "exactly once (rows and positions are committed together in kept)");
    }
}

static void a_loader_without_state_is_named(void **state)
{
    struct promise_fixture *p = *state;

    p->load.store = NULL;
    check_promise(p, PROMISE_AT_LEAST_ONCE,
        "at least once: the kept loader keeps no state, so a run that ends early begins anew");
    p->load.flags = WEIR_IDEMPOTENT;
    check_promise(p, PROMISE_EFFECTIVELY_ONCE,
        "effectively once: the kept loader keeps no state, so a run that ends early begins anew; "
        "an answer that comes again takes its own place");
}

static void keys_help_where_they_are_heeded(void **state)
{
    struct promise_fixture *p = *state;

    p->load.store = NULL;
    p->load.flags = WEIR_SENDS_KEYS;
    check_promise(p, PROMISE_AT_LEAST_ONCE,
        "at least once: the kept loader keeps no state, so a run that ends early begins anew; a "
        "server that heeds the keys of requests has each row once");
    p->extract.flags = 0;
    check_promise(p, PROMISE_AT_LEAST_ONCE,
        "at least once: the kept loader keeps no state, so a run that ends early begins anew");
}

static void an_extractor_without_positions_is_named(void **state)
{
    struct promise_fixture *p = *state;

    p->extract.flags = 0;
    check_promise(p, PROMISE_AT_LEAST_ONCE,
        "at least once: the numbers extractor cannot go on from where it was, so a run that ends "
        "early begins anew");
}

static void merging_makes_up_for_positions(void **state)
{
    struct promise_fixture *p = *state;

    p->extract.flags = 0;
    p->flow->resources[0].disposition = WEIR_MERGE;
    p->flow->resources[0].primary_key = (struct weir_strs){keys, 2};
    check_promise(p, PROMISE_EFFECTIVELY_ONCE,
        "effectively once: the numbers extractor cannot go on from where it was, so a run that "
        "ends early begins anew; rows that come again are merged by 'country', 'code'");
}

static void replacing_needs_no_positions(void **state)
{
    struct promise_fixture *p = *state;

    p->extract.flags = 0;
    p->transform.flags = WEIR_STATEFUL;
    p->flow->resources[0].disposition = WEIR_REPLACE;
    check_promise(p, PROMISE_EXACTLY_ONCE,
        "exactly once (the table is replaced as a whole by one transaction in kept)");
}

static void a_stateful_transform_is_the_weakest_link(void **state)
{
    static const bool takes_the_second[] = {false, true};
    struct promise_fixture *p = *state;

    p->transform.flags = WEIR_STATEFUL;
    check_promise(p, PROMISE_AT_LEAST_ONCE,
        "at least once: transform 1 (passing) looks at rows of several answers together, and "
        "remembers none of them when a run goes on behind an earlier one");
    p->flow->transforms[0].takes = takes_the_second;
    check_promise(p, PROMISE_EXACTLY_ONCE,
        "exactly once (rows and positions are committed together in kept)");
}

/* --- the run behind a finished one -------------------------------------------------------- */

static void appending_adds_again(void **state)
{
    struct promise_fixture *p = *state;

    check_repeat(p,
        "a run after a finished one adds all rows again; --run-id KEY, merge or replace "
        "avoid that");
    p->load.flags = WEIR_CAN_MERGE;
    check_repeat(
        p, "a run after a finished one adds all rows again; --run-id KEY or merge avoid that");
    p->load.flags = 0;
    check_repeat(p, "a run after a finished one adds all rows again; --run-id KEY avoids that");
    p->load.store = NULL;
    check_repeat(p, "a run after a finished one writes all rows again");
}

static void merging_and_replacing_do_not(void **state)
{
    struct promise_fixture *p = *state;

    p->flow->resources[0].disposition = WEIR_MERGE;
    p->flow->resources[0].primary_key = (struct weir_strs){keys, 1};
    check_repeat(p, "a run after a finished one asks for everything again, and brings rows up to "
                    "date by 'country'");
    p->flow->resources[0].disposition = WEIR_REPLACE;
    check_repeat(p, "a run after a finished one asks for everything again, and replaces the table");
}

static void incremental_reading_asks_for_what_is_new(void **state)
{
    static const struct weir_incremental incremental;
    struct promise_fixture *p = *state;

    p->flow->resources[0].incremental = &incremental;
    check_repeat(p, "a run after a finished one asks only for what is new");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(state_and_positions_make_it_exactly_once, setup, teardown),
        cmocka_unit_test_setup_teardown(a_loader_without_state_is_named, setup, teardown),
        cmocka_unit_test_setup_teardown(keys_help_where_they_are_heeded, setup, teardown),
        cmocka_unit_test_setup_teardown(an_extractor_without_positions_is_named, setup, teardown),
        cmocka_unit_test_setup_teardown(merging_makes_up_for_positions, setup, teardown),
        cmocka_unit_test_setup_teardown(replacing_needs_no_positions, setup, teardown),
        cmocka_unit_test_setup_teardown(a_stateful_transform_is_the_weakest_link, setup, teardown),
        cmocka_unit_test_setup_teardown(appending_adds_again, setup, teardown),
        cmocka_unit_test_setup_teardown(merging_and_replacing_do_not, setup, teardown),
        cmocka_unit_test_setup_teardown(incremental_reading_asks_for_what_is_new, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
