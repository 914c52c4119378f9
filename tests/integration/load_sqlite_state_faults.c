/* The sqlite loader's state: tables that are newer, damaged or a stranger's, and forgetting. */
#include "state_checks.h"

#include <sys/stat.h>

static void begin(struct fixture *f)
{
    struct run r = {0};

    (void)stage_resource(&f->s, "t", NULL);
    start(f);
    begin_run(f, &r, NULL);
}

/* An interrupted run of two resources: t has a place, u is done. */
static void interrupted(struct fixture *f)
{
    struct run r = {0};
    struct weir_batch *batch;

    (void)stage_resource(&f->s, "t", NULL);
    (void)stage_resource(&f->s, "u", NULL);
    start(f);
    begin_run(f, &r, NULL);
    batch = chain_batch(f, 'a', 0, 1, WEIR_FOLLOW_NEXT);
    (void)add_left_out(batch, 'a', 2, WEIR_FOLLOW_WAIT);
    (void)add_left_out(batch, 'b', 0, WEIR_FOLLOW_WAIT);
    batch->units[0].mark = new_mark(batch, "5", "a");
    take(f, batch);
    take_chain(f, 'c', 0, 0, WEIR_FOLLOW_END);
    end_run(f, false);
    database_do(f, "INSERT INTO _weir_mark SELECT 'p', resource, zeroblob(16), '1', '1', x''"
                   " FROM _weir_generation");
}

static void refuse_open(struct fixture *f, const char *code)
{
    struct run r = {0};

    again(f);
    assert_int_equal(open_run(f, &r, NULL), WEIR_FAIL);
    assert_error(f, WEIR_FAULT_DESTINATION, code);
    stage_stop(&f->s);
}

/* --- versions and damage ------------------------------------------------------------------- */

static void state_of_a_newer_weir_is_left_alone(void **state)
{
    struct fixture *f = *state;

    interrupted(f);
    database_do(f, "UPDATE _weir_meta SET v = '2' WHERE k = 'state_version'");
    refuse_open(f, "E-STATE-VERSION");
    assert_error_says(f, "version 2, this one knows 1");
    assert_answer(f, "SELECT epoch FROM _weir_fence", "1");
    again(f);
    assert_int_equal(store_of(f)->reset(&f->s.stage, "p", NULL), WEIR_FAIL);
    assert_string_equal(f->s.error.code, "E-STATE-VERSION");
    stage_stop(&f->s);
    assert_answer(f, "SELECT status FROM _weir_pass", "open");
}

static void damage(void **state, const char *sql, const char *says)
{
    struct fixture *f = *state;

    interrupted(f);
    database_do(f, sql);
    refuse_open(f, "E-STATE-DAMAGED");
    assert_error_says(f, says);
}

static void a_version_that_is_no_number_is_told(void **state)
{
    damage(state, "UPDATE _weir_meta SET v = 'x'", "no number");
}

static void a_version_that_is_missing_is_told(void **state)
{
    damage(state, "DELETE FROM _weir_meta", "does not say its version");
}

static void a_view_in_place_of_a_table_is_told(void **state)
{
    damage(state, "DROP TABLE _weir_fence; CREATE VIEW _weir_fence AS SELECT 1", "_weir_fence");
}

static void a_table_with_other_columns_is_told(void **state)
{
    damage(state, "DROP TABLE _weir_pass; CREATE TABLE _weir_pass (x)", "cannot make its tables");
}

static void skip_place(void *arg, const struct weir_place *place)
{
    (void)arg;
    (void)place;
}

/* A stranger may switch off what keeps such rows out. */
static void a_chain_of_the_wrong_length_is_told(void **state)
{
    struct fixture *f = *state;
    const struct weir_reading reading = {.place = skip_place};
    struct run r = {0};

    interrupted(f);
    database_do(f, "PRAGMA ignore_check_constraints = ON;"
                   "UPDATE _weir_place SET chain = x'01' WHERE number = 1");
    again(f);
    begin_run(f, &r, NULL);
    assert_int_equal(store_of(f)->read(&f->s.stage, &r.pass, &reading), WEIR_FAIL);
    assert_string_equal(f->s.error.code, "E-STATE-DAMAGED");
    stage_stop(&f->s);
}

