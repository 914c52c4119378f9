/* The sqlite loader's guards: a unit is there once, however often and in whatever company it comes. */
#include "state_checks.h"

static void begin(struct fixture *f)
{
    struct run r = {0};

    (void)stage_resource(&f->s, "t", NULL);
    start(f);
    begin_run(f, &r, NULL);
}

static void commit(struct fixture *f)
{
    must(f, stage_commit(&f->s));
}

static void a_unit_that_is_done_is_dropped(void **state)
{
    struct fixture *f = *state;

    begin(f);
    take_chain(f, 'a', 0, 1, WEIR_FOLLOW_NEXT);
    take_chain(f, 'a', 0, 0, WEIR_FOLLOW_NEXT);
    take_chain(f, 'a', 1, 1, WEIR_FOLLOW_NEXT);
    take_chain(f, 'b', 0, 0, WEIR_FOLLOW_END);
    take_chain(f, 'b', 0, 0, WEIR_FOLLOW_END);
    commit_and_stop(f);
    assert_answer(f, ALL_ROWS, "a00 a01 a10 a11 b00 b01");
    assert_answer(f, ALL_PLACES, "a|2|after 1|0\nb|1|NULL|1");
    assert_answer(f, "SELECT rows FROM _weir_generation", "6");
}

static void what_is_done_is_dropped_from_a_longer_batch(void **state)
{
    struct fixture *f = *state;
    struct weir_batch *batch;

    begin(f);
    take_chain(f, 'a', 0, 1, WEIR_FOLLOW_NEXT);
    batch = chain_batch(f, 'a', 0, 3, WEIR_FOLLOW_END);
    (void)add_unit(batch, 'b', 0, WEIR_FOLLOW_NEXT);
    take(f, batch);
    commit_and_stop(f);
    assert_answer(f, ALL_ROWS, "a00 a01 a10 a11 a20 a21 a30 a31 b00 b01");
    assert_answer(f, ALL_PLACES, "a|4|NULL|1\nb|1|after 0|0");
}

static void a_chain_that_has_ended_takes_nothing_more(void **state)
{
    struct fixture *f = *state;

    begin(f);
    take_chain(f, 'a', 0, 1, WEIR_FOLLOW_END);
    take_chain(f, 'a', 2, 2, WEIR_FOLLOW_NEXT);
    take_chain(f, 'a', 5, 6, WEIR_FOLLOW_END);
    commit_and_stop(f);
    assert_answer(f, ALL_ROWS, "a00 a01 a10 a11");
    assert_answer(f, ALL_PLACES, "a|2|NULL|1");
}

static void a_unit_behind_a_missing_one_is_a_bug(void **state)
{
    struct fixture *f = *state;

    begin(f);
    take_chain(f, 'a', 0, 0, WEIR_FOLLOW_NEXT);
    assert_int_equal(stage_load(&f->s, chain_batch(f, 'a', 2, 2, WEIR_FOLLOW_NEXT)), WEIR_FAIL);
    assert_string_equal(f->s.error.code, "E-BUG");
    assert_int_equal(f->s.error.fault, WEIR_FAULT_BUG);
    assert_error_says(f, "unit 2 of a chain came for loading, but unit 1 is next");
    commit_and_stop(f);
    assert_answer(f, ALL_ROWS, "a00 a01");
}

static void behind_a_failure_it_is_dropped(void **state)
{
    struct fixture *f = *state;

    begin(f);
    take_chain(f, 'a', 0, 0, WEIR_FOLLOW_NEXT);
    f->s.stopping = true;
    take_chain(f, 'a', 2, 3, WEIR_FOLLOW_END);
    take_chain(f, 'b', 1, 1, WEIR_FOLLOW_END);
    take_chain(f, 'c', 0, 0, WEIR_FOLLOW_END);
    commit_and_stop(f);
    assert_answer(f, ALL_ROWS, "a00 a01 c00 c01");
    assert_answer(f, ALL_PLACES, "a|1|after 0|0\nc|1|NULL|1");
}

static void units_without_a_position_are_loaded_as_they_come(void **state)
{
    struct fixture *f = *state;

    begin(f);
    load(f, &f->s.resources[0], "[{\"name\": \"x\"}]");
    load(f, &f->s.resources[0], "[{\"name\": \"x\"}]");
    commit_and_stop(f);
    assert_answer(f, ALL_ROWS, "x x");
    assert_answer(f, ALL_PLACES, "");
}

