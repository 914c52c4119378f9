/* The state in PostgreSQL: runs, one after the other, and what each finds of those before it. */
#include "postgres_state_checks.h"

/* --- a pass --------------------------------------------------------------------------------- */

static void finds_nothing_and_writes_nothing_before_it_begins(void **state)
{
    struct fixture *f = *state;
    struct loader *l = loader_new(f);

    must(l, open_run_of(l, "k"));
    assert_null(l->found.open);
    assert_null(l->found.keyed);
    loader_free(l);
    assert_answer(f, "SELECT count(*) FROM pg_namespace WHERE nspname = 'weir'", "0");
}

static void begins_a_pass(void **state)
{
    struct fixture *f = *state;
    struct loader *l = begun(f);

    assert_int_not_equal(l->pass.id, 0);
    assert_int_not_equal(l->generations[0].id, 0);
    assert_answer(f, "SELECT pipeline, epoch FROM weir.fence", "p|1");
    assert_answer(f, "SELECT lane, token FROM weir.lane ORDER BY lane", "0|0\n1|0");
    assert_answer(f, "SELECT resource, table_name, mode, config, done, rows FROM weir.generation",
        "t|t|append|{}|f|0");
    assert_answer(f,
        "SELECT epoch, version, host, pid, started_at AT TIME ZONE 'UTC', finished_at,"
        " pass = (SELECT id FROM weir.pass WHERE status = 'open') FROM weir.run",
        "1|1.2.3|here|4711|2024-05-06 07:08:09|NULL|t");
    loader_free(l);
}

static void goes_on_with_an_open_pass(void **state)
{
    struct fixture *f = *state;
    struct loader *l = begun(f);
    int64_t pass = l->pass.id;
    int64_t part = l->generations[0].id;

    database_do(f, "INSERT INTO weir.place VALUES"
                   " (" OF_T ", " ID("bb") ", 4, 'after 3', false),"
                                           " (" OF_T ", " ID("aa") ", 1, NULL, true)");
    database_do(
        f, "INSERT INTO weir.gap VALUES (" OF_T ", " ID("aa") ", 2, " ID(
               "cc") ", true, 'page', 'E-HTTP-STATUS', 'status 500', '2024-01-02T03:04:05Z')");
    database_do(f, "UPDATE weir.generation SET rows = 7");
    end(l, false);
    l = loader_new(f);
    must(l, open_run_of(l, NULL));
    assert_non_null(l->found.open);
    assert_int_equal(l->found.open->id, pass);
    assert_int_equal(l->found.open->n_gaps, 1);
    assert_int_equal(l->found.open->generations[0].id, part);
    assert_int_equal(l->found.open->generations[0].rows, 7);
    assert_string_equal(l->found.open->started_at, "2024-05-06T07:08:09Z");
    make_pass(l, l->found.open);
    must(l, begin_run_of(l, NULL));
    assert_int_equal(l->pass.id, pass);
    assert_reads(l, "place 0 aa 1 - done\nplace 0 bb 4 after 3\n"
                    "gap 0 aa 2 alone page E-HTTP-STATUS: status 500 at 2024-01-02T03:04:05Z\n");
    end(l, true);
    assert_answer(f, "SELECT count(*) FROM weir.place", "0");
    assert_answer(f, "SELECT count(*) FROM weir.gap", "0");
    assert_answer(f, "SELECT status FROM weir.pass", "done");
    assert_answer(f, "SELECT done FROM weir.generation", "t");
    assert_answer(f, "SELECT epoch, exit_code, finished_at IS NULL FROM weir.run ORDER BY epoch",
        "1|3|f\n2|0|f");
}

static void adds_a_resource_to_an_open_pass(void **state)
{
    struct fixture *f = *state;
    struct loader *l = begun(f);
    int64_t part = l->generations[0].id;

    end(l, false);
    l = loader_new(f);
    (void)add_resource(l, "u");
    begin(l, NULL);
    assert_int_equal(l->generations[0].id, part);
    assert_true(l->generations[1].id > part);
    end(l, true);
    assert_answer(f, "SELECT resource, done FROM weir.generation ORDER BY id", "t|t\nu|t");
    assert_answer(f, "SELECT status FROM weir.pass", "done");
}

static void leaves_the_pass_open_for_what_it_did_not_read(void **state)
{
    struct fixture *f = *state;
    struct loader *l = loader_new(f);

    (void)add_resource(l, "u");
    begin(l, NULL);
    end(l, false);
    run_whole(f, NULL);
    assert_answer(f, "SELECT resource, done FROM weir.generation ORDER BY id", "t|t\nu|f");
    assert_answer(f, "SELECT status FROM weir.pass", "open");
}

