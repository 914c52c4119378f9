/* The state in PostgreSQL: connections that are lost, tables that are not weir's, rights that lack. */
#include "postgres_state_checks.h"

static struct loader *loader_on_line(const struct fixture *f)
{
    return loader_new_at(f, f->line.folder, f->user);
}

/* --- lost connections ----------------------------------------------------------------------- */

static void begin_cut(struct fixture *f, enum line_cut cut)
{
    struct loader *l = loader_on_line(f);

    must(l, open_run_of(l, "k"));
    make_pass(l, NULL);
    line_cut(&f->line, cut, 0);
    must(l, begin_run_of(l, NULL));
    assert_int_equal(atomic_load(&f->line.n_cuts), 1);
    assert_answer(f, "SELECT epoch FROM weir.fence", "1");
    assert_answer(f, "SELECT epoch, finished_at FROM weir.run", "1|NULL");
    assert_answer(f,
        "SELECT p.status, g.resource FROM weir.pass p JOIN weir.generation g"
        " ON g.pass = p.id",
        "open|t");
    assert_int_equal(l->load.state.epoch, 1);
    end(l, true);
    assert_answer(f, "SELECT status, key FROM weir.pass", "done|k");
}

static void begins_once_when_the_commit_was_lost(void **state)
{
    begin_cut(*state, LINE_CUT_BEFORE_COMMIT);
}

static void begins_once_when_the_answer_was_lost(void **state)
{
    begin_cut(*state, LINE_CUT_AFTER_COMMIT);
}

static void finish_cut(struct fixture *f, enum line_cut cut)
{
    struct loader *l = loader_on_line(f);

    begin(l, NULL);
    database_do(f, "INSERT INTO weir.place VALUES (" OF_T ", " ID("aa") ", 1, NULL, true)");
    database_do(f, "INSERT INTO weir.mark VALUES ('p', 't', " ID("cc") ", '5', '5', " ID("01") ")");
    database_do(f, "INSERT INTO weir.mark_seen VALUES"
                   " (" OF_T ", " ID("cc") ", '5', '5', " ID("02") ")");
    line_cut(&f->line, cut, 0);
    end(l, true);
    assert_int_equal(atomic_load(&f->line.n_cuts), 1);
    assert_answer(f, "SELECT status FROM weir.pass", "done");
    assert_answer(f, "SELECT count(*) FROM weir.place", "0");
    assert_answer(f, "SELECT exit_code, finished_at IS NULL FROM weir.run", "0|f");
    /* Moved twice, the ties would be three. */
    assert_answer(f, "SELECT octet_length(ties) / 16 FROM weir.mark", "2");
}

static void finishes_once_when_the_commit_was_lost(void **state)
{
    finish_cut(*state, LINE_CUT_BEFORE_COMMIT);
}

static void finishes_once_when_the_answer_was_lost(void **state)
{
    finish_cut(*state, LINE_CUT_AFTER_COMMIT);
}

/* Everything is told once, in whatever place the answer is cut. */
static void reads_once_whatever_is_cut(void **state)
{
    struct fixture *f = *state;
    struct loader *l = loader_on_line(f);
    struct told whole = {0};
    const struct weir_reading reading = {tell_place, tell_gap, tell_mark, &whole};
    enum weir_status status;

    begin(l, NULL);
    database_do(f, "INSERT INTO weir.place SELECT " OF_T ", decode(repeat(lpad(to_hex(n), 2, '0'),"
                   " 16), 'hex'), n, NULL, n % 2 = 0 FROM generate_series(1, 60) n");
    database_do(f,
        "INSERT INTO weir.gap SELECT " OF_T ", decode(repeat(lpad(to_hex(n), 2, '0'),"
        " 16), 'hex'), m, " ID("cc") ", true, NULL, 'E', 'why', now()"
                                     " FROM generate_series(1, 10) n, generate_series(1, 2) m");
    database_do(f,
        "INSERT INTO weir.mark SELECT 'p', r, decode(repeat(lpad(to_hex(n), 2, '0'), 16),"
        " 'hex'), n, n, '' FROM generate_series(1, 10) n,"
        " unnest(ARRAY['t', 'B', 'a']) r");
    WAIT_FOR(l, &status, store.read(&l->stage, &l->pass, &reading));
    must(l, status);
    assert_non_null(strstr(whole.text, "mark t 0a 10 10 0\n"));
    for (long at = 1; at < 12000; at += 701) {
        line_cut(&f->line, LINE_CUT_IN_ANSWER, at);
        assert_reads(l, whole.text);
    }
    assert_true(atomic_load(&f->line.n_cuts) > 5);
    line_cut(&f->line, LINE_WHOLE, 0);
    end(l, true);
}

