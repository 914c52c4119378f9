/* The sqlite loader's state: marks are seen with the rows, and move when all of them are there. */
#include "state_checks.h"

#define SEEN                                                                                       \
    "SELECT substr(series, 1, 1), mark, length(ties) / 16 FROM _weir_mark_seen ORDER BY series"
#define MARKS                                                                                      \
    "SELECT resource, substr(series, 1, 1), mark, mark_key, length(ties) / 16 FROM _weir_mark "    \
    "ORDER BY series"

static void begin(struct fixture *f)
{
    struct run r = {0};

    (void)stage_resource(&f->s, "t", NULL);
    start(f);
    begin_run(f, &r, NULL);
}

static void next_run(struct fixture *f)
{
    struct run r = {0};

    again(f);
    begin_run(f, &r, NULL);
}

/* A unit of the chain with a mark, in a series of its own. */
static void add_marked(struct weir_batch *batch, char chain, uint64_t number, char series,
    const char *mark, const char *ties)
{
    struct weir_unit *unit = add_unit(batch, chain, number, WEIR_FOLLOW_NEXT);

    unit->mark = new_mark(batch, mark, ties);
    ((struct weir_position *)unit->position)->series = id_of(series);
}

static void take_marked(
    struct fixture *f, char chain, uint64_t number, char series, const char *mark, const char *ties)
{
    struct weir_batch *batch = new_batch(f);

    add_marked(batch, chain, number, series, mark, ties);
    take(f, batch);
}

static void they_rise_and_never_fall(void **state)
{
    struct fixture *f = *state;

    begin(f);
    take_marked(f, 'a', 0, 's', "5", "ab");
    take_marked(f, 'a', 1, 's', "3", "c");
    must(f, stage_commit(&f->s));
    assert_answer(f, SEEN, "s|5|2");
    take_marked(f, 'a', 2, 's', "5", "d");
    must(f, stage_commit(&f->s));
    assert_answer(f, SEEN, "s|5|3");
    take_marked(f, 'a', 3, 's', "7", "");
    commit_and_stop(f);
    assert_answer(f, SEEN, "s|7|0");
    assert_answer(f, MARKS, "");
}

static void those_of_one_batch_are_put_together(void **state)
{
    struct fixture *f = *state;
    struct weir_batch *batch;

    begin(f);
    batch = new_batch(f);
    add_marked(batch, 'a', 0, 's', "3", "a");
    add_marked(batch, 'a', 1, 's', "5", "b");
    add_marked(batch, 'a', 2, 's', "4", "c");
    add_marked(batch, 'a', 3, 's', "5", "de");
    add_marked(batch, 'b', 0, 'x', "1", "f");
    add_marked(batch, 'c', 0, 's', "5", "g");
    take(f, batch);
    commit_and_stop(f);
    assert_answer(f, SEEN, "s|5|4\nx|1|1");
    assert_answer(f, "SELECT CAST(ties AS TEXT) FROM _weir_mark_seen WHERE mark = '5'",
        "bbbbbbbbbbbbbbbbddddddddddddddddeeeeeeeeeeeeeeeegggggggggggggggg");
}

static void a_unit_that_is_done_moves_none(void **state)
{
    struct fixture *f = *state;

    begin(f);
    take_marked(f, 'a', 0, 's', "5", "a");
    take_marked(f, 'a', 0, 's', "9", "b");
    commit_and_stop(f);
    assert_answer(f, SEEN, "s|5|1");
}

static void keep_mark(void *arg, const struct weir_marked *mark)
{
    char *out = arg;

    (void)sprintf(out + strlen(out), "%s %c %s %s %zu\n", mark->resource, mark->series.bytes[0],
        mark->text, mark->key, mark->ties.len / WEIR_ID_SIZE);
}

