/* The sqlite loader's notes: there with the rows, in force when all of them are there. */
#include "state_checks.h"

#define NOTES                                                                                      \
    "SELECT n.generation = coalesce(f.generation, 0), substr(n.chain, 1, 1), n.number, n.note"     \
    " FROM _weir_note n LEFT JOIN _weir_noted f ON f.generation = n.generation"                    \
    " ORDER BY n.generation, n.chain, n.number"

static void begin_as(struct fixture *f, enum weir_disposition disposition)
{
    struct run r = {0};

    stage_resource(&f->s, "t", NULL)->disposition = disposition;
    start(f);
    begin_run(f, &r, NULL);
}

static void begin(struct fixture *f)
{
    begin_as(f, WEIR_APPEND);
}

/* A pass of its own: nothing is open. */
static void next_run(struct fixture *f)
{
    struct run r = {0};

    again(f);
    begin_run(f, &r, NULL);
}

static void note(struct weir_unit *unit, const char *text)
{
    ((struct weir_position *)unit->position)->note = text;
}

static struct weir_batch *noted_batch(
    const struct fixture *f, char chain, uint64_t number, enum weir_follow follow, const char *text)
{
    struct weir_batch *batch = new_batch(f);

    note(add_unit(batch, chain, number, follow), text);
    return batch;
}

static void take_noted(
    struct fixture *f, char chain, uint64_t number, enum weir_follow follow, const char *text)
{
    take(f, noted_batch(f, chain, number, follow, text));
}

static void tell_note(void *arg, const struct weir_note *told)
{
    char *out = arg;

    (void)sprintf(out + strlen(out), "%s %c%llu %s %s\n", told->resource, told->chain.bytes[0],
        (unsigned long long)told->number, told->text, told->config);
}

/* What a run is told that begins now. */
static void assert_told(struct fixture *f, const char *expected)
{
    char told[1024] = "";
    const struct weir_reading reading = {.arg = told, .note = tell_note};
    struct run r = {0};

    again(f);
    begin_run(f, &r, NULL);
    must(f, store_of(f)->read(&f->s.stage, &r.pass, &reading));
    assert_string_equal(told, expected);
    stage_stop(&f->s);
}

static void they_are_there_with_the_rows(void **state)
{
    struct fixture *f = *state;

    begin(f);
    take_noted(f, 'a', 0, WEIR_FOLLOW_NEXT, "v1");
    must(f, stage_commit(&f->s));
    take_noted(f, 'a', 1, WEIR_FOLLOW_NEXT, "v2");
    take_noted(f, 'b', 0, WEIR_FOLLOW_END, NULL);
    commit_and_stop(f);
    assert_answer(f, NOTES, "0|a|0|v1\n0|a|1|v2");
    assert_told(f, "");
}

static void they_are_in_force_when_all_is_read(void **state)
{
    struct fixture *f = *state;

    begin(f);
    take_noted(f, 'a', 0, WEIR_FOLLOW_NEXT, "v1");
    take_noted(f, 'a', 1, WEIR_FOLLOW_END, "v2");
    end_run(f, true);
    assert_answer(f, NOTES, "1|a|0|v1\n1|a|1|v2");
    assert_told(f, "t a0 v1 {}\nt a1 v2 {}\n");
}

static void what_is_not_noted_again_is_forgotten(void **state)
{
    struct fixture *f = *state;

    begin(f);
    take_noted(f, 'a', 0, WEIR_FOLLOW_END, "v1");
    take_noted(f, 'b', 0, WEIR_FOLLOW_END, "v1");
    end_run(f, true);
    next_run(f);
    take_noted(f, 'a', 0, WEIR_FOLLOW_END, "v2");
    must(f, stage_commit(&f->s));
    assert_answer(f, NOTES, "1|a|0|v1\n1|b|0|v1\n0|a|0|v2");
    end_run(f, true);
    assert_answer(f, NOTES, "1|a|0|v2");
    next_run(f);
    take_chain(f, 'a', 0, 0, WEIR_FOLLOW_END);
    end_run(f, true);
    assert_answer(f, NOTES, "");
    assert_answer(f, "SELECT count(*) FROM _weir_noted", "0");
}

static void a_unit_that_is_void_leaves_none(void **state)
{
    struct fixture *f = *state;

    begin(f);
    take_noted(f, 'a', 0, WEIR_FOLLOW_NEXT, "v1");
    take_noted(f, 'a', 0, WEIR_FOLLOW_NEXT, "again");
    f->s.stopping = true;
    take_noted(f, 'a', 5, WEIR_FOLLOW_NEXT, "too early");
    commit_and_stop(f);
    assert_answer(f, NOTES, "0|a|0|v1");
}