static void knows_work_by_its_key(void **state)
{
    struct fixture *f = *state;
    struct loader *l;

    run_whole(f, "k");
    run_whole(f, NULL);
    l = loader_new(f);
    must(l, open_run_of(l, "k"));
    assert_non_null(l->found.keyed);
    assert_int_equal(l->found.keyed->status, WEIR_PASS_DONE);
    assert_string_equal(l->found.keyed->key, "k");
    assert_null(l->found.open);
    loader_free(l);
}

static void begins_anew_in_place_of_an_open_pass(void **state)
{
    struct fixture *f = *state;
    struct loader *l = begun(f);

    database_do(f, "INSERT INTO weir.place VALUES (" OF_T ", " ID("aa") ", 1, NULL, true)");
    end(l, false);
    l = loader_new(f);
    must(l, open_run_of(l, NULL));
    make_pass(l, NULL);
    must(l, begin_run_of(l, l->found.open));
    assert_reads(l, "");
    end(l, true);
    assert_answer(f, "SELECT status FROM weir.pass ORDER BY id", "abandoned\ndone");
}

static void gives_up_a_pass_with_its_gaps(void **state)
{
    struct fixture *f = *state;
    struct loader *l = begun(f);

    database_do(f, "INSERT INTO weir.gap VALUES (" OF_T
                   ", " ID("aa") ", 2, " ID("cc") ", false, NULL, 'E', 'why', now())");
    database_do(f, "INSERT INTO weir.mark_seen VALUES (" OF_T
                   ", " ID("cc") ", '5', '5', ''),"
                                 " (" OF_T ", " ID("dd") ", '6', '6', '')");
    must(l, finish(l, false, true));
    loader_free(l);
    assert_answer(f, "SELECT status FROM weir.pass", "abandoned");
    assert_answer(f, "SELECT count(*) FROM weir.gap", "0");
    /* The mark of a series with a gap stays where it was. */
    assert_answer(f, "SELECT mark FROM weir.mark", "6");
}

static void has_no_pass_where_rows_are_put_back(void **state)
{
    struct fixture *f = *state;
    struct loader *l = loader_new(f);
    enum weir_status status;

    must(l, open_run_of(l, NULL));
    WAIT_FOR(l, &status, store.begin(&l->stage, NULL, NULL));
    must(l, status);
    end(l, false);
    assert_answer(f, "SELECT count(*) FROM weir.pass", "0");
    assert_answer(f, "SELECT epoch, pass, exit_code FROM weir.run", "1|NULL|3");
}

static void forgets_what_is_old(void **state)
{
    struct fixture *f = *state;

    run_whole(f, "first");
    database_do(f, "INSERT INTO weir.pass(pipeline, key, status, started_at)"
                   " SELECT 'p', CASE WHEN n % 2 = 0 THEN 'k' || n END, 'done', now()"
                   " FROM generate_series(1, 3000) n");
    database_do(f, "INSERT INTO weir.pass(pipeline, status, started_at)"
                   " VALUES ('other', 'done', now())");
    database_do(f, "INSERT INTO weir.run(pipeline, epoch, id, version, host, pid, started_at)"
                   " SELECT 'p', n, n, 'v', 'h', 1, now() FROM generate_series(2, 500) n");
    database_do(f, "UPDATE weir.fence SET epoch = 500");
    run_whole(f, NULL);
    assert_answer(f,
        "SELECT pipeline, count(*), count(key) FROM weir.pass GROUP BY pipeline ORDER BY pipeline",
        "other|1|0\np|1050|1000");
    assert_answer(f, "SELECT count(*), max(epoch) FROM weir.run", "100|501");
    assert_answer(f, "SELECT count(*) FROM weir.generation", "1");
}

/* --- marks ---------------------------------------------------------------------------------- */

static void moves_marks_when_the_pass_is_done(void **state)
{
    struct fixture *f = *state;
    struct loader *l = begun(f);

    database_do(f, "INSERT INTO weir.mark VALUES"
                   " ('p', 't', " ID("aa") ", 'five', '5', " ID(
                       "01") "),"
                             " ('p', 't', " ID("bb") ", 'five', '5', " ID(
                                 "01") "),"
                                       " ('p', 't', " ID("cc") ", 'Five', '5', " ID(
                                           "01") "),"
                                                 " ('q', 't', " ID("aa") ", 'x', '9', '')");
    database_do(f, "INSERT INTO weir.mark_seen VALUES"
                   " (" OF_T ", " ID("aa") ", 'six', '6', " ID(
                       "02") "),"
                             " (" OF_T ", " ID("bb") ", 'four', '4', " ID(
                                 "02") "),"
                                       " (" OF_T ", " ID("cc") ", 'five', '5', " ID(
                                           "02") "),"
                                                 " (" OF_T ", " ID("dd") ", 'Z', 'Z', '')");
    end(l, true);
    l = begun(f);
    assert_reads(l, "mark t aa six 6 1\nmark t bb five 5 1\nmark t cc Five 5 2\nmark t dd Z Z 0\n");
    loader_free(l);
    assert_answer(f, "SELECT count(*) FROM weir.mark_seen", "0");
}

