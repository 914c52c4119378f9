/* Notes in PostgreSQL: in force when a resource is read to its end, and what becomes of them else. */
#include "postgres_state_checks.h"

/* How many units of each resource, and what is noted of them in the order of chains and numbers. */
#define NOTES                                                                                      \
    "SELECT string_agg(left(encode(n.chain, 'hex'), 2) || n.number || ' '"                         \
    " || convert_from(n.note, 'UTF8'), ', ' ORDER BY n.chain, n.number)"                           \
    " FROM weir.note n LEFT JOIN weir.noted f USING (generation) WHERE f.generation IS "
#define IN_FORCE NOTES "NOT NULL"
#define STAGED NOTES "NULL"

/* As lanes write it, in the open pass. */
static void note(struct fixture *f, const char *chain, int number, const char *text)
{
    char sql[512];

    (void)snprintf(sql, sizeof(sql),
        "INSERT INTO weir.note VALUES (" OF_T ", decode(repeat('%s', 16), 'hex'), %d, '%s')", chain,
        number, text);
    database_do(f, sql);
}

static void note_all(struct fixture *f)
{
    static const char *const chains[] = {"aa", "bb", "cc"};
    struct loader *l = begun(f);

    for (size_t c = 0; c < 3; c++)
        for (int i = 0; i < 3; i++)
            note(f, chains[c], i, "old");
    end(l, true);
}

#define ALL_OLD "aa0 old, aa1 old, aa2 old, bb0 old, bb1 old, bb2 old, cc0 old, cc1 old, cc2 old"

/* Chain aa: unit 0 read, unit 1 left out, unit 2 read. bb waits at unit 1. cc did not come. */
static void read_a_part(struct fixture *f)
{
    database_do(f, "INSERT INTO weir.place VALUES"
                   " (" OF_T ", " ID("aa") ", 3, NULL, true),"
                                           " (" OF_T ", " ID("bb") ", 1, 'after 0', false)");
    database_do(f, "INSERT INTO weir.gap VALUES (" OF_T
                   ", " ID("aa") ", 1, " ID("dd") ", true, NULL, 'E',"
                                                  " 'why', now()), (" OF_T ", " ID("bb") ", 1, " ID(
                                                      "dd") ", false, NULL, 'E', 'why', now())");
    note(f, "aa", 0, "new");
    note(f, "bb", 0, "new");
}

static void tell_note(void *arg, const struct weir_note *told)
{
    tell(arg, "%s %02x%llu %s %s\n", told->resource, told->chain.bytes[0],
        (unsigned long long)told->number, told->text, told->config);
}

static void assert_told(struct loader *l, const char *expected)
{
    struct told told = {0};
    const struct weir_reading reading = {.arg = &told, .note = tell_note};
    enum weir_status status;

    WAIT_FOR(l, &status, store.read(&l->stage, &l->pass, &reading));
    must(l, status);
    assert_string_equal(told.text, expected);
}

static void are_in_force_when_all_is_read(void **state)
{
    struct fixture *f = *state;
    struct loader *l = begun(f);

    note(f, "bb", 0, "v1");
    note(f, "aa", 7, "v2");
    note(f, "aa", 10, "v3");
    end(l, false);
    l = begun(f);
    assert_told(l, "");
    end(l, true);
    l = begun(f);
    assert_told(l, "t aa7 v2 {}\nt aa10 v3 {}\nt bb0 v1 {}\n");
    note(f, "aa", 7, "v4");
    end(l, true);
    assert_answer(f, IN_FORCE, "aa7 v4");
    assert_answer(f, STAGED, "NULL");
    run_whole(f, NULL);
    assert_answer(
        f, "SELECT (SELECT count(*) FROM weir.note), (SELECT count(*) FROM weir.noted)", "0|0");
}

static void are_kept_of_what_was_not_read(void **state)
{
    struct fixture *f = *state;
    struct loader *l;

    note_all(f);
    l = begun(f);
    read_a_part(f);
    must(l, finish(l, false, true));
    loader_free(l);
    assert_answer(
        f, IN_FORCE, "aa0 new, aa1 old, bb0 new, bb1 old, bb2 old, cc0 old, cc1 old, cc2 old");
    assert_answer(f, STAGED, "NULL");
}

static void are_not_kept_of_another_file(void **state)
{
    struct fixture *f = *state;
    struct loader *l;

    note_all(f);
    database_do(f, "UPDATE weir.noted SET config = 'other'");
    l = begun(f);
    read_a_part(f);
    must(l, finish(l, false, true));
    loader_free(l);
    assert_answer(f, IN_FORCE, "aa0 new, bb0 new");
    assert_answer(f, STAGED, "NULL");
}

/* Begins anew beside the pass that is open. */
static void restart(struct fixture *f)
{
    struct loader *l = loader_new(f);

    must(l, open_run_of(l, NULL));
    make_pass(l, NULL);
    must(l, begin_run_of(l, l->found.open));
    end(l, false);
}

