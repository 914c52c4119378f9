/* The sqlite loader's dead letters: kept with their unit, told, and put back. */
#include "state_checks.h"

#define LETTERS                                                                                    \
    "SELECT id, resource, substr(chain, 1, 1), unit, row, stage, column_name, code, raw FROM "     \
    "_weir_dead_letter ORDER BY id"

static struct weir_resource *lenient(struct fixture *f)
{
    struct weir_resource *resource = stage_resource(&f->s, "t", NULL);

    resource->sets_aside = true;
    return resource;
}

static void begin(struct fixture *f)
{
    struct run r = {0};

    (void)lenient(f);
    start(f);
    begin_run(f, &r, NULL);
}

/* Sets a row of the batch aside, as a transform or a cursor would. */
static void set_aside(struct weir_batch *batch, size_t row, const char *column)
{
    struct weir_error error = {0};

    (void)weir_error_set(&error, WEIR_FAULT_DATA, "E-SQL", "no such thing");
    weir_batch_reject(batch, row, column, &error);
}

static struct weir_batch *batch_with_bad_rows(struct fixture *f)
{
    struct weir_batch *batch = chain_batch(f, 'a', 0, 1, WEIR_FOLLOW_NEXT);

    weir_batch_remember(batch);
    set_aside(batch, 1, "name");
    set_aside(batch, 2, NULL);
    weir_batch_drop_rejected(batch);
    return batch;
}

static void a_bad_row_is_kept_with_its_unit(void **state)
{
    struct fixture *f = *state;

    begin(f);
    take(f, batch_with_bad_rows(f));
    assert_answer(f, "SELECT count(*) FROM _weir_dead_letter", "0");
    commit_and_stop(f);
    assert_answer(f, ALL_ROWS, "a00 a11");
    assert_answer(f,
        "SELECT resource, generation, substr(chain, 1, 1), unit, row, stage, column_name, code,"
        " reason, raw, pipeline FROM _weir_dead_letter ORDER BY unit",
        "t|1|a|0|2|0|name|E-SQL|no such thing|{\"name\":\"a01\"}|p\n"
        "t|1|a|1|1|0|NULL|E-SQL|no such thing|{\"name\":\"a10\"}|p");
    assert_answer(f, "SELECT rows FROM _weir_generation", "2");
}

static void once_like_its_unit(void **state)
{
    struct fixture *f = *state;

    begin(f);
    take(f, batch_with_bad_rows(f));
    take(f, batch_with_bad_rows(f));
    commit_and_stop(f);
    assert_answer(f, ALL_ROWS, "a00 a11");
    assert_answer(f, "SELECT count(*) FROM _weir_dead_letter", "2");
}

static void not_without_its_unit(void **state)
{
    struct fixture *f = *state;

    begin(f);
    take(f, batch_with_bad_rows(f));
    stage_stop(&f->s);
    assert_answer(f, "SELECT count(*) FROM _weir_dead_letter", "0");
}

/* What the table itself does not take is set aside by the loader. */
static void a_row_that_the_table_refuses_is_kept(void **state)
{
    struct fixture *f = *state;
    struct weir_batch *batch;

    database_do(f, "CREATE TABLE t (name TEXT CHECK (name <> 'a01')) STRICT");
    begin(f);
    batch = chain_batch(f, 'a', 0, 1, WEIR_FOLLOW_NEXT);
    weir_batch_remember(batch);
    take(f, batch);
    commit_and_stop(f);
    assert_answer(f, ALL_ROWS, "a00 a10 a11");
    assert_answer(f, LETTERS, "1|t|a|0|2|0|NULL|E-ROW-CONSTRAINT|{\"name\":\"a01\"}");
}

static void another_table_may_take_them(void **state)
{
    struct fixture *f = *state;
    struct run r = {0};

    lenient(f)->dead_letter_table = "bad \"rows\"";
    start(f);
    begin_run(f, &r, NULL);
    take(f, batch_with_bad_rows(f));
    commit_and_stop(f);
    assert_answer(f, "SELECT count(*) FROM \"bad \"\"rows\"\"\"", "2");
    assert_answer(f, "SELECT count(*) FROM sqlite_schema WHERE name = '_weir_dead_letter'", "0");
}