static void units_without_rows_move_their_chain(void **state)
{
    struct fixture *f = *state;
    struct weir_batch *batch;

    begin(f);
    batch = new_batch(f);
    (void)add_position(batch, 'a', 0, WEIR_FOLLOW_NEXT);
    (void)add_position(batch, 'a', 1, WEIR_FOLLOW_END);
    take(f, batch);
    commit_and_stop(f);
    assert_answer(f, ALL_PLACES, "a|2|NULL|1");
    assert_answer(f, "SELECT count(*) FROM sqlite_schema WHERE name = 't'", "0");
}

/* --- batches that are refused -------------------------------------------------------------- */

static void begin_with_check(struct fixture *f)
{
    database_do(f, "CREATE TABLE t (name TEXT CHECK (name <> 'bad')) STRICT");
    begin(f);
}

static void add_bad_unit(struct weir_batch *batch, char chain, uint64_t number)
{
    struct weir_unit *unit = add_position(batch, chain, number, WEIR_FOLLOW_END);

    (void)unit;
    (void)weir_batch_add_row(batch);
    weir_batch_set(
        batch, weir_batch_column(batch, weir_str("name")), weir_text(WEIR_TEXT, weir_str("bad")));
}

static void a_refused_batch_leaves_no_place(void **state)
{
    struct fixture *f = *state;
    struct weir_batch *batch;

    begin_with_check(f);
    take_chain(f, 'a', 0, 1, WEIR_FOLLOW_NEXT);
    batch = chain_batch(f, 'a', 2, 3, WEIR_FOLLOW_NEXT);
    (void)add_unit(batch, 'b', 0, WEIR_FOLLOW_NEXT);
    (void)add_unit(batch, 'b', 1, WEIR_FOLLOW_NEXT);
    add_unit(batch, 'a', 4, WEIR_FOLLOW_NEXT)->mark = new_mark(batch, "5", "t");
    (void)add_unit(batch, 'b', 2, WEIR_FOLLOW_END);
    add_bad_unit(batch, 'c', 0);
    assert_int_equal(stage_load(&f->s, batch), WEIR_FAIL);
    assert_string_equal(f->s.error.code, "E-ROW-CONSTRAINT");
    commit_and_stop(f);
    assert_answer(f, ALL_ROWS, "a00 a01 a10 a11");
    assert_answer(f, ALL_PLACES, "a|2|after 1|0");
    assert_answer(f, "SELECT count(*) FROM _weir_mark_seen", "0");
    assert_answer(f, "SELECT rows FROM _weir_generation", "4");
}

static void a_refused_batch_leaves_marks_as_they_were(void **state)
{
    struct fixture *f = *state;
    struct weir_batch *batch;

    begin_with_check(f);
    batch = new_batch(f);
    add_unit(batch, 'a', 0, WEIR_FOLLOW_NEXT)->mark = new_mark(batch, "3", "x");
    take(f, batch);
    batch = new_batch(f);
    add_unit(batch, 'a', 1, WEIR_FOLLOW_NEXT)->mark = new_mark(batch, "3", "y");
    add_bad_unit(batch, 'c', 0);
    assert_int_equal(stage_load(&f->s, batch), WEIR_FAIL);
    commit_and_stop(f);
    assert_answer(f, "SELECT mark, mark_key, CAST(ties AS TEXT) FROM _weir_mark_seen",
        "3|3|xxxxxxxxxxxxxxxx");
}

