/* The state in PostgreSQL as commands see it: shown, forgotten, and the rows that were set aside. */
#include "postgres_state_checks.h"

/* --- show ----------------------------------------------------------------------------------- */

static void show_pass(void *arg, const struct weir_pass *pass)
{
    tell(arg, "pass %s %s %s:", pass->key ? pass->key : "-",
        pass->status == WEIR_PASS_OPEN   ? "open"
        : pass->status == WEIR_PASS_DONE ? "done"
                                         : "abandoned",
        pass->started_at);
    for (size_t i = 0; i < pass->n_generations; i++)
        tell(arg, " %s>%s %s %s %llu%s", pass->generations[i].name, pass->generations[i].table,
            pass->generations[i].mode, pass->generations[i].config,
            (unsigned long long)pass->generations[i].rows,
            pass->generations[i].done ? " done" : "");
    tell(arg, ", %llu gaps\n", (unsigned long long)pass->n_gaps);
}

static void show_progress(
    void *arg, const char *resource, uint64_t n_chains, uint64_t n_done, uint64_t n_units)
{
    tell(arg, "progress %s %llu %llu %llu\n", resource, (unsigned long long)n_chains,
        (unsigned long long)n_done, (unsigned long long)n_units);
}

static void show_gap(void *arg, const char *resource, const struct weir_gap *gap)
{
    tell(arg, "%s: ", resource);
    tell_gap(arg, gap);
}

static void show_letters(void *arg, const char *resource, const char *code, uint64_t n)
{
    tell(arg, "letters %s %s %llu\n", resource, code, (unsigned long long)n);
}

static void show_run(void *arg, const struct weir_run *run, const char *finished_at, int exit_code,
    const char *summary)
{
    tell(arg, "run %s %s %s %lld %s %s %d %s\n", run->key ? run->key : "-", run->version, run->host,
        (long long)run->pid, run->started_at, finished_at ? finished_at : "-", exit_code,
        summary ? summary : "-");
}

static void assert_shows(struct loader *l, const char *pipeline, const char *expected)
{
    struct told told = {0};
    const struct weir_showing showing = {.pass = show_pass,
        .progress = show_progress,
        .gap = show_gap,
        .mark = tell_mark,
        .dead_letters = show_letters,
        .run = show_run,
        .arg = &told};
    enum weir_status status;

    WAIT_FOR(l, &status, store.show(&l->stage, pipeline, &showing));
    must(l, status);
    assert_string_equal(told.text, expected);
}

#define MAKE_LETTERS                                                                               \
    "CREATE TABLE public._weir_dead_letter (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"   \
    " pipeline text, resource text, generation bigint, chain bytea, unit bigint, row bigint,"      \
    " stage bigint, column_name text, code text, reason text, raw text,"                           \
    " set_aside_at timestamptz);"                                                                  \
    "INSERT INTO public._weir_dead_letter(pipeline, resource, generation, stage, column_name,"     \
    " code, reason, raw, set_aside_at) SELECT 'p', 't', " OF_T                                     \
    ", n, CASE WHEN n = 2 THEN 'c' END,"                                                           \
    " 'E-TYPE', 'why', '{\"n\":' || n || '}', '2024-01-02T03:04:05Z' FROM generate_series(1, 5) "  \
    "n;"

static void shows_nothing_of_a_database_without_state(void **state)
{
    struct fixture *f = *state;
    struct loader *l = loader_new(f);

    assert_shows(l, "p", "");
    loader_free(l);
    assert_answer(f, "SELECT count(*) FROM pg_namespace WHERE nspname = 'weir'", "0");
}