static void refuse_table(struct fixture *f, const char *name, enum weir_fault fault)
{
    struct run r = {0};

    lenient(f)->dead_letter_table = name;
    start(f);
    assert_int_equal(open_run(f, &r, NULL), WEIR_FAIL);
    assert_int_equal(f->s.error.fault, fault);
    assert_error_says(f, weir_printf(f->s.arena, "table '%s'", name));
    stage_stop(&f->s);
}

static void a_table_of_a_resource_does_not(void **state)
{
    refuse_table(*state, "T", WEIR_FAULT_USAGE);
}

static void nor_one_of_weirs_own(void **state)
{
    refuse_table(*state, "_weir_place", WEIR_FAULT_USAGE);
}

static void nor_one_with_other_columns(void **state)
{
    struct fixture *f = *state;

    database_do(f, "CREATE TABLE bad (id INTEGER PRIMARY KEY)");
    refuse_table(f, "bad", WEIR_FAULT_DESTINATION);
    assert_string_equal(f->s.error.code, "E-DB-SCHEMA");
}

/* --- told ---------------------------------------------------------------------------------- */

static void keep_letter(void *arg, const struct weir_dead_letter *letter)
{
    char *out = arg;

    (void)sprintf(out + strlen(out), "%lld %s %.*s %u %s %s %s %zu\n", (long long)letter->id,
        letter->resource, WEIR_STR_ARG(letter->row), letter->stage,
        letter->column ? letter->column : "-", letter->code, letter->reason, strlen(letter->at));
}

static void they_are_told_piece_by_piece(void **state)
{
    struct fixture *f = *state;
    char told[512] = "";

    begin(f);
    take(f, batch_with_bad_rows(f));
    end_run(f, true);
    database_do(f, "UPDATE _weir_dead_letter SET id = id + 10");
    again(f);
    must(f, store_of(f)->dead_letters(&f->s.stage, "p", 0, 1, keep_letter, told));
    must(f, store_of(f)->dead_letters(&f->s.stage, "p", 11, 5, keep_letter, told));
    must(f, store_of(f)->dead_letters(&f->s.stage, "p", 12, 5, keep_letter, told));
    must(f, store_of(f)->dead_letters(&f->s.stage, "q", 0, 5, keep_letter, told));
    stage_stop(&f->s);
    assert_string_equal(told, "11 t {\"name\":\"a10\"} 0 - E-SQL no such thing 20\n"
                              "12 t {\"name\":\"a01\"} 0 name E-SQL no such thing 20\n");
}

static void a_database_without_them_has_none(void **state)
{
    struct fixture *f = *state;
    char told[16] = "";

    (void)stage_resource(&f->s, "t", NULL);
    start(f);
    must(f, store_of(f)->dead_letters(&f->s.stage, "p", 0, 10, keep_letter, told));
    stage_stop(&f->s);
    assert_string_equal(told, "");
    assert_answer(f, "SELECT count(*) FROM sqlite_schema", "0");
}

/* --- put back ------------------------------------------------------------------------------ */

static void begin_replay(struct fixture *f)
{
    struct run r = {0};

    again(f);
    must(f, open_run(f, &r, NULL));
    must(f, store_of(f)->begin(&f->s.stage, NULL, NULL));
}

/* A unit of one row that is the letter. */
static void add_letter(struct weir_batch *batch, int64_t letter, const char *name)
{
    weir_batch_add_unit(batch, NULL)->dead_letter = letter;
    (void)weir_batch_add_row(batch);
    weir_batch_set(
        batch, weir_batch_column(batch, weir_str("name")), weir_text(WEIR_TEXT, weir_str(name)));
}

static void keep_two_letters(struct fixture *f)
{
    begin(f);
    take(f, batch_with_bad_rows(f));
    end_run(f, true);
}