/* Gaps and holes are changed under a savepoint, so another way back is taken. */
static void a_refused_batch_leaves_gaps_as_they_were(void **state)
{
    struct fixture *f = *state;
    struct weir_batch *batch;

    begin_with_check(f);
    batch = new_batch(f);
    (void)add_left_out(batch, 'a', 0, WEIR_FOLLOW_NEXT);
    (void)add_unit(batch, 'a', 1, WEIR_FOLLOW_NEXT);
    take(f, batch);
    batch = new_batch(f);
    (void)add_unit(batch, 'a', 0, WEIR_FOLLOW_FILL);
    (void)add_left_out(batch, 'a', 2, WEIR_FOLLOW_NEXT);
    (void)add_left_out(batch, 'b', 0, WEIR_FOLLOW_WAIT);
    add_bad_unit(batch, 'c', 0);
    assert_int_equal(stage_load(&f->s, batch), WEIR_FAIL);
    commit_and_stop(f);
    assert_answer(f, ALL_ROWS, "a10 a11");
    assert_answer(f, ALL_PLACES, "a|2|after 1|0");
    assert_answer(f, ALL_GAPS, "a|0|1|page|E-HTTP-STATUS|status 500");
}

/* Columns that the batch had added go with it, and so does what is known of them. */
static void a_refused_batch_leaves_the_table_as_it_was(void **state)
{
    struct fixture *f = *state;
    struct weir_batch *batch;

    begin_with_check(f);
    take_chain(f, 'a', 0, 0, WEIR_FOLLOW_NEXT);
    batch = new_batch(f);
    (void)add_unit(batch, 'a', 1, WEIR_FOLLOW_NEXT);
    weir_batch_set(batch, weir_batch_column(batch, weir_str("more")), weir_int(1));
    (void)add_left_out(batch, 'b', 0, WEIR_FOLLOW_WAIT);
    add_bad_unit(batch, 'c', 0);
    assert_int_equal(stage_load(&f->s, batch), WEIR_FAIL);
    take_chain(f, 'a', 1, 1, WEIR_FOLLOW_END);
    commit_and_stop(f);
    assert_answer(f, ALL_ROWS, "a00 a01 a10 a11");
    assert_answer(f, "SELECT count(*) FROM pragma_table_info('t')", "1");
}

/* --- gaps and holes ------------------------------------------------------------------------ */

static void a_chain_that_waits_stays_where_it_is(void **state)
{
    struct fixture *f = *state;
    struct weir_batch *batch;

    begin(f);
    batch = chain_batch(f, 'a', 0, 1, WEIR_FOLLOW_NEXT);
    (void)add_left_out(batch, 'a', 2, WEIR_FOLLOW_WAIT);
    (void)add_left_out(batch, 'b', 0, WEIR_FOLLOW_WAIT);
    take(f, batch);
    commit(f);
    assert_answer(f, ALL_PLACES, "a|2|after 1|0");
    assert_answer(
        f, ALL_GAPS, "a|2|0|page|E-HTTP-STATUS|status 500\nb|0|0|page|E-HTTP-STATUS|status 500");
    take_chain(f, 'a', 2, 3, WEIR_FOLLOW_END);
    take_chain(f, 'b', 0, 0, WEIR_FOLLOW_END);
    commit_and_stop(f);
    assert_answer(f, ALL_GAPS, "");
    assert_answer(f, ALL_PLACES, "a|4|NULL|1\nb|1|NULL|1");
}

static void a_hole_is_left_behind_and_filled_later(void **state)
{
    struct fixture *f = *state;
    struct weir_batch *batch;

    begin(f);
    batch = new_batch(f);
    (void)add_left_out(batch, 'a', 0, WEIR_FOLLOW_NEXT);
    (void)add_unit(batch, 'a', 1, WEIR_FOLLOW_NEXT);
    (void)add_left_out(batch, 'a', 2, WEIR_FOLLOW_END);
    take(f, batch);
    commit(f);
    assert_answer(f, ALL_PLACES, "a|3|NULL|1");
    assert_answer(
        f, ALL_GAPS, "a|0|1|page|E-HTTP-STATUS|status 500\na|2|1|page|E-HTTP-STATUS|status 500");
    batch = new_batch(f);
    (void)add_unit(batch, 'a', 2, WEIR_FOLLOW_FILL);
    take(f, batch);
    batch = new_batch(f);
    (void)add_unit(batch, 'a', 2, WEIR_FOLLOW_FILL);
    (void)add_unit(batch, 'a', 1, WEIR_FOLLOW_FILL);
    take(f, batch);
    batch = new_batch(f);
    (void)add_left_out(batch, 'a', 0, WEIR_FOLLOW_FILL);
    (void)add_left_out(batch, 'a', 1, WEIR_FOLLOW_FILL);
    take(f, batch);
    commit_and_stop(f);
    assert_answer(f, ALL_ROWS, "a10 a11 a20 a21");
    assert_answer(f, ALL_GAPS, "a|0|1|page|E-HTTP-STATUS|status 500");
    assert_answer(f, ALL_PLACES, "a|3|NULL|1");
}