static void shows_all_there_is(void **state)
{
    struct fixture *f = *state;
    struct loader *l;

    run_whole(f, "k");
    database_do(f, "INSERT INTO weir.mark VALUES ('p', 't', " ID("aa") ", 'five', '5', " ID(
                       "01") "), ('q', 't', " ID("aa") ", 'x', 'x', '')");
    l = begun(f);
    database_do(f, "INSERT INTO weir.place VALUES (" OF_T
                   ", " ID("aa") ", 4, 'n', false),"
                                 " (" OF_T ", " ID("bb") ", 1, NULL, true)");
    database_do(f, "INSERT INTO weir.gap VALUES (" OF_T ", " ID("bb") ", 2, " ID(
                       "cc") ", false, NULL, 'E-X', 'why', '2024-01-02T03:04:05Z')");
    database_do(f, "UPDATE weir.generation SET rows = 8 WHERE NOT done");
    database_do(f, MAKE_LETTERS);
    end(l, false);
    l = loader_new(f);
    assert_shows(l, "p",
        "pass - open 2024-05-06T07:08:09Z: t>t append {} 8, 1 gaps\n"
        "pass k done 2024-05-06T07:08:09Z: t>t append {} 0 done, 0 gaps\n"
        "progress t 2 1 5\n"
        "t: gap 0 bb 2 - E-X: why at 2024-01-02T03:04:05Z\n"
        "mark t aa five 5 1\n"
        "letters t E-TYPE 5\n"
        "run - 1.2.3 here 4711 2024-05-06T07:08:09Z 2024-05-06T08:00:00Z 3 {}\n"
        "run k 1.2.3 here 4711 2024-05-06T07:08:09Z 2024-05-06T08:00:00Z 0 {}\n");
    assert_shows(l, "nobody", "");
    loader_free(l);
}

static void shows_while_a_run_is_at_work(void **state)
{
    struct fixture *f = *state;
    struct loader *run = begun(f);
    struct loader *l = loader_new(f);

    assert_shows(l, "p",
        "pass - open 2024-05-06T07:08:09Z: t>t append {} 0, 0 gaps\n"
        "progress t 0 0 0\n"
        "run - 1.2.3 here 4711 2024-05-06T07:08:09Z - 0 -\n");
    loader_free(l);
    end(run, true);
}

/* --- reset ---------------------------------------------------------------------------------- */

static void leave_two_resources(struct fixture *f)
{
    struct loader *l = loader_new(f);

    (void)add_resource(l, "u");
    begin(l, NULL);
    database_do(f, "INSERT INTO weir.place SELECT id, " ID("aa") ", 1, NULL, true"
                                                                 " FROM weir.generation");
    database_do(f, "INSERT INTO weir.gap SELECT id, " ID("aa") ", 1, " ID(
                       "cc") ", true, NULL, 'E', 'why', now() FROM weir.generation");
    database_do(f, "INSERT INTO weir.mark_seen SELECT id, " ID("cc") ", '1', '1', ''"
                                                                     " FROM weir.generation");
    database_do(f, "INSERT INTO weir.mark VALUES ('p', 't', " ID(
                       "aa") ", '5', '5', ''),"
                             " ('p', 'u', " ID("aa") ", '6', '6', ''), ('q', 't', " ID(
                                 "aa") ", '7', '7', '')");
    end(l, false);
}

static enum weir_status reset(struct fixture *f, const char *resource)
{
    struct loader *l = loader_new(f);
    enum weir_status status;

    WAIT_FOR(l, &status, store.reset(&l->stage, "p", resource));
    must(l, status);
    loader_free(l);
    return status;
}

static void forgets_a_pipeline(void **state)
{
    struct fixture *f = *state;

    leave_two_resources(f);
    (void)reset(f, NULL);
    assert_answer(f,
        "SELECT (SELECT count(*) FROM weir.place), (SELECT count(*) FROM weir.gap),"
        " (SELECT count(*) FROM weir.mark_seen), (SELECT string_agg(mark, ' ') FROM weir.mark),"
        " (SELECT status FROM weir.pass), (SELECT epoch FROM weir.fence)",
        "0|0|0|7|abandoned|2");
}

static void forgets_a_resource(void **state)
{
    struct fixture *f = *state;

    leave_two_resources(f);
    (void)reset(f, "t");
    assert_answer(f,
        "SELECT (SELECT count(*) FROM weir.place), (SELECT count(*) FROM weir.gap),"
        " (SELECT count(*) FROM weir.mark_seen),"
        " (SELECT string_agg(mark, ' ' ORDER BY mark) FROM weir.mark),"
        " (SELECT status FROM weir.pass), (SELECT string_agg(resource, ' ') FROM weir.generation)",
        "1|1|1|6 7|open|u");
    (void)reset(f, "u");
    assert_answer(f, "SELECT status FROM weir.pass", "abandoned");
}

