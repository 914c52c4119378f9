/* Whether a run begins a pass, goes on with one, has nothing to do, or is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "state/decide.h"

#define CONFIG "{\"path\":\"1\",\"params\":\"2\"}"
#define OTHER_CONFIG "{\"path\":\"1\",\"params\":\"3\"}"

/* An open pass of two resources, which the file still has. */
struct situation {
    struct weir_generation began[2], now[2];
    struct weir_pass open, wanted, keyed;
    struct weir_found found;
    struct wish wish;
    struct weir_error error;
};

static int setup(void **state)
{
    static struct situation s;

    s = (struct situation){
        .began = {{.id = 1, .name = "a", .table = "ta", .mode = "append", .config = CONFIG},
            {.id = 2, .name = "b", .table = "tb", .mode = "merge", .config = CONFIG, .rows = 1}},
        .wish = {.every_resource = true, .has_positions = true},
    };
    for (size_t i = 0; i < 2; i++) {
        s.now[i] = s.began[i];
        s.now[i].id = 0;
    }
    s.open = (struct weir_pass){.id = 7, .generations = s.began, .n_generations = 2};
    s.wanted = (struct weir_pass){.generations = s.now, .n_generations = 2};
    s.found.open = &s.open;
    *state = &s;
    return 0;
}

static void check_decision(struct situation *s, enum decision wanted)
{
    assert_int_equal(decide(&s->found, &s->wanted, &s->wish, &s->error), wanted);
    assert_int_equal(weir_error_is_set(&s->error), wanted == DECIDE_REFUSE);
}

static void check_refusal(struct situation *s, const char *code, const char *text)
{
    check_decision(s, DECIDE_REFUSE);
    assert_string_equal(s->error.code, code);
    assert_int_equal(s->error.fault, WEIR_FAULT_USAGE);
    if (!strstr(s->error.text, text))
        fail_msg("'%s' is not in: %s", text, s->error.text);
}

/* --- passes ------------------------------------------------------------------------------- */

static void without_an_open_pass_a_new_one_begins(void **state)
{
    struct situation *s = *state;

    s->found.open = NULL;
    check_decision(s, DECIDE_NEW);
}

static void an_open_pass_is_gone_on_with(void **state)
{
    check_decision(*state, DECIDE_RESUME);
}

static void a_source_without_positions_begins_anew(void **state)
{
    struct situation *s = *state;

    s->wish.has_positions = false;
    s->began[0].rows = 100;
    s->now[0].config = OTHER_CONFIG;
    check_decision(s, DECIDE_NEW);
}

static void a_generation_is_found_by_its_name(void **state)
{
    struct situation *s = *state;

    assert_ptr_equal(pass_find(&s->open, "b"), &s->began[1]);
    assert_null(pass_find(&s->open, "c"));
}

/* --- --run-id ----------------------------------------------------------------------------- */

static void what_the_key_names_is_done_once(void **state)
{
    struct situation *s = *state;

    s->keyed = s->open;
    s->keyed.status = WEIR_PASS_DONE;
    s->found.keyed = &s->keyed;
    check_decision(s, DECIDE_NOTHING);
    s->wish.restart = true;
    check_decision(s, DECIDE_NOTHING);
    s->found.open = NULL;
    check_decision(s, DECIDE_NOTHING);
}

static void what_was_no_part_of_the_work_is_not_done(void **state)
{
    struct situation *s = *state;

    s->keyed = s->open;
    s->keyed.status = WEIR_PASS_DONE;
    s->keyed.n_generations = 1;
    s->found.keyed = &s->keyed;
    check_refusal(s, "E-STATE-KEY", "resource 'b' was no part of it");
    s->wanted.n_generations = 1;
    s->error = (struct weir_error){0};
    check_decision(s, DECIDE_NOTHING);
}

static void a_key_whose_pass_is_open_goes_on_with_it(void **state)
{
    struct situation *s = *state;

    s->found.keyed = &s->open;
    check_decision(s, DECIDE_RESUME);
}

static void a_key_whose_pass_was_abandoned_is_free(void **state)
{
    struct situation *s = *state;

    s->keyed.status = WEIR_PASS_ABANDONED;
    s->found.keyed = &s->keyed;
    s->found.open = NULL;
    check_decision(s, DECIDE_NEW);
}

/* --- the file has changed ----------------------------------------------------------------- */

static void a_change_of_the_file_is_refused_and_named(void **state)
{
    struct situation *s = *state;

    s->now[1].config = OTHER_CONFIG;
    check_refusal(s, "E-STATE-CONFIG", "resource 'b': params;");
}