static void nulls_are_kept_out(void **state)
{
    struct fixture *f = *state;
    static const char *const columns[] = {"_weir_place SET number", "_weir_place SET done",
        "_weir_gap SET code", "_weir_mark SET ties", "_weir_pass SET status",
        "_weir_generation SET config", "_weir_fence SET epoch", "_weir_meta SET v"};
    sqlite3 *connection;

    interrupted(f);
    assert_int_equal(sqlite3_open(f->path, &connection), SQLITE_OK);
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
        assert_int_equal(
            sqlite3_exec(connection, weir_printf(f->s.arena, "UPDATE %s = NULL", columns[i]), NULL,
                NULL, NULL),
            SQLITE_CONSTRAINT);
    (void)sqlite3_close(connection);
}

static void a_table_that_is_dropped_meanwhile_is_told(void **state)
{
    struct fixture *f = *state;

    begin(f);
    take_chain(f, 'a', 0, 0, WEIR_FOLLOW_NEXT);
    must(f, stage_commit(&f->s));
    database_do(f, "DROP TABLE _weir_place");
    assert_int_equal(stage_load(&f->s, chain_batch(f, 'a', 1, 1, WEIR_FOLLOW_NEXT)), WEIR_FAIL);
    assert_error(f, WEIR_FAULT_DESTINATION, "E-STATE-DAMAGED");
    stage_stop(&f->s);
    assert_answer(f, ALL_ROWS, "a00 a01");
}

/* --- shown --------------------------------------------------------------------------------- */

static void show_pass(void *arg, const struct weir_pass *pass)
{
    char *out = arg;

    (void)sprintf(out + strlen(out), "pass %lld %d %llu:", (long long)pass->id, pass->status,
        (unsigned long long)pass->n_gaps);
    for (size_t i = 0; i < pass->n_generations; i++)
        (void)sprintf(out + strlen(out), " %s %d %llu", pass->generations[i].name,
            pass->generations[i].done, (unsigned long long)pass->generations[i].rows);
    (void)strcat(out, "\n");
}

static void show_progress(
    void *arg, const char *resource, uint64_t n_chains, uint64_t n_done, uint64_t n_units)
{
    char *out = arg;

    (void)sprintf(out + strlen(out), "progress %s %llu %llu %llu\n", resource,
        (unsigned long long)n_chains, (unsigned long long)n_done, (unsigned long long)n_units);
}

static void show_gap(void *arg, const char *resource, const struct weir_gap *gap)
{
    char *out = arg;

    (void)sprintf(out + strlen(out), "gap %s %c %llu %s\n", resource, gap->chain.bytes[0],
        (unsigned long long)gap->number, gap->code);
}

static void show_mark(void *arg, const struct weir_marked *mark)
{
    char *out = arg;

    (void)sprintf(out + strlen(out), "mark %s %s\n", mark->resource, mark->text);
}

static void show_letters(void *arg, const char *resource, const char *code, uint64_t n)
{
    char *out = arg;

    (void)sprintf(out + strlen(out), "letters %s %s %llu\n", resource, code, (unsigned long long)n);
}

static void show_run(void *arg, const struct weir_run *run, const char *finished_at, int exit_code,
    const char *summary)
{
    char *out = arg;

    (void)sprintf(out + strlen(out), "run %s %s %s %d %s\n", run->id, run->host,
        finished_at ? finished_at : "-", exit_code, summary ? summary : "-");
}

static const struct weir_showing *showing(char *out)
{
    static struct weir_showing all = {
        .pass = show_pass,
        .progress = show_progress,
        .gap = show_gap,
        .mark = show_mark,
        .dead_letters = show_letters,
        .run = show_run,
    };

    all.arg = out;
    return &all;
}

