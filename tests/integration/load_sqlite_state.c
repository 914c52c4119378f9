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

/* --- passes ------------------------------------------------------------------------------- */

static void a_pass_is_open_until_all_of_it_is_done(void **state)
{
    struct fixture *f = *state;
    struct run r = {0};

    (void)stage_resource(&f->s, "t", NULL);
    (void)stage_resource(&f->s, "u", NULL);
    start(f);
    begin_run(f, &r, NULL);
    stage_stop(&f->s);
    /* A run of one resource, as `weir run --resource t` begins it. */
    stage_done(&f->s);
    stage_init(&f->s, "sqlite");
    stage_set(&f->s, "path", f->path);
    (void)stage_resource(&f->s, "t", NULL);
    start(f);
    begin_run(f, &r, NULL);
    assert_int_equal(r.pass.id, 1);
    take_chain(f, 'a', 0, 0, WEIR_FOLLOW_END);
    end_run(f, true);
    assert_answer(f, "SELECT status FROM _weir_pass", "open");
    assert_answer(f, "SELECT resource, done FROM _weir_generation", "t|1\nu|0");
    (void)stage_resource(&f->s, "u", NULL);
    again(f);
    begin_run(f, &r, NULL);
    assert_true(r.generations[0].done);
    take_chain(f, 'a', 0, 0, WEIR_FOLLOW_END);
    end_run(f, true);
    assert_answer(f, ALL_ROWS, "a00 a01");
    assert_answer(f, "SELECT status FROM _weir_pass", "done");
}

static void a_pass_that_is_replaced_leaves_its_rows_alone(void **state)
{
    struct fixture *f = *state;
    struct run r = {0};

    (void)stage_resource(&f->s, "t", NULL);
    start(f);
    begin_run(f, &r, "k");
    take_chain(f, 'a', 0, 0, WEIR_FOLLOW_NEXT);
    end_run(f, false);
    again(f);
    must(f, open_run(f, &r, "k"));
    {
        const struct weir_pass *old = r.found.open;

        r.found.open = NULL;
        make_pass(f, &r);
        must(f, store_of(f)->begin(&f->s.stage, &r.pass, old));
    }
    assert_int_equal(r.pass.id, 2);
    assert_answer(f, ALL_PLACES, "");
    take_chain(f, 'a', 0, 0, WEIR_FOLLOW_END);
    end_run(f, true);
    assert_answer(f, ALL_ROWS, "a00 a00 a01 a01");
    assert_answer(f, "SELECT key, status FROM _weir_pass", "k|abandoned\nk|done");
    again(f);
    must(f, open_run(f, &r, "k"));
    assert_int_equal(r.found.keyed->id, 2);
    assert_int_equal(r.found.keyed->status, WEIR_PASS_DONE);
    stage_stop(&f->s);
}

/* Whoever ends a pass is the one that may be killed behind its last commit. */
static void a_pass_has_the_key_of_its_last_run(void **state)
{
    struct fixture *f = *state;
    struct run r = {0};

    (void)stage_resource(&f->s, "t", NULL);
    start(f);
    begin_run(f, &r, "monday");
    end_run(f, false);
    again(f);
    begin_run(f, &r, NULL);
    assert_string_equal(r.found.open->key, "monday");
    end_run(f, false);
    again(f);
    begin_run(f, &r, "tuesday");
    end_run(f, true);
    assert_answer(f, "SELECT key, status FROM _weir_pass", "tuesday|done");
}

static void only_the_last_hundred_are_kept(void **state)
{
    struct fixture *f = *state;
    struct run r = {0};

    (void)stage_resource(&f->s, "t", NULL);
    start(f);
    for (int i = 0; i < 103; i++) {
        begin_run(f, &r, i == 0 ? "first" : NULL);
        end_run(f, true);
        again(f);
    }
    stage_stop(&f->s);
    assert_answer(f, "SELECT min(epoch), max(epoch), count(*) FROM _weir_run", "4|103|100");
    assert_answer(f,
        "SELECT min(id), max(id), count(*) FROM _weir_pass"
        " WHERE key IS NULL",
        "4|103|100");
    assert_answer(f, "SELECT min(pass), count(*) FROM _weir_generation WHERE pass > 1", "4|100");
    /* Whoever asks for it again is told that it is done, and does not do it twice. */
    assert_answer(f, "SELECT id, status FROM _weir_pass WHERE key = 'first'", "1|done");
    assert_answer(f, "SELECT count(*) FROM _weir_generation WHERE pass = 1", "1");
}

/* --- rows --------------------------------------------------------------------------------- */