static void forgets_nothing_where_nothing_is(void **state)
{
    struct fixture *f = *state;

    (void)reset(f, NULL);
    assert_answer(f, "SELECT count(*) FROM pg_namespace WHERE nspname = 'weir'", "0");
}

static void forgets_not_while_a_run_is_at_work(void **state)
{
    struct fixture *f = *state;
    struct loader *run = begun(f);
    struct loader *l = loader_new(f);
    enum weir_status status;

    WAIT_FOR(l, &status, store.reset(&l->stage, "p", NULL));
    assert_error(l, status, WEIR_FAULT_LOCKED, "E-LOCKED");
    loader_free(l);
    end(run, true);
}

/* --- dead letters --------------------------------------------------------------------------- */

static void tell_letter(void *arg, const struct weir_dead_letter *letter)
{
    tell(arg, "%lld %s %.*s %u %s %s %s %s\n", (long long)letter->id, letter->resource,
        (int)letter->row.len, letter->row.ptr, letter->stage, letter->column ? letter->column : "-",
        letter->code, letter->reason, letter->at);
}

static void assert_letters(struct loader *l, int64_t after, size_t limit, const char *expected)
{
    struct told told = {0};
    enum weir_status status;

    WAIT_FOR(l, &status, store.dead_letters(&l->stage, "p", after, limit, tell_letter, &told));
    must(l, status);
    assert_string_equal(told.text, expected);
}

static void tells_dead_letters_in_order(void **state)
{
    struct fixture *f = *state;
    struct loader *l;

    run_whole(f, NULL);
    l = loader_new(f);
    assert_letters(l, 0, 10, "");
    database_do(f, MAKE_LETTERS);
    assert_letters(l, 1, 2,
        "2 t {\"n\":2} 2 c E-TYPE why 2024-01-02T03:04:05Z\n"
        "3 t {\"n\":3} 3 - E-TYPE why 2024-01-02T03:04:05Z\n");
    assert_letters(l, 5, 10, "");
    loader_free(l);
}

static void counts_the_letters_of_an_open_pass(void **state)
{
    struct fixture *f = *state;
    struct loader *l = begun(f);

    database_do(f, MAKE_LETTERS);
    end(l, false);
    l = loader_new(f);
    must(l, open_run_of(l, NULL));
    assert_int_equal(l->found.open->n_dead_letters, 5);
    loader_free(l);
}

/* A line that breaks tells each of them once all the same. */
static void tells_dead_letters_once_whatever_is_cut(void **state)
{
    struct fixture *f = *state;
    struct loader *l = loader_new_at(f, f->line.folder, f->user);
    struct told whole = {0};
    enum weir_status status;

    run_whole(f, NULL);
    database_do(f, MAKE_LETTERS "INSERT INTO public._weir_dead_letter(pipeline, resource, stage,"
                                " code, reason, raw, set_aside_at) SELECT 'p', 't', 0, 'E', 'why',"
                                " '{}', now() FROM generate_series(1, 50)");
    WAIT_FOR(l, &status, store.dead_letters(&l->stage, "p", 0, 40, tell_letter, &whole));
    must(l, status);
    for (long at = 1; at < 4000; at += 307) {
        line_cut(&f->line, LINE_CUT_IN_ANSWER, at);
        assert_letters(l, 0, 40, whole.text);
    }
    assert_true(atomic_load(&f->line.n_cuts) > 5);
    loader_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(shows_nothing_of_a_database_without_state, setup, teardown),
        cmocka_unit_test_setup_teardown(shows_all_there_is, setup, teardown),
        cmocka_unit_test_setup_teardown(shows_while_a_run_is_at_work, setup, teardown),
        cmocka_unit_test_setup_teardown(forgets_a_pipeline, setup, teardown),
        cmocka_unit_test_setup_teardown(forgets_a_resource, setup, teardown),
        cmocka_unit_test_setup_teardown(forgets_nothing_where_nothing_is, setup, teardown),
        cmocka_unit_test_setup_teardown(forgets_not_while_a_run_is_at_work, setup, teardown),
        cmocka_unit_test_setup_teardown(tells_dead_letters_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(counts_the_letters_of_an_open_pass, setup, teardown),
        cmocka_unit_test_setup_teardown(tells_dead_letters_once_whatever_is_cut, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
