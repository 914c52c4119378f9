/* The sqlite loader's state: a run that begins, goes on behind another one, and ends. */
#include "state_checks.h"

static void nothing_is_found_in_a_new_database(void **state)
{
    struct fixture *f = *state;
    struct run r = {0};

    (void)stage_resource(&f->s, "t", NULL);
    start(f);
    must(f, open_run(f, &r, "k"));
    assert_null(r.found.open);
    assert_null(r.found.keyed);
    stage_stop(&f->s);
    assert_answer(f, "SELECT count(*) FROM sqlite_schema", "0");
}

static void rows_and_places_are_committed_together(void **state)
{
    struct fixture *f = *state;
    struct run r = {0};

    (void)stage_resource(&f->s, "t", NULL);
    start(f);
    begin_run(f, &r, NULL);
    take_chain(f, 'a', 0, 1, WEIR_FOLLOW_NEXT);
    take_chain(f, 'b', 0, 0, WEIR_FOLLOW_END);
    assert_answer(f, "SELECT count(*) FROM _weir_place", "0");
    assert_int_equal(stage_commit(&f->s), WEIR_OK);
    assert_answer(f, ALL_ROWS, "a00 a01 a10 a11 b00 b01");
    assert_answer(f, ALL_PLACES, "a|2|after 1|0\nb|1|NULL|1");
    assert_answer(f, "SELECT rows, done FROM _weir_generation", "6|0");
    take_chain(f, 'a', 2, 2, WEIR_FOLLOW_NEXT);
    stage_stop(&f->s);
    assert_answer(f, ALL_ROWS, "a00 a01 a10 a11 b00 b01");
    assert_answer(f, ALL_PLACES, "a|2|after 1|0\nb|1|NULL|1");
}

static void keep_place(void *arg, const struct weir_place *place)
{
    char *out = arg;

    (void)sprintf(out + strlen(out), "%zu %c %llu %s %d\n", place->generation,
        place->chain.bytes[0], (unsigned long long)place->number, place->next ? place->next : "-",
        place->done);
}

static void the_next_run_goes_on(void **state)
{
    struct fixture *f = *state;
    char told[256] = "";
    const struct weir_reading reading = {.place = keep_place, .arg = told};
    struct run r = {0};

    (void)stage_resource(&f->s, "t", NULL);
    start(f);
    begin_run(f, &r, "monday");
    take_chain(f, 'a', 0, 1, WEIR_FOLLOW_NEXT);
    take_chain(f, 'b', 0, 0, WEIR_FOLLOW_END);
    end_run(f, false);
    again(f);
    must(f, open_run(f, &r, "monday"));
    assert_non_null(r.found.open);
    assert_non_null(r.found.keyed);
    assert_int_equal(r.found.open->id, r.found.keyed->id);
    assert_string_equal(r.found.open->key, "monday");
    assert_int_equal(r.found.open->n_generations, 1);
    assert_string_equal(r.found.open->generations[0].name, "t");
    assert_int_equal(r.found.open->generations[0].rows, 6);
    make_pass(f, &r);
    must(f, store_of(f)->begin(&f->s.stage, &r.pass, NULL));
    must(f, store_of(f)->read(&f->s.stage, &r.pass, &reading));
    assert_string_equal(told, "0 a 2 after 1 0\n0 b 1 - 1\n");
    take_chain(f, 'a', 2, 2, WEIR_FOLLOW_END);
    end_run(f, true);
    assert_answer(f, ALL_ROWS, "a00 a01 a10 a11 a20 a21 b00 b01");
    assert_answer(f, "SELECT count(*) FROM _weir_place", "0");
    assert_answer(f, "SELECT status, key FROM _weir_pass", "done|monday");
    assert_answer(f, "SELECT done, rows FROM _weir_generation", "1|8");
    assert_answer(f, "SELECT epoch, exit_code, pass FROM _weir_run", "1|3|1\n2|0|1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_is_found_in_a_new_database, setup, teardown),
        cmocka_unit_test_setup_teardown(rows_and_places_are_committed_together, setup, teardown),
        cmocka_unit_test_setup_teardown(the_next_run_goes_on, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