static void a_unit_that_is_given_up_leaves_none(void **state)
{
    struct fixture *f = *state;
    struct weir_batch *batch;

    begin(f);
    batch = new_batch(f);
    note(add_left_out(batch, 'a', 0, WEIR_FOLLOW_NEXT), "left out");
    note(add_left_out(batch, 'b', 0, WEIR_FOLLOW_WAIT), "waits");
    take(f, batch);
    take_noted(f, 'a', 0, WEIR_FOLLOW_FILL, "filled");
    commit_and_stop(f);
    assert_answer(f, NOTES, "0|a|0|filled");
}

static void a_refused_batch_leaves_none(void **state)
{
    struct fixture *f = *state;
    struct weir_batch *batch;

    database_do(f, "CREATE TABLE t (name TEXT CHECK (name NOT LIKE 'b%')) STRICT");
    begin(f);
    take_noted(f, 'a', 0, WEIR_FOLLOW_NEXT, "v1");
    batch = noted_batch(f, 'a', 1, WEIR_FOLLOW_NEXT, "v2");
    note(add_unit(batch, 'b', 0, WEIR_FOLLOW_NEXT), "v3");
    assert_int_equal(stage_load(&f->s, batch), WEIR_FAIL);
    commit_and_stop(f);
    assert_answer(f, NOTES, "0|a|0|v1");
}

/* Chain a: unit 0 read, unit 1 left out, unit 2 read. Chain b waits at unit 1. Chain c did not come. */
static void read_a_part(struct fixture *f)
{
    struct weir_batch *batch;

    take_noted(f, 'a', 0, WEIR_FOLLOW_NEXT, "new");
    batch = new_batch(f);
    (void)add_left_out(batch, 'a', 1, WEIR_FOLLOW_NEXT);
    (void)add_unit(batch, 'a', 2, WEIR_FOLLOW_END);
    take(f, batch);
    take_noted(f, 'b', 0, WEIR_FOLLOW_NEXT, "new");
    batch = new_batch(f);
    (void)add_left_out(batch, 'b', 1, WEIR_FOLLOW_WAIT);
    take(f, batch);
}

static void note_all(struct fixture *f)
{
    for (uint64_t i = 0; i < 3; i++)
        for (char chain = 'a'; chain <= 'c'; chain++)
            take_noted(f, chain, i, i < 2 ? WEIR_FOLLOW_NEXT : WEIR_FOLLOW_END, "old");
    end_run(f, true);
}

static void what_was_not_read_keeps_its_own(void **state)
{
    struct fixture *f = *state;

    begin(f);
    note_all(f);
    next_run(f);
    read_a_part(f);
    must(f, finish_run(f, false, true));
    commit_and_stop(f);
    assert_answer(f, NOTES,
        "1|a|0|new\n1|a|1|old\n1|b|0|new\n1|b|1|old\n1|b|2|old\n1|c|0|old\n1|c|1|old\n1|c|2|old");
}

static void but_not_of_another_file(void **state)
{
    struct fixture *f = *state;

    begin(f);
    note_all(f);
    database_do(f, "UPDATE _weir_noted SET config = 'other'");
    next_run(f);
    read_a_part(f);
    must(f, finish_run(f, false, true));
    commit_and_stop(f);
    assert_answer(f, NOTES, "1|a|0|new\n1|b|0|new");
    assert_told(f, "t a0 new {}\nt b0 new {}\n");
}

/* Begins anew beside the pass that is open. */
static void restart(struct fixture *f, const char *mode)
{
    struct run r = {0};

    again(f);
    must(f, open_run(f, &r, NULL));
    assert_non_null(r.found.open);
    make_pass(f, &r);
    r.pass.id = 0;
    r.generations[0].id = 0;
    r.generations[0].mode = mode;
    must(f, store_of(f)->begin(&f->s.stage, &r.pass, r.found.open));
    commit_and_stop(f);
}

static void what_was_appended_goes_by_the_old_ones(void **state)
{
    struct fixture *f = *state;

    begin(f);
    note_all(f);
    next_run(f);
    read_a_part(f);
    end_run(f, false);
    restart(f, "append");
    assert_answer(f, NOTES,
        "1|a|0|old\n1|a|1|old\n1|a|2|old\n1|b|0|old\n1|b|1|old\n1|b|2|old\n1|c|0|old\n1|c|1|old\n"
        "1|c|2|old");
}