static void stay_where_what_was_appended_goes(void **state)
{
    struct fixture *f = *state;
    struct loader *l;

    note_all(f);
    l = begun(f);
    read_a_part(f);
    end(l, false);
    restart(f);
    assert_answer(f, IN_FORCE, ALL_OLD);
    assert_answer(f, STAGED, "NULL");
}

static void go_where_what_was_merged_stays(void **state)
{
    struct fixture *f = *state;
    struct loader *l;

    note_all(f);
    l = begun(f);
    read_a_part(f);
    end(l, false);
    database_do(f, "UPDATE weir.generation SET mode = 'merge'");
    restart(f);
    assert_answer(f, IN_FORCE, "aa1 old, bb1 old, bb2 old, cc0 old, cc1 old, cc2 old");
    assert_answer(f, STAGED, "NULL");
}

static void are_not_of_a_table_that_is_gone(void **state)
{
    struct fixture *f = *state;
    struct loader *l;

    note_all(f);
    l = begun(f);
    l->tables[0].exists = false;
    assert_told(l, "");
    end(l, false);
}

static void count(void *arg, const char *resource, uint64_t n)
{
    tell(arg, "%s %llu\n", resource, (unsigned long long)n);
}

static void assert_shown(struct fixture *f, const char *expected)
{
    struct told told = {0};
    const struct weir_showing showing = {.arg = &told, .notes = count};
    struct loader *l = loader_new(f);
    enum weir_status status;

    WAIT_FOR(l, &status, store.show(&l->stage, "p", &showing));
    must(l, status);
    loader_free(l);
    assert_string_equal(told.text, expected);
}

static void reset(struct fixture *f, const char *resource)
{
    struct loader *l = loader_new(f);
    enum weir_status status;

    WAIT_FOR(l, &status, store.reset(&l->stage, "p", resource));
    must(l, status);
    loader_free(l);
}

static void are_shown_and_reset(void **state)
{
    struct fixture *f = *state;
    struct loader *l;

    note_all(f);
    l = begun(f);
    read_a_part(f);
    end(l, false);
    assert_shown(f, "t 9\n");
    reset(f, "other");
    assert_shown(f, "t 9\n");
    reset(f, "t");
    assert_shown(f, "");
    assert_answer(
        f, "SELECT (SELECT count(*) FROM weir.note), (SELECT count(*) FROM weir.noted)", "0|0");
}

/* As an earlier version of weir has left it. */
static void are_kept_where_an_earlier_version_kept_none(void **state)
{
    struct fixture *f = *state;
    struct loader *l;

    end(begun(f), false);
    database_do(f, "DROP TABLE weir.note, weir.noted");
    assert_shown(f, "");
    reset(f, "other");
    l = begun(f);
    note(f, "aa", 0, "v1");
    end(l, true);
    assert_answer(f, IN_FORCE, "aa0 v1");
}

/* Somebody else's tables, of an earlier version, and no right to make more. */
static void are_done_without_where_there_is_no_right(void **state)
{
    struct fixture *f = *state;
    char role[128], sql[1024];
    struct loader *l;

    (void)snprintf(role, sizeof(role), "guest_of_%s", f->name);
    run_whole(f, NULL);
    (void)snprintf(sql, sizeof(sql),
        "CREATE ROLE %s LOGIN; GRANT USAGE ON SCHEMA weir TO %s;"
        " GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA weir TO %s;"
        " REVOKE ALL ON weir.note FROM %s",
        role, role, role, role);
    database_do(f, sql);
    for (int i = 0; i < 2; i++) {
        l = loader_new_at(f, f->folder, role);
        begin(l, NULL);
        assert_false(l->load.state.keeps_notes);
        assert_told(l, "");
        end(l, true);
        l = loader_new_at(f, f->folder, role);
        begin(l, NULL);
        end(l, false);
        l = loader_new_at(f, f->folder, role);
        must(l, open_run_of(l, NULL));
        make_pass(l, NULL);
        must(l, begin_run_of(l, l->found.open));
        end(l, true);
        if (i == 0)
            database_do(f, "DROP TABLE weir.note, weir.noted");
    }
    assert_answer(f, "SELECT to_regclass('weir.note') IS NULL", "t");
    (void)snprintf(sql, sizeof(sql), "DROP OWNED BY %s; DROP ROLE %s", role, role);
    database_do(f, sql);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(are_in_force_when_all_is_read, setup, teardown),
        cmocka_unit_test_setup_teardown(are_kept_of_what_was_not_read, setup, teardown),
        cmocka_unit_test_setup_teardown(are_not_kept_of_another_file, setup, teardown),
        cmocka_unit_test_setup_teardown(stay_where_what_was_appended_goes, setup, teardown),
        cmocka_unit_test_setup_teardown(go_where_what_was_merged_stays, setup, teardown),
        cmocka_unit_test_setup_teardown(are_not_of_a_table_that_is_gone, setup, teardown),
        cmocka_unit_test_setup_teardown(are_shown_and_reset, setup, teardown),
        cmocka_unit_test_setup_teardown(
            are_kept_where_an_earlier_version_kept_none, setup, teardown),
        cmocka_unit_test_setup_teardown(are_done_without_where_there_is_no_right, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