/* A run that failed says so, and waits no longer for a server that is away. */
static void a_failed_run_tries_once_to_write_its_end(void **state)
{
    struct fixture *f = *state;
    struct loader *l = begun(f);

    l->load.has_failed = true;
    must(l, finish(l, false, false));
    loader_free(l);
    assert_answer(f, "SELECT exit_code FROM weir.run", "3");
    l = loader_on_line(f);
    begin(l, NULL);
    l->load.has_failed = true;
    line_cut(&f->line, LINE_CUT_IN_ANSWER, 1);
    assert_int_equal(finish(l, false, false), WEIR_FAIL);
    loader_free(l);
}

/* --- tables that are not as weir makes them ------------------------------------------------- */

static void refuses_to_open(struct fixture *f, const char *spoil, const char *code)
{
    struct loader *l;

    run_whole(f, NULL);
    database_do(f, spoil);
    l = loader_new(f);
    assert_error(l, open_run_of(l, "k"), WEIR_FAULT_DESTINATION, code);
    assert_error_says(l, "postgres://");
    loader_free(l);
}

static void refuses_the_state_of_a_newer_weir(void **state)
{
    refuses_to_open(*state, "UPDATE weir.meta SET v = '2'", "E-STATE-VERSION");
}

static void tells_of_a_version_that_is_none(void **state)
{
    refuses_to_open(*state, "UPDATE weir.meta SET v = 'x'", "E-STATE-DAMAGED");
}

static void tells_of_a_version_that_is_missing(void **state)
{
    refuses_to_open(*state, "DELETE FROM weir.meta", "E-STATE-DAMAGED");
}

static void tells_of_a_table_that_is_missing(void **state)
{
    refuses_to_open(*state, "DROP TABLE weir.place", "E-STATE-DAMAGED");
}

static void tells_of_a_column_that_is_missing(void **state)
{
    refuses_to_open(*state, "ALTER TABLE weir.pass DROP COLUMN key CASCADE", "E-STATE-DAMAGED");
}

static void tells_of_a_column_of_another_type(void **state)
{
    refuses_to_open(*state, "ALTER TABLE weir.pass ALTER started_at TYPE text", "E-STATE-DAMAGED");
}

static void tells_of_a_chain_that_is_none(void **state)
{
    struct fixture *f = *state;
    struct loader *l = begun(f);
    struct told told = {0};
    const struct weir_reading reading = {tell_place, tell_gap, tell_mark, &told};
    enum weir_status status;

    database_do(f, "ALTER TABLE weir.place DROP CONSTRAINT place_chain_check");
    database_do(f, "INSERT INTO weir.place VALUES (" OF_T ", 'abc', 1, NULL, true)");
    WAIT_FOR(l, &status, store.read(&l->stage, &l->pass, &reading));
    assert_error(l, status, WEIR_FAULT_DESTINATION, "E-STATE-DAMAGED");
    loader_free(l);
}

/* The run's place in a schema that is gone is nobody's to make anew. */
static void tells_of_a_schema_that_went_while_it_ran(void **state)
{
    struct fixture *f = *state;
    struct loader *l = begun(f);

    database_do(f, "DROP SCHEMA weir CASCADE");
    assert_error(l, finish(l, true, false), WEIR_FAULT_DESTINATION, "E-STATE-DAMAGED");
    loader_free(l);
}

static void refuses_to_go_on_without_the_table_of_its_rows(void **state)
{
    struct fixture *f = *state;
    struct loader *l = begun(f);

    database_do(f, "UPDATE weir.generation SET rows = 3");
    end(l, false);
    l = loader_new(f);
    l->tables[0].exists = false;
    must(l, open_run_of(l, NULL));
    make_pass(l, l->found.open);
    assert_error(l, begin_run_of(l, NULL), WEIR_FAULT_DESTINATION, "E-DB-SCHEMA");
    assert_error_says(l, "table 't' is gone");
    assert_error_says(l, "3 rows");
    loader_free(l);
}

/* --- rights --------------------------------------------------------------------------------- */

/* A role of this name, without rights; roles belong to the server and not to the database. */
static void make_role(const struct fixture *f, char *out, size_t size)
{
    char sql[512];

    (void)snprintf(out, size, "%s_role", f->name);
    (void)snprintf(sql, sizeof(sql), "CREATE ROLE %s LOGIN", out);
    database_do(f, sql);
}

static void drop_role(const struct fixture *f, const char *role)
{
    char sql[512];

    (void)snprintf(sql, sizeof(sql), "DROP OWNED BY %s; DROP ROLE %s", role, role);
    database_do(f, sql);
}