static void a_gap_of_what_is_done_is_none(void **state)
{
    struct fixture *f = *state;
    struct weir_batch *batch;

    begin(f);
    take_chain(f, 'a', 0, 2, WEIR_FOLLOW_NEXT);
    take_chain(f, 'b', 0, 0, WEIR_FOLLOW_END);
    batch = new_batch(f);
    (void)add_left_out(batch, 'a', 1, WEIR_FOLLOW_WAIT);
    (void)add_left_out(batch, 'a', 1, WEIR_FOLLOW_NEXT);
    (void)add_left_out(batch, 'b', 0, WEIR_FOLLOW_WAIT);
    take(f, batch);
    commit_and_stop(f);
    assert_answer(f, ALL_GAPS, "");
    assert_answer(f, ALL_PLACES, "a|3|after 2|0\nb|1|NULL|1");
}

static void a_gap_behind_a_missing_unit_is_a_bug(void **state)
{
    struct fixture *f = *state;
    struct weir_batch *batch;

    begin(f);
    batch = new_batch(f);
    (void)add_left_out(batch, 'a', 1, WEIR_FOLLOW_WAIT);
    assert_int_equal(stage_load(&f->s, batch), WEIR_FAIL);
    assert_string_equal(f->s.error.code, "E-BUG");
    commit_and_stop(f);
    assert_answer(f, ALL_GAPS, "");
}

/* --- many ---------------------------------------------------------------------------------- */

enum { N_UNITS = 100000, IN_A_BATCH = 5000 };

static void a_hundred_thousand_places_go_at_the_end(void **state)
{
    struct fixture *f = *state;

    begin(f);
    for (uint32_t i = 0; i < N_UNITS; i += IN_A_BATCH) {
        struct weir_batch *batch = new_batch(f);

        for (uint32_t j = i; j < i + IN_A_BATCH; j++) {
            struct weir_unit *unit = add_position(batch, 'a', 0, WEIR_FOLLOW_END);

            memcpy(((struct weir_position *)unit->position)->chain.bytes, &j, sizeof(j));
        }
        take(f, batch);
    }
    commit(f);
    assert_answer(f, "SELECT count(*), sum(done) FROM _weir_place", "100000|100000");
    end_run(f, true);
    assert_answer(f, "SELECT count(*) FROM _weir_place", "0");
    assert_answer(f, "SELECT status FROM _weir_pass", "done");
}

/* Another pipeline's places are in the same table. */
static void places_of_another_pipeline_stay(void **state)
{
    struct fixture *f = *state;

    begin(f);
    take_chain(f, 'a', 0, 0, WEIR_FOLLOW_NEXT);
    commit(f);
    database_do(f, "INSERT INTO _weir_place VALUES (77, zeroblob(16), 5, NULL, 0)");
    end_run(f, true);
    assert_answer(f, "SELECT generation, number FROM _weir_place", "77|5");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_unit_that_is_done_is_dropped),
        TEST(what_is_done_is_dropped_from_a_longer_batch),
        TEST(a_chain_that_has_ended_takes_nothing_more),
        TEST(a_unit_behind_a_missing_one_is_a_bug),
        TEST(behind_a_failure_it_is_dropped),
        TEST(units_without_a_position_are_loaded_as_they_come),
        TEST(units_without_rows_move_their_chain),
        TEST(a_refused_batch_leaves_no_place),
        TEST(a_refused_batch_leaves_marks_as_they_were),
        TEST(a_refused_batch_leaves_gaps_as_they_were),
        TEST(a_refused_batch_leaves_the_table_as_it_was),
        TEST(a_chain_that_waits_stays_where_it_is),
        TEST(a_hole_is_left_behind_and_filled_later),
        TEST(a_gap_of_what_is_done_is_none),
        TEST(a_gap_behind_a_missing_unit_is_a_bug),
        TEST(a_hundred_thousand_places_go_at_the_end),
        TEST(places_of_another_pipeline_stay),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