static void a_letter_goes_with_the_commit_of_its_row(void **state)
{
    struct fixture *f = *state;
    struct weir_batch *batch;

    keep_two_letters(f);
    begin_replay(f);
    batch = new_batch(f);
    add_letter(batch, 1, "mended");
    take(f, batch);
    assert_answer(f, "SELECT count(*) FROM _weir_dead_letter", "2");
    must(f, stage_commit(&f->s));
    assert_answer(f, "SELECT id FROM _weir_dead_letter", "2");
    batch = new_batch(f);
    add_letter(batch, 1, "twice");
    add_letter(batch, 2, "lost with the process");
    add_letter(batch, 3, "never was");
    take(f, batch);
    stage_stop(&f->s);
    assert_answer(f, ALL_ROWS, "a00 a11 mended");
    assert_answer(f, "SELECT id FROM _weir_dead_letter", "2");
}

static void one_that_is_gone_already_brings_no_row(void **state)
{
    struct fixture *f = *state;
    struct weir_batch *batch;

    keep_two_letters(f);
    begin_replay(f);
    batch = new_batch(f);
    add_letter(batch, 1, "mended");
    add_letter(batch, 3, "never was");
    take(f, batch);
    batch = new_batch(f);
    add_letter(batch, 1, "twice");
    take(f, batch);
    end_run(f, false);
    assert_answer(f, ALL_ROWS, "a00 a11 mended");
    assert_answer(f, "SELECT id FROM _weir_dead_letter", "2");
    assert_answer(f, "SELECT status FROM _weir_pass", "done");
    assert_answer(f, "SELECT epoch, pass, finished_at IS NULL FROM _weir_run", "1|1|0\n2|NULL|0");
}

static void one_that_is_refused_again_stays_with_its_new_reason(void **state)
{
    struct fixture *f = *state;
    struct weir_error error = {0};
    struct weir_batch *batch;

    keep_two_letters(f);
    begin_replay(f);
    batch = new_batch(f);
    add_letter(batch, 1, "still bad");
    add_letter(batch, 2, "mended");
    weir_batch_remember(batch);
    (void)weir_error_set(&error, WEIR_FAULT_DATA, "E-NEW", "another one");
    weir_batch_reject(batch, 0, "x", &error);
    weir_batch_drop_rejected(batch);
    take(f, batch);
    end_run(f, false);
    assert_answer(f, ALL_ROWS, "a00 a11 mended");
    assert_answer(f, LETTERS, "1|t|a|1|1|0|x|E-NEW|{\"name\":\"still bad\"}");
}

static void a_refused_batch_puts_none_back(void **state)
{
    struct fixture *f = *state;
    struct weir_batch *batch;

    keep_two_letters(f);
    database_do(f, "CREATE TRIGGER no BEFORE INSERT ON t WHEN new.name = 'bad'"
                   " BEGIN SELECT RAISE(ABORT, 'no'); END");
    begin_replay(f);
    f->s.resources[0].sets_aside = false;
    batch = new_batch(f);
    add_letter(batch, 1, "good");
    add_letter(batch, 2, "bad");
    assert_int_equal(stage_load(&f->s, batch), WEIR_FAIL);
    commit_and_stop(f);
    assert_answer(f, ALL_ROWS, "a00 a11");
    assert_answer(f, "SELECT count(*) FROM _weir_dead_letter", "2");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_bad_row_is_kept_with_its_unit),
        TEST(once_like_its_unit),
        TEST(not_without_its_unit),
        TEST(a_row_that_the_table_refuses_is_kept),
        TEST(another_table_may_take_them),
        TEST(a_table_of_a_resource_does_not),
        TEST(nor_one_of_weirs_own),
        TEST(nor_one_with_other_columns),
        TEST(they_are_told_piece_by_piece),
        TEST(a_database_without_them_has_none),
        TEST(a_letter_goes_with_the_commit_of_its_row),
        TEST(one_that_is_gone_already_brings_no_row),
        TEST(one_that_is_refused_again_stays_with_its_new_reason),
        TEST(a_refused_batch_puts_none_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