static void all_of_it_is_shown(void **state)
{
    struct fixture *f = *state;
    char told[1024] = "";

    interrupted(f);
    again(f);
    must(f, store_of(f)->show(&f->s.stage, "p", showing(told)));
    must(f, store_of(f)->show(&f->s.stage, "q", showing(told)));
    stage_stop(&f->s);
    assert_string_equal(told, "pass 1 0 2: t 0 6 u 0 0\n"
                              "progress t 2 1 3\n"
                              "gap t a 2 E-HTTP-STATUS\n"
                              "gap t b 0 E-HTTP-STATUS\n"
                              "progress u 0 0 0\n"
                              "mark t 1\n"
                              "mark u 1\n"
                              "run run-1 here 2024-05-06T08:00:00Z 3 {}\n");
}

static void nothing_is_shown_of_what_no_run_has_touched(void **state)
{
    struct fixture *f = *state;
    char told[1024] = "";

    (void)stage_resource(&f->s, "t", NULL);
    start(f);
    must(f, store_of(f)->show(&f->s.stage, "p", showing(told)));
    must(f, store_of(f)->reset(&f->s.stage, "p", NULL));
    stage_stop(&f->s);
    assert_string_equal(told, "");
    assert_answer(f, "SELECT count(*) FROM sqlite_schema", "0");
}

/* --- without a run ------------------------------------------------------------------------- */

static bool is_offline(struct weir_stage *stage)
{
    (void)stage;
    return true;
}

static void go_offline(struct fixture *f)
{
    struct weir_host *host = weir_new(f->s.arena, struct weir_host);

    *host = stage_host;
    host->is_offline = is_offline;
    f->s.stage.host = host;
}

static void a_look_makes_no_file(void **state)
{
    struct fixture *f = *state;

    (void)stage_resource(&f->s, "t", NULL);
    go_offline(f);
    assert_true(stage_check(&f->s));
    assert_int_equal(stage_start(&f->s), WEIR_FAIL);
    assert_error(f, WEIR_FAULT_DESTINATION, "E-STATE-NONE");
    stage_stop(&f->s);
    assert_int_equal(access(f->path, F_OK), -1);
}