static void they_move_when_the_generation_is_done(void **state)
{
    struct fixture *f = *state;
    char told[256] = "";
    const struct weir_reading reading = {.mark = keep_mark, .arg = told};
    struct run r = {0};

    begin(f);
    take_marked(f, 'a', 0, 's', "5", "a");
    end_run(f, false);
    assert_answer(f, MARKS, "");
    next_run(f);
    take_marked(f, 'a', 1, 's', "5", "b");
    take_marked(f, 'b', 0, 'x', "1", "");
    end_run(f, true);
    assert_answer(f, MARKS, "t|s|5|5|2\nt|x|1|1|0");
    assert_answer(f, SEEN, "");
    again(f);
    begin_run(f, &r, NULL);
    must(f, store_of(f)->read(&f->s.stage, &r.pass, &reading));
    assert_string_equal(told, "t s 5 5 2\nt x 1 1 0\n");
    take_marked(f, 'a', 0, 's', "5", "c");
    take_marked(f, 'b', 0, 'x', "0", "d");
    end_run(f, true);
    assert_answer(f, MARKS, "t|s|5|5|3\nt|x|1|1|0");
    next_run(f);
    take_marked(f, 'a', 0, 's', "6", "e");
    end_run(f, true);
    assert_answer(f, MARKS, "t|s|6|6|1\nt|x|1|1|0");
}

static void a_series_with_a_gap_stays(void **state)
{
    struct fixture *f = *state;
    struct weir_batch *batch;
    struct weir_unit *unit;

    begin(f);
    batch = new_batch(f);
    add_marked(batch, 'a', 0, 's', "5", "a");
    add_marked(batch, 'b', 0, 'x', "3", "b");
    unit = add_left_out(batch, 'b', 1, WEIR_FOLLOW_WAIT);
    ((struct weir_position *)unit->position)->series = id_of('x');
    take(f, batch);
    must(f, finish_run(f, false, true));
    commit_and_stop(f);
    assert_answer(f, MARKS, "t|s|5|5|1");
    assert_answer(f, SEEN, "");
    assert_answer(f, ALL_PLACES, "");
    assert_answer(f, ALL_GAPS, "");
    assert_answer(f, "SELECT status FROM _weir_pass", "abandoned");
}

static void too_many_ties_are_refused(void **state)
{
    struct fixture *f = *state;
    size_t n = 40000;
    char *ties;

    begin(f);
    ties = weir_alloc(f->s.arena, n + 1);
    memset(ties, 'a', n);
    ties[n] = '\0';
    take_marked(f, 'a', 0, 's', "5", ties);
    {
        struct weir_batch *batch = new_batch(f);

        add_marked(batch, 'a', 1, 's', "5", ties);
        assert_int_equal(stage_load(&f->s, batch), WEIR_FAIL);
    }
    assert_error(f, WEIR_FAULT_DATA, "E-LIMIT-TIES");
    commit_and_stop(f);
    assert_answer(f, SEEN, "s|5|40000");
    assert_answer(f, ALL_PLACES, "a|1|after 0|0");
    assert_answer(f, ALL_ROWS, "a00 a01");
}

static void they_add_up_over_passes_until_there_are_too_many(void **state)
{
    struct fixture *f = *state;
    size_t n = 40000;
    char *ties = weir_calloc(1, n + 1);

    memset(ties, 'a', n);
    begin(f);
    take_marked(f, 'a', 0, 's', "5", ties);
    end_run(f, true);
    next_run(f);
    take_marked(f, 'a', 0, 's', "5", ties);
    free(ties);
    assert_int_equal(finish_run(f, true, false), WEIR_FAIL);
    assert_error(f, WEIR_FAULT_DATA, "E-LIMIT-TIES");
    assert_int_equal(stage_commit(&f->s), WEIR_FAIL);
    stage_stop(&f->s);
    assert_answer(f, MARKS, "t|s|5|5|40000");
    assert_answer(f, "SELECT count(*) FROM t", "2");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(they_rise_and_never_fall),
        TEST(those_of_one_batch_are_put_together),
        TEST(a_unit_that_is_done_moves_none),
        TEST(they_move_when_the_generation_is_done),
        TEST(a_series_with_a_gap_stays),
        TEST(too_many_ties_are_refused),
        TEST(they_add_up_over_passes_until_there_are_too_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