static void grant(const struct fixture *f, const char *what, const char *role)
{
    char sql[512];

    (void)snprintf(sql, sizeof(sql), "GRANT %s TO %s", what, role);
    database_do(f, sql);
}

static void says_which_right_lacks(void **state)
{
    struct fixture *f = *state;
    struct loader *l;
    char role[80];

    make_role(f, role, sizeof(role));
    l = loader_new_at(f, f->folder, role);
    must(l, open_run_of(l, NULL));
    make_pass(l, NULL);
    assert_error(l, begin_run_of(l, NULL), WEIR_FAULT_DESTINATION, "E-DB-RIGHTS");
    assert_error_says(l, "GRANT CREATE ON DATABASE");
    loader_free(l);
    run_whole(f, NULL);
    l = loader_new_at(f, f->folder, role);
    assert_error(l, open_run_of(l, NULL), WEIR_FAULT_DESTINATION, "E-DB-RIGHTS");
    assert_error_says(l, "GRANT USAGE, CREATE ON SCHEMA weir");
    loader_free(l);
    drop_role(f, role);
}

static void a_role_that_may_make_a_schema_needs_nothing_else(void **state)
{
    struct fixture *f = *state;
    struct loader *l;
    char role[80], what[128];

    make_role(f, role, sizeof(role));
    (void)snprintf(what, sizeof(what), "CREATE ON DATABASE %s", f->name);
    grant(f, what, role);
    l = loader_new_at(f, f->folder, role);
    begin(l, NULL);
    end(l, true);
    assert_answer(f, "SELECT status FROM weir.pass", "done");
    drop_role(f, role);
}

/* All is there, made by somebody else: then no right to make anything is needed. */
static void a_role_without_a_right_to_make_anything_is_enough(void **state)
{
    struct fixture *f = *state;
    struct loader *l;
    char role[80];

    run_whole(f, NULL);
    make_role(f, role, sizeof(role));
    grant(f, "USAGE ON SCHEMA weir", role);
    grant(f, "SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA weir", role);
    /* What anybody may put where anybody looks is not looked at. */
    database_do(f, "CREATE FUNCTION public.has_schema_privilege(oid, text) RETURNS boolean"
                   " LANGUAGE sql AS 'SELECT 1 / 0 = 1'");
    database_do(f, "CREATE TABLE public.pg_namespace (oid oid, nspname text)");
    l = loader_new_at(f, f->folder, role);
    begin(l, NULL);
    database_do(f, "INSERT INTO weir.place VALUES (" OF_T ", " ID("aa") ", 1, NULL, true)");
    assert_reads(l, "place 0 aa 1 - done\n");
    end(l, true);
    assert_answer(f, "SELECT status FROM weir.pass ORDER BY id", "done\ndone");
    drop_role(f, role);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(begins_once_when_the_commit_was_lost, setup, teardown),
        cmocka_unit_test_setup_teardown(begins_once_when_the_answer_was_lost, setup, teardown),
        cmocka_unit_test_setup_teardown(finishes_once_when_the_commit_was_lost, setup, teardown),
        cmocka_unit_test_setup_teardown(finishes_once_when_the_answer_was_lost, setup, teardown),
        cmocka_unit_test_setup_teardown(reads_once_whatever_is_cut, setup, teardown),
        cmocka_unit_test_setup_teardown(a_failed_run_tries_once_to_write_its_end, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_the_state_of_a_newer_weir, setup, teardown),
        cmocka_unit_test_setup_teardown(tells_of_a_version_that_is_none, setup, teardown),
        cmocka_unit_test_setup_teardown(tells_of_a_version_that_is_missing, setup, teardown),
        cmocka_unit_test_setup_teardown(tells_of_a_table_that_is_missing, setup, teardown),
        cmocka_unit_test_setup_teardown(tells_of_a_column_that_is_missing, setup, teardown),
        cmocka_unit_test_setup_teardown(tells_of_a_column_of_another_type, setup, teardown),
        cmocka_unit_test_setup_teardown(tells_of_a_chain_that_is_none, setup, teardown),
        cmocka_unit_test_setup_teardown(tells_of_a_schema_that_went_while_it_ran, setup, teardown),
        cmocka_unit_test_setup_teardown(
            refuses_to_go_on_without_the_table_of_its_rows, setup, teardown),
        cmocka_unit_test_setup_teardown(says_which_right_lacks, setup, teardown),
        cmocka_unit_test_setup_teardown(
            a_role_that_may_make_a_schema_needs_nothing_else, setup, teardown),
        cmocka_unit_test_setup_teardown(
            a_role_without_a_right_to_make_anything_is_enough, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
