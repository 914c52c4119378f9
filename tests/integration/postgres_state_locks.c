/* The state in PostgreSQL: two runs of one pipeline, and of two. */
#include "postgres_state_checks.h"

#define MY_LOCKS                                                                                   \
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND database ="         \
    " (SELECT oid FROM pg_database WHERE datname = current_database())"

/* Whoever is in the database but the one who asks. */
static void end_sessions(const struct fixture *f)
{
    database_do(f, "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                   " WHERE datname = current_database() AND pid <> pg_backend_pid()");
}

/* --- the lock ------------------------------------------------------------------------------- */

static void a_second_run_is_told_who_is_at_work(void **state)
{
    struct fixture *f = *state;
    struct loader *first = begun(f);
    struct loader *second = loader_new(f);

    assert_error(second, open_run_of(second, NULL), WEIR_FAULT_LOCKED, "E-LOCKED");
    assert_error_says(second, "another run of pipeline 'p' is at work (process ");
    assert_error_says(second, "application 'weir");
    assert_error_says(second, "pid 4711 on here, since 2024-05-06T07:08:09Z");
    assert_error_says(second, "--takeover");
    assert_non_null(strstr(second->logged, "another run of pipeline 'p' is at work (process "));
    assert_non_null(strstr(second->logged, "waiting up to 10 s"));
    loader_free(second);
    end(first, true);
    assert_answer(f, "SELECT epoch FROM weir.fence", "1");
}

static void a_second_run_waits_for_one_that_ends(void **state)
{
    struct fixture *f = *state;
    struct loader *first = begun(f);
    struct loader *second = loader_new(f);
    enum weir_status status;

    name_run(second, NULL);
    status = store.open(&second->stage, &second->run, second->stage.arena, &second->found);
    assert_int_equal(status, WEIR_AGAIN);
    for (int i = 0; i < 20; i++)
        (void)uv_run(&second->loop, UV_RUN_ONCE);
    end(first, true);
    WAIT_FOR(second, &status,
        store.open(&second->stage, &second->run, second->stage.arena, &second->found));
    must(second, status);
    loader_free(second);
}

static void stops_where_it_waits(void **state)
{
    struct fixture *f = *state;
    struct loader *first = begun(f);
    struct loader *second = loader_new(f);
    enum weir_status status;

    name_run(second, NULL);
    status = store.open(&second->stage, &second->run, second->stage.arena, &second->found);
    for (int i = 0; i < 20; i++)
        (void)uv_run(&second->loop, UV_RUN_ONCE);
    assert_int_equal(status, WEIR_AGAIN);
    second->stopping = true;
    WAIT_FOR(second, &status,
        store.open(&second->stage, &second->run, second->stage.arena, &second->found));
    assert_error(second, status, WEIR_FAULT_LOCKED, "E-STOPPED");
    loader_free(second);
    end(first, true);
}

static void pipelines_do_not_wait_for_each_other(void **state)
{
    struct fixture *f = *state;
    struct loader *first = begun(f);
    struct loader *second = loader_new(f);

    second->run.pipeline = "q";
    begin(second, NULL);
    end(second, true);
    end(first, true);
    assert_answer(f, "SELECT pipeline, epoch FROM weir.fence ORDER BY pipeline", "p|1\nq|1");
}

static void the_lock_goes_with_the_run(void **state)
{
    struct fixture *f = *state;
    struct loader *l = begun(f);

    assert_answer(f, MY_LOCKS, "1");
    loader_free(l);
    run_whole(f, NULL);
}

static void the_lock_is_taken_anew_where_the_connection_was_lost(void **state)
{
    struct fixture *f = *state;
    struct loader *l = begun(f);

    end_sessions(f);
    assert_answer(f, MY_LOCKS, "0");
    assert_reads(l, "");
    assert_answer(f, MY_LOCKS, "1");
    end_sessions(f);
    must(l, finish(l, true, false));
    loader_free(l);
    assert_answer(f, "SELECT status FROM weir.pass", "done");
}

/* Another run has taken the lock while the connection was away, and has begun. */
static void a_run_that_was_away_too_long_is_fenced(void **state)
{
    struct fixture *f = *state;
    struct loader *first = begun(f);
    struct loader *second;

    end_sessions(f);
    second = begun(f);
    assert_error(first, finish(first, true, false), WEIR_FAULT_LOCKED, "E-FENCED");
    loader_free(first);
    end(second, true);
    assert_answer(f, "SELECT epoch, exit_code FROM weir.run ORDER BY epoch", "1|NULL\n2|0");
}

/* --- the fence ------------------------------------------------------------------------------ */

static void who_is_taken_over_from_may_write_no_more(void **state)
{
    struct fixture *f = *state;
    struct loader *first = begun(f);
    struct loader *second = loader_new(f);

    second->run.takeover = true;
    begin(second, NULL);
    assert_int_equal(second->pass.id, first->pass.id);
    assert_error(first, finish(first, true, false), WEIR_FAULT_LOCKED, "E-FENCED");
    assert_error_says(first, "another run of pipeline 'p' has taken over");
    loader_free(first);
    assert_answer(f, "SELECT status FROM weir.pass", "open");
    end(second, true);
    assert_answer(f, "SELECT status FROM weir.pass", "done");
}

/* The lanes of a run hold the fence while they write: whoever raises it waits until they are done. */
static void who_takes_over_waits_for_what_is_under_way(void **state)
{
    struct fixture *f = *state;
    struct loader *first = begun(f);
    struct loader *second = loader_new(f);
    enum weir_status status;

    database_do(f, "BEGIN; SELECT epoch FROM weir.fence WHERE pipeline = 'p' FOR SHARE");
    second->run.takeover = true;
    must(second, open_run_of(second, NULL));
    make_pass(second, second->found.open);
    status = store.begin(&second->stage, &second->pass, NULL);
    for (int i = 0; i < 30; i++) {
        assert_int_equal(status, WEIR_AGAIN);
        (void)uv_run(&second->loop, UV_RUN_NOWAIT);
        (void)usleep(10000);
        status = store.begin(&second->stage, &second->pass, NULL);
    }
    database_do(f, "UPDATE weir.generation SET rows = 9; COMMIT");
    WAIT_FOR(second, &status, store.begin(&second->stage, &second->pass, NULL));
    must(second, status);
    assert_int_equal(second->generations[0].rows, 9);
    loader_free(first);
    end(second, true);
}

/* What `open` told decides what the run does, so it must be so still when it begins. */
static void does_not_begin_on_what_has_changed(void **state)
{
    struct fixture *f = *state;
    struct loader *first = begun(f);
    struct loader *second = loader_new(f);

    second->run.takeover = true;
    must(second, open_run_of(second, NULL));
    make_pass(second, second->found.open);
    end(first, true);
    assert_error(second, begin_run_of(second, NULL), WEIR_FAULT_LOCKED, "E-FENCED");
    assert_error_says(second, "run again");
    loader_free(second);
    assert_answer(f, "SELECT epoch FROM weir.fence", "1");
    assert_answer(f, "SELECT status FROM weir.pass", "done");
}

/* --- the tables ----------------------------------------------------------------------------- */

static void two_pipelines_make_the_tables_at_once(void **state)
{
    struct fixture *f = *state;
    struct loader *l[4];
    enum weir_status status[4];
    static const char *const names[] = {"a", "b", "c", "d"};
    bool waits = true;

    for (size_t i = 0; i < 4; i++) {
        l[i] = loader_new(f);
        l[i]->run.pipeline = names[i];
        must(l[i], open_run_of(l[i], NULL));
        make_pass(l[i], NULL);
        status[i] = WEIR_AGAIN;
    }
    while (waits) {
        waits = false;
        for (size_t i = 0; i < 4; i++) {
            if (status[i] == WEIR_AGAIN)
                status[i] = store.begin(&l[i]->stage, &l[i]->pass, NULL);
            (void)uv_run(&l[i]->loop, UV_RUN_NOWAIT);
            waits |= status[i] == WEIR_AGAIN;
        }
    }
    for (size_t i = 0; i < 4; i++) {
        must(l[i], status[i]);
        end(l[i], true);
    }
    assert_answer(f, "SELECT count(*), count(DISTINCT pipeline) FROM weir.pass", "4|4");
    assert_answer(f, "SELECT k, v FROM weir.meta", "state_version|1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_second_run_is_told_who_is_at_work, setup, teardown),
        cmocka_unit_test_setup_teardown(a_second_run_waits_for_one_that_ends, setup, teardown),
        cmocka_unit_test_setup_teardown(stops_where_it_waits, setup, teardown),
        cmocka_unit_test_setup_teardown(pipelines_do_not_wait_for_each_other, setup, teardown),
        cmocka_unit_test_setup_teardown(the_lock_goes_with_the_run, setup, teardown),
        cmocka_unit_test_setup_teardown(
            the_lock_is_taken_anew_where_the_connection_was_lost, setup, teardown),
        cmocka_unit_test_setup_teardown(a_run_that_was_away_too_long_is_fenced, setup, teardown),
        cmocka_unit_test_setup_teardown(who_is_taken_over_from_may_write_no_more, setup, teardown),
        cmocka_unit_test_setup_teardown(
            who_takes_over_waits_for_what_is_under_way, setup, teardown),
        cmocka_unit_test_setup_teardown(does_not_begin_on_what_has_changed, setup, teardown),
        cmocka_unit_test_setup_teardown(two_pipelines_make_the_tables_at_once, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