static void what_was_merged_goes_by_none(void **state)
{
    struct fixture *f = *state;

    begin(f);
    note_all(f);
    next_run(f);
    read_a_part(f);
    end_run(f, false);
    database_do(f, "UPDATE _weir_generation SET mode = 'merge'");
    restart(f, "merge");
    assert_answer(f, NOTES, "1|a|1|old\n1|b|1|old\n1|b|2|old\n1|c|0|old\n1|c|1|old\n1|c|2|old");
}

static void a_table_that_was_not_replaced_goes_by_the_old_ones(void **state)
{
    struct fixture *f = *state;

    begin_as(f, WEIR_REPLACE);
    note_all(f);
    next_run(f);
    read_a_part(f);
    must(f, finish_run(f, false, true));
    commit_and_stop(f);
    assert_answer(f, "SELECT DISTINCT note FROM _weir_note", "old");
    assert_answer(f, "SELECT count(*) FROM _weir_note JOIN _weir_noted USING (generation)", "9");
}

static void a_table_that_is_gone_has_none(void **state)
{
    struct fixture *f = *state;

    begin(f);
    note_all(f);
    database_do(f, "DROP TABLE t");
    assert_told(f, "");
}

static void count(void *arg, const char *resource, uint64_t n)
{
    char *out = arg;

    (void)sprintf(out + strlen(out), "%s %llu\n", resource, (unsigned long long)n);
}

static void show(struct fixture *f, char *out)
{
    const struct weir_showing showing = {.arg = out, .notes = count};

    *out = '\0';
    again(f);
    must(f, store_of(f)->show(&f->s.stage, "p", &showing));
    stage_stop(&f->s);
}

static void they_are_shown_and_reset(void **state)
{
    struct fixture *f = *state;
    char told[256];

    begin(f);
    note_all(f);
    next_run(f);
    read_a_part(f);
    end_run(f, false);
    show(f, told);
    assert_string_equal(told, "t 9\n");
    again(f);
    must(f, store_of(f)->reset(&f->s.stage, "p", "t"));
    stage_stop(&f->s);
    assert_answer(f, NOTES, "");
    show(f, told);
    assert_string_equal(told, "");
}

/* As an earlier version of weir has left it. */
static void a_state_without_them_goes_on(void **state)
{
    struct fixture *f = *state;
    char told[256];

    begin(f);
    take_chain(f, 'a', 0, 0, WEIR_FOLLOW_NEXT);
    end_run(f, false);
    database_do(f, "DROP TABLE _weir_note");
    database_do(f, "DROP TABLE _weir_noted");
    show(f, told);
    assert_string_equal(told, "");
    next_run(f);
    take_noted(f, 'a', 1, WEIR_FOLLOW_END, "v1");
    end_run(f, true);
    assert_answer(f, NOTES, "1|a|1|v1");
    database_do(f, "DROP TABLE _weir_note");
    database_do(f, "DROP TABLE _weir_noted");
    again(f);
    must(f, store_of(f)->reset(&f->s.stage, "p", NULL));
    stage_stop(&f->s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(they_are_there_with_the_rows, setup, teardown),
        cmocka_unit_test_setup_teardown(they_are_in_force_when_all_is_read, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_not_noted_again_is_forgotten, setup, teardown),
        cmocka_unit_test_setup_teardown(a_unit_that_is_void_leaves_none, setup, teardown),
        cmocka_unit_test_setup_teardown(a_unit_that_is_given_up_leaves_none, setup, teardown),
        cmocka_unit_test_setup_teardown(a_refused_batch_leaves_none, setup, teardown),
        cmocka_unit_test_setup_teardown(what_was_not_read_keeps_its_own, setup, teardown),
        cmocka_unit_test_setup_teardown(but_not_of_another_file, setup, teardown),
        cmocka_unit_test_setup_teardown(what_was_appended_goes_by_the_old_ones, setup, teardown),
        cmocka_unit_test_setup_teardown(what_was_merged_goes_by_none, setup, teardown),
        cmocka_unit_test_setup_teardown(
            a_table_that_was_not_replaced_goes_by_the_old_ones, setup, teardown),
        cmocka_unit_test_setup_teardown(a_table_that_is_gone_has_none, setup, teardown),
        cmocka_unit_test_setup_teardown(they_are_shown_and_reset, setup, teardown),
        cmocka_unit_test_setup_teardown(a_state_without_them_goes_on, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