static void a_look_waits_for_no_writer(void **state)
{
    struct fixture *f = *state;
    char told[1024] = "";
    sqlite3 *connection;

    interrupted(f);
    stage_done(&f->s);
    stage_init(&f->s, "sqlite");
    stage_set(&f->s, "path", f->path);
    (void)stage_resource(&f->s, "t", NULL);
    go_offline(f);
    assert_int_equal(sqlite3_open(f->path, &connection), SQLITE_OK);
    assert_int_equal(sqlite3_exec(connection, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    start(f);
    must(f, store_of(f)->show(&f->s.stage, "p", showing(told)));
    stage_stop(&f->s);
    (void)sqlite3_close(connection);
    assert_non_null(strstr(told, "progress t 2 1 3"));
}

static void a_file_that_may_only_be_read_is_shown(void **state)
{
    struct fixture *f = *state;
    char told[1024] = "";

    if (geteuid() == 0)
        skip();
    interrupted(f);
    stage_done(&f->s);
    stage_init(&f->s, "sqlite");
    stage_set(&f->s, "path", f->path);
    (void)stage_resource(&f->s, "t", NULL);
    go_offline(f);
    assert_int_equal(chmod(f->path, 0400), 0);
    start(f);
    must(f, store_of(f)->show(&f->s.stage, "p", showing(told)));
    assert_int_equal(store_of(f)->reset(&f->s.stage, "p", NULL), WEIR_FAIL);
    assert_string_equal(f->s.error.code, "E-DB-OPEN");
    stage_stop(&f->s);
    assert_non_null(strstr(told, "progress t 2 1 3"));
}

/* --- forgotten ----------------------------------------------------------------------------- */

static void reset(struct fixture *f, const char *resource)
{
    again(f);
    must(f, store_of(f)->reset(&f->s.stage, "p", resource));
    stage_stop(&f->s);
}

static void all_is_forgotten_but_the_rows(void **state)
{
    struct fixture *f = *state;
    struct run r = {0};

    interrupted(f);
    database_do(f, "CREATE TABLE _weir_stage_1_t (x); CREATE TABLE _weir_stage_2_t (x)");
    reset(f, NULL);
    assert_answer(f, ALL_PLACES, "");
    assert_answer(f, ALL_GAPS, "");
    assert_answer(f, "SELECT count(*) FROM _weir_mark", "0");
    assert_answer(f, "SELECT count(*) FROM _weir_mark_seen", "0");
    assert_answer(f, "SELECT status FROM _weir_pass", "abandoned");
    assert_answer(f, "SELECT name FROM sqlite_schema WHERE name LIKE '%stage%'", "_weir_stage_2_t");
    assert_answer(f, "SELECT count(*) FROM t", "6");
    assert_answer(f, "SELECT epoch FROM _weir_fence", "2");
    again(f);
    begin_run(f, &r, NULL);
    assert_null(r.found.open);
    assert_int_equal(r.pass.id, 2);
    stage_stop(&f->s);
}

static void one_resource_is_forgotten(void **state)
{
    struct fixture *f = *state;
    struct run r = {0};

    interrupted(f);
    reset(f, "u");
    assert_answer(f, ALL_PLACES, "a|2|after 1|0\nc|1|NULL|1");
    assert_answer(f, "SELECT resource FROM _weir_mark", "t");
    assert_answer(f, "SELECT resource FROM _weir_generation", "t");
    reset(f, "none");
    again(f);
    begin_run(f, &r, NULL);
    assert_int_equal(r.pass.id, 1);
    assert_int_equal(r.generations[0].id, 1);
    assert_int_equal(r.generations[0].rows, 6);
    assert_true(r.generations[1].id > 1);
    stage_stop(&f->s);
    reset(f, "t");
    reset(f, "u");
    assert_answer(f, ALL_PLACES, "");
    assert_answer(f, "SELECT count(*) FROM _weir_mark", "0");
    assert_answer(f, "SELECT status FROM _weir_pass", "abandoned");
}

static void a_run_at_work_is_not_disturbed(void **state)
{
    struct fixture *f = *state;
    struct fixture other = *f;

    begin(f);
    stage_init(&other.s, "sqlite");
    stage_set(&other.s, "path", other.path);
    (void)stage_resource(&other.s, "t", NULL);
    start(&other);
    assert_int_equal(store_of(&other)->reset(&other.s.stage, "p", NULL), WEIR_FAIL);
    assert_string_equal(other.s.error.code, "E-LOCKED");
    stage_stop(&other.s);
    stage_done(&other.s);
    end_run(f, true);
    assert_answer(f, "SELECT status FROM _weir_pass", "done");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(state_of_a_newer_weir_is_left_alone),
        TEST(a_version_that_is_no_number_is_told),
        TEST(a_version_that_is_missing_is_told),
        TEST(a_view_in_place_of_a_table_is_told),
        TEST(a_table_with_other_columns_is_told),
        TEST(a_chain_of_the_wrong_length_is_told),
        TEST(nulls_are_kept_out),
        TEST(a_table_that_is_dropped_meanwhile_is_told),
        TEST(all_of_it_is_shown),
        TEST(nothing_is_shown_of_what_no_run_has_touched),
        TEST(a_look_makes_no_file),
        TEST(a_look_waits_for_no_writer),
        TEST(a_file_that_may_only_be_read_is_shown),
        TEST(all_is_forgotten_but_the_rows),
        TEST(one_resource_is_forgotten),
        TEST(a_run_at_work_is_not_disturbed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