/* Where a run was cut makes no difference to the types of a table that its pass has made. */
static void a_later_run_widens_what_an_earlier_one_made(void **state)
{
    struct fixture *f = *state;
    struct run r = {0};

    (void)stage_resource(&f->s, "t", NULL);
    start(f);
    begin_run(f, &r, NULL);
    load(f, &f->s.resources[0], "[{\"n\": 1, \"later\": null}]");
    end_run(f, false);
    again(f);
    begin_run(f, &r, NULL);
    load(f, &f->s.resources[0], "[{\"n\": 1.5, \"later\": \"x\"}]");
    end_run(f, true);
    assert_answer(f, "SELECT name, type FROM pragma_table_info('t')", "n|REAL\nlater|TEXT");
    again(f);
    begin_run(f, &r, NULL);
    refuse(f, &f->s.resources[0], "[{\"n\": \"text\"}]", "E-TYPE");
    stage_stop(&f->s);
    assert_answer(f, "SELECT n, later FROM t", "1.0|NULL\n1.5|x");
}

static void a_table_that_was_there_keeps_its_types(void **state)
{
    struct fixture *f = *state;
    struct run r = {0};

    database_do(f, "CREATE TABLE t (n INTEGER) STRICT");
    (void)stage_resource(&f->s, "t", NULL);
    start(f);
    begin_run(f, &r, NULL);
    load(f, &f->s.resources[0], "[{\"n\": 1}]");
    end_run(f, false);
    again(f);
    begin_run(f, &r, NULL);
    refuse(f, &f->s.resources[0], "[{\"n\": 1.5}]", "E-TYPE");
    stage_stop(&f->s);
}

static void columns_without_values_come_with_the_end(void **state)
{
    struct fixture *f = *state;
    struct run r = {0};

    (void)stage_resource(&f->s, "t", NULL);
    start(f);
    begin_run(f, &r, NULL);
    load(f, &f->s.resources[0], "[{\"n\": 1, \"none\": null}]");
    must(f, finish_run(f, true, false));
    must(f, stage_commit(&f->s));
    assert_answer(f, "SELECT name FROM pragma_table_info('t')", "n\nnone");
    stage_stop(&f->s);
}

/* What the refused replacement has beside it was read to its end, and is there. */
static void a_refused_replacement_closes_the_pass(void **state)
{
    struct fixture *f = *state;
    struct run r = {0};
    struct weir_batch *batch;

    database_do(f, "CREATE TABLE u (name TEXT) STRICT; INSERT INTO u VALUES ('old')");
    (void)stage_resource(&f->s, "t", NULL);
    stage_resource(&f->s, "u", NULL)->disposition = WEIR_REPLACE;
    start(f);
    begin_run(f, &r, NULL);
    batch = new_batch(f);
    add_unit(batch, 'a', 0, WEIR_FOLLOW_END)->mark = new_mark(batch, "5", "x");
    take(f, batch);
    assert_int_equal(finish_run(f, true, false), WEIR_REJECT);
    assert_error(f, WEIR_FAULT_DATA, "E-REPLACE-EMPTY");
    stage_stop(&f->s);
    assert_answer(f, ALL_ROWS, "a00 a01");
    assert_answer(f, "SELECT name FROM u", "old");
    assert_answer(f, "SELECT status FROM _weir_pass", "abandoned");
    assert_answer(f, "SELECT resource, mark FROM _weir_mark", "t|5");
    assert_answer(f, "SELECT exit_code FROM _weir_run", "4");
    assert_answer(f, ALL_PLACES, "");
    assert_answer(f, "SELECT count(*) FROM sqlite_schema WHERE name LIKE '%stage%'", "0");
}

static void without_open_there_is_no_state(void **state)
{
    struct fixture *f = *state;
    const struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    start(f);
    load(f, t, "[{\"n\": 1}]");
    commit_and_stop(f);
    assert_answer(f, "SELECT name FROM sqlite_schema", "t");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_found_in_a_new_database),
        TEST(rows_and_places_are_committed_together),
        TEST(the_next_run_goes_on),
        TEST(a_pass_is_open_until_all_of_it_is_done),
        TEST(a_pass_that_is_replaced_leaves_its_rows_alone),
        TEST(a_pass_has_the_key_of_its_last_run),
        TEST(only_the_last_hundred_are_kept),
        TEST(a_later_run_widens_what_an_earlier_one_made),
        TEST(a_table_that_was_there_keeps_its_types),
        TEST(columns_without_values_come_with_the_end),
        TEST(a_refused_replacement_closes_the_pass),
        TEST(without_open_there_is_no_state),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