static void where_nothing_came_yet_any_change_begins_anew(void **state)
{
    struct situation *s = *state;

    s->now[1].config = OTHER_CONFIG;
    s->began[1].rows = 0;
    check_decision(s, DECIDE_NEW);
    s->open.n_dead_letters = 1;
    check_refusal(s, "E-STATE-CONFIG", "resource 'b': params;");
}

static void a_change_of_what_is_done_does_not_matter(void **state)
{
    struct situation *s = *state;

    s->now[1].config = OTHER_CONFIG;
    s->began[1].done = true;
    check_decision(s, DECIDE_RESUME);
}

static void a_resource_that_is_gone_is_refused(void **state)
{
    struct situation *s = *state;

    s->wanted.n_generations = 1;
    check_refusal(s, "E-STATE-CONFIG", "resource 'b': it is gone from the file");
}

static void a_run_of_some_resources_leaves_the_others_open(void **state)
{
    struct situation *s = *state;

    s->wanted.n_generations = 1;
    s->wish.every_resource = false;
    check_decision(s, DECIDE_RESUME);
    s->now[0].config = OTHER_CONFIG;
    check_refusal(s, "E-STATE-CONFIG", "resource 'a': params;");
}

static void a_resource_that_is_new_takes_part(void **state)
{
    struct situation *s = *state;

    s->open.n_generations = 1;
    check_decision(s, DECIDE_RESUME);
}

static void a_config_that_cannot_be_read_is_a_change(void **state)
{
    struct situation *s = *state;

    s->began[0].config = "not JSON";
    check_refusal(s, "E-STATE-CONFIG", "resource 'a': path, params;");
}

/* --- --restart ---------------------------------------------------------------------------- */

static void restarting_abandons_what_can_be_done_again(void **state)
{
    struct situation *s = *state;

    s->wish.restart = true;
    s->now[1].config = OTHER_CONFIG;
    s->began[1].rows = 100;
    check_decision(s, DECIDE_NEW);
}

static void restarting_adds_no_rows_a_second_time(void **state)
{
    struct situation *s = *state;

    s->wish.restart = true;
    s->began[0].rows = 1;
    check_refusal(s, "E-STATE-PARTIAL", "has added 1 row to table 'ta'");
}

static void rows_of_a_resource_that_is_done_count_as_well(void **state)
{
    struct situation *s = *state;

    s->wish.restart = true;
    s->began[0].rows = 20;
    s->began[0].done = true;
    check_refusal(s, "E-STATE-PARTIAL", "has added 20 rows to table 'ta'");
}

static void rows_may_be_kept_on_demand(void **state)
{
    struct situation *s = *state;

    s->wish.restart = true;
    s->wish.keep_partial = true;
    s->began[0].rows = 20;
    check_decision(s, DECIDE_NEW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(without_an_open_pass_a_new_one_begins, setup),
        cmocka_unit_test_setup(an_open_pass_is_gone_on_with, setup),
        cmocka_unit_test_setup(a_source_without_positions_begins_anew, setup),
        cmocka_unit_test_setup(a_generation_is_found_by_its_name, setup),
        cmocka_unit_test_setup(what_the_key_names_is_done_once, setup),
        cmocka_unit_test_setup(what_was_no_part_of_the_work_is_not_done, setup),
        cmocka_unit_test_setup(a_key_whose_pass_is_open_goes_on_with_it, setup),
        cmocka_unit_test_setup(a_key_whose_pass_was_abandoned_is_free, setup),
        cmocka_unit_test_setup(a_change_of_the_file_is_refused_and_named, setup),
        cmocka_unit_test_setup(where_nothing_came_yet_any_change_begins_anew, setup),
        cmocka_unit_test_setup(a_change_of_what_is_done_does_not_matter, setup),
        cmocka_unit_test_setup(a_resource_that_is_gone_is_refused, setup),
        cmocka_unit_test_setup(a_run_of_some_resources_leaves_the_others_open, setup),
        cmocka_unit_test_setup(a_resource_that_is_new_takes_part, setup),
        cmocka_unit_test_setup(a_config_that_cannot_be_read_is_a_change, setup),
        cmocka_unit_test_setup(restarting_abandons_what_can_be_done_again, setup),
        cmocka_unit_test_setup(restarting_adds_no_rows_a_second_time, setup),
        cmocka_unit_test_setup(rows_of_a_resource_that_is_done_count_as_well, setup),
        cmocka_unit_test_setup(rows_may_be_kept_on_demand, setup),
    };

    return cmocka_run_group_tests_name("decide", tests, NULL, NULL);
}