/* Whatever the database's collation: there 'a' may stand before 'B'. */
static void compares_marks_by_their_bytes(void **state)
{
    struct fixture *f = *state;
    struct loader *l = begun(f);

    database_do(f, "INSERT INTO weir.mark VALUES ('p', 't', " ID("aa") ", 'B', 'B', '')");
    database_do(f, "INSERT INTO weir.mark_seen VALUES (" OF_T ", " ID("aa") ", 'a', 'a', '')");
    end(l, true);
    assert_answer(f, "SELECT mark FROM weir.mark", "a");
}

static void refuses_more_ties_than_it_can_know(void **state)
{
    struct fixture *f = *state;
    struct loader *l = begun(f);

    database_do(f, "INSERT INTO weir.mark VALUES ('p', 't', " ID("aa") ", '5', '5', " ID("01") ")");
    database_do(f, "INSERT INTO weir.mark_seen VALUES (" OF_T
                   ", " ID("aa") ", '5', '5', decode(repeat('02', 16 * 65536), 'hex'))");
    assert_error(l, finish(l, true, false), WEIR_FAULT_DATA, "E-LIMIT-TIES");
    loader_free(l);
    assert_answer(f, "SELECT status FROM weir.pass", "open");
    assert_answer(f, "SELECT octet_length(ties) FROM weir.mark", "16");
}

/* --- many ----------------------------------------------------------------------------------- */

static long peak_kib(void)
{
    char line[256];
    long peak = 0;
    FILE *status = fopen("/proc/self/status", "r");

    while (status && fgets(line, sizeof(line), status))
        if (sscanf(line, "VmHWM: %ld", &peak) == 1)
            break;
    if (status)
        (void)fclose(status);
    return peak;
}

static void count_place(void *arg, const struct weir_place *place)
{
    uint64_t *sum = arg;

    *sum += place->number;
}

static void reads_a_million_places_in_little_memory(void **state)
{
    struct fixture *f = *state;
    struct loader *l = begun(f);
    uint64_t sum = 0;
    const struct weir_reading reading = {.place = count_place, .arg = &sum};
    enum weir_status status;
    long before;

    database_do(f, "INSERT INTO weir.place SELECT " OF_T
                   ", decode(md5(n::text), 'hex'), n, repeat('next page ', 10), false"
                   " FROM generate_series(1, 1000000) n");
    before = peak_kib();
    WAIT_FOR(l, &status, store.read(&l->stage, &l->pass, &reading));
    must(l, status);
    assert_int_equal(sum, UINT64_C(500000500000));
    /* As one result they would be 200 MiB. Sanitizers keep what was freed. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    assert_true(peak_kib() - before < 32 << 10);
#else
    (void)before;
#endif
    end(l, true);
    assert_answer(f, "SELECT count(*) FROM weir.place", "0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            finds_nothing_and_writes_nothing_before_it_begins, setup, teardown),
        cmocka_unit_test_setup_teardown(begins_a_pass, setup, teardown),
        cmocka_unit_test_setup_teardown(goes_on_with_an_open_pass, setup, teardown),
        cmocka_unit_test_setup_teardown(adds_a_resource_to_an_open_pass, setup, teardown),
        cmocka_unit_test_setup_teardown(
            leaves_the_pass_open_for_what_it_did_not_read, setup, teardown),
        cmocka_unit_test_setup_teardown(knows_work_by_its_key, setup, teardown),
        cmocka_unit_test_setup_teardown(begins_anew_in_place_of_an_open_pass, setup, teardown),
        cmocka_unit_test_setup_teardown(gives_up_a_pass_with_its_gaps, setup, teardown),
        cmocka_unit_test_setup_teardown(has_no_pass_where_rows_are_put_back, setup, teardown),
        cmocka_unit_test_setup_teardown(forgets_what_is_old, setup, teardown),
        cmocka_unit_test_setup_teardown(moves_marks_when_the_pass_is_done, setup, teardown),
        cmocka_unit_test_setup_teardown(compares_marks_by_their_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_more_ties_than_it_can_know, setup, teardown),
        cmocka_unit_test_setup_teardown(reads_a_million_places_in_little_memory, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
