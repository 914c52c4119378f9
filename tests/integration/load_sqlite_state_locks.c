/* The sqlite loader's state: two runs at once, a run that has been replaced, a run that was killed. */
#include "state_checks.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* Another stage on the same file, as another program has it. */
static struct fixture other_on(const struct fixture *f)
{
    struct fixture other = *f;

    return other;
}

static void other_init(struct fixture *other)
{
    stage_init(&other->s, "sqlite");
    stage_set(&other->s, "path", other->path);
    (void)stage_resource(&other->s, "t", NULL);
    start(other);
}

static void begin(struct fixture *f)
{
    struct run r = {0};

    (void)stage_resource(&f->s, "t", NULL);
    start(f);
    begin_run(f, &r, NULL);
}

static const char *lock_file(struct fixture *f)
{
    return weir_printf(f->s.arena, "%s.weir-lock", f->path);
}

static void a_second_run_is_refused(void **state)
{
    struct fixture *f = *state;
    struct fixture other = other_on(f);
    struct run r = {0};

    begin(f);
    other_init(&other);
    assert_int_equal(open_run(&other, &r, NULL), WEIR_FAIL);
    assert_error(&other, WEIR_FAULT_LOCKED, "E-LOCKED");
    assert_error_says(&other, weir_printf(f->s.arena,
                                  "another run of pipeline 'p' is at work (pid %d on here, since "
                                  "2024-05-06T07:08:09Z)",
                                  (int)getpid()));
    stage_stop(&other.s);
    stage_done(&other.s);
    take_chain(f, 'a', 0, 0, WEIR_FOLLOW_END);
    end_run(f, true);
    assert_answer(f, ALL_ROWS, "a00 a01");
    assert_answer(f, "SELECT count(*) FROM _weir_run", "1");
}

static void a_run_that_is_stopped_does_not_wait(void **state)
{
    struct fixture *f = *state;
    struct fixture other = other_on(f);
    struct run r = {0};

    begin(f);
    other_init(&other);
    other.s.stopping = true;
    assert_int_equal(open_run(&other, &r, NULL), WEIR_FAIL);
    assert_error(&other, WEIR_FAULT_LOCKED, "E-STOPPED");
    stage_stop(&other.s);
    stage_done(&other.s);
    stage_stop(&f->s);
}

static void pipelines_do_not_wait_for_each_other(void **state)
{
    struct fixture *f = *state;
    struct fixture other = other_on(f);
    struct run r = {.run.pipeline = "q"};

    begin(f);
    take_chain(f, 'a', 0, 0, WEIR_FOLLOW_NEXT);
    must(f, stage_commit(&f->s));
    other_init(&other);
    begin_run(&other, &r, NULL);
    take_chain(&other, 'a', 0, 0, WEIR_FOLLOW_END);
    end_run(&other, true);
    stage_done(&other.s);
    assert_answer(f, "SELECT pipeline, epoch FROM _weir_fence ORDER BY 1", "p|1\nq|1");
    assert_int_equal(access(lock_file(f), F_OK), 0);
    end_run(f, false);
    assert_answer(f, ALL_ROWS, "a00 a00 a01 a01");
    assert_answer(f, ALL_PLACES, "a|1|after 0|0");
}

static void the_lock_leaves_no_file(void **state)
{
    struct fixture *f = *state;

    begin(f);
    assert_int_equal(access(lock_file(f), F_OK), 0);
    end_run(f, true);
    assert_int_equal(access(lock_file(f), F_OK), -1);
}

static void refuse_lock_file(struct fixture *f)
{
    struct run r = {0};

    (void)stage_resource(&f->s, "t", NULL);
    start(f);
    assert_int_equal(open_run(f, &r, NULL), WEIR_FAIL);
    assert_error(f, WEIR_FAULT_DESTINATION, "E-DB-LOCK-FILE");
    stage_stop(&f->s);
    assert_answer(f, "SELECT count(*) FROM sqlite_schema", "0");
}

static void a_file_that_cannot_be_locked_is_told(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(mkdir(lock_file(f), 0700), 0);
    refuse_lock_file(f);
}

static void a_lock_file_that_leads_elsewhere_is_refused(void **state)
{
    struct fixture *f = *state;
    const char *target = weir_printf(f->s.arena, "%s/target", f->folder);

    assert_int_equal(symlink(target, lock_file(f)), 0);
    refuse_lock_file(f);
    assert_int_equal(access(target, F_OK), -1);
}

/* --- the fence ----------------------------------------------------------------------------- */

static void a_replaced_run_writes_nothing_more(void **state)
{
    struct fixture *f = *state;
    struct fixture other = other_on(f);
    struct run r = {.run.takeover = true};

    begin(f);
    take_chain(f, 'a', 0, 0, WEIR_FOLLOW_NEXT);
    must(f, stage_commit(&f->s));
    other_init(&other);
    begin_run(&other, &r, NULL);
    assert_int_equal(r.found.open->generations[0].rows, 2);
    assert_int_equal(stage_load(&f->s, chain_batch(f, 'a', 1, 1, WEIR_FOLLOW_NEXT)), WEIR_FAIL);
    assert_error(f, WEIR_FAULT_LOCKED, "E-FENCED");
    assert_int_equal(stage_commit(&f->s), WEIR_FAIL);
    assert_int_equal(finish_run(f, false, false), WEIR_FAIL);
    stage_stop(&f->s);
    take_chain(&other, 'a', 1, 1, WEIR_FOLLOW_END);
    end_run(&other, true);
    stage_done(&other.s);
    assert_answer(f, ALL_ROWS, "a00 a01 a10 a11");
    assert_answer(f, "SELECT epoch, exit_code FROM _weir_run", "1|NULL\n2|0");
}

/* The end of a run is a transaction like any other. */
static void a_replaced_run_ends_nothing(void **state)
{
    struct fixture *f = *state;
    struct fixture other = other_on(f);
    struct run r = {.run.takeover = true};

    begin(f);
    take_chain(f, 'a', 0, 0, WEIR_FOLLOW_END);
    must(f, stage_commit(&f->s));
    other_init(&other);
    begin_run(&other, &r, NULL);
    assert_int_equal(finish_run(f, true, false), WEIR_FAIL);
    assert_error(f, WEIR_FAULT_LOCKED, "E-FENCED");
    stage_stop(&f->s);
    assert_answer(f, "SELECT status FROM _weir_pass", "open");
    assert_answer(f, ALL_PLACES, "a|1|NULL|1");
    end_run(&other, true);
    stage_done(&other.s);
}

static void nobody_to_take_over_from_is_no_matter(void **state)
{
    struct fixture *f = *state;
    struct run r = {.run.takeover = true};

    (void)stage_resource(&f->s, "t", NULL);
    start(f);
    begin_run(f, &r, NULL);
    end_run(f, true);
    assert_int_equal(access(lock_file(f), F_OK), -1);
}

/* --- killed -------------------------------------------------------------------------------- */

enum moment { BEHIND_OPEN, BEHIND_BEGIN, BEHIND_LOAD, BEHIND_COMMIT, BEHIND_FINISH, BEHIND_END };

static bool child_goes(struct fixture *f, enum moment moment)
{
    struct run r = {0};

    if (!stage_check(&f->s) || stage_start(&f->s) != WEIR_OK || open_run(f, &r, NULL) != WEIR_OK)
        return false;
    if (moment == BEHIND_OPEN)
        return true;
    make_pass(f, &r);
    if (store_of(f)->begin(&f->s.stage, &r.pass, NULL) != WEIR_OK)
        return false;
    if (moment == BEHIND_BEGIN)
        return true;
    if (stage_load(&f->s, chain_batch(f, 'a', 0, 1, WEIR_FOLLOW_NEXT)) != WEIR_OK)
        return false;
    if (moment == BEHIND_LOAD)
        return true;
    if (stage_commit(&f->s) != WEIR_OK)
        return false;
    if (moment == BEHIND_COMMIT)
        return stage_load(&f->s, chain_batch(f, 'a', 2, 2, WEIR_FOLLOW_END)) == WEIR_OK;
    if (stage_load(&f->s, chain_batch(f, 'a', 2, 2, WEIR_FOLLOW_END)) != WEIR_OK ||
        finish_run(f, true, false) != WEIR_OK)
        return false;
    return moment == BEHIND_FINISH || stage_commit(&f->s) == WEIR_OK;
}

/* The child has no connection of the parent's, which is made later. */
static void kill_at(struct fixture *f, enum moment moment)
{
    int pipes[2];
    char well = 0;
    pid_t child;

    assert_int_equal(pipe(pipes), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        well = child_goes(f, moment);
        if (write(pipes[1], &well, 1) == 1)
            (void)pause();
        _exit(1);
    }
    (void)close(pipes[1]);
    assert_int_equal(read(pipes[0], &well, 1), 1);
    (void)close(pipes[0]);
    assert_true(well);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

/* Whatever the killed one had done: with what the next run is told, all comes out the same. */
static void go_on_behind(void **state, enum moment moment, const char *places, uint64_t n_rows)
{
    struct fixture *f = *state;
    struct run r = {0};

    (void)stage_resource(&f->s, "t", NULL);
    kill_at(f, moment);
    start(f);
    assert_int_equal(access(lock_file(f), F_OK), 0);
    begin_run(f, &r, NULL);
    assert_int_equal(r.found.open ? r.found.open->generations[0].rows : 0, n_rows);
    assert_answer(f, ALL_PLACES, places);
    take_chain(f, 'a', 0, 2, WEIR_FOLLOW_END);
    end_run(f, true);
    assert_answer(f, ALL_ROWS, "a00 a01 a10 a11 a20 a21");
    assert_answer(f, "PRAGMA integrity_check", "ok");
    assert_int_equal(access(lock_file(f), F_OK), -1);
}

static void killed_behind_open(void **state)
{
    go_on_behind(state, BEHIND_OPEN, "", 0);
    assert_answer(*state, "SELECT epoch, exit_code FROM _weir_run", "1|0");
}

static void killed_behind_begin(void **state)
{
    go_on_behind(state, BEHIND_BEGIN, "", 0);
    assert_answer(*state, "SELECT epoch, finished_at IS NULL FROM _weir_run", "1|1\n2|0");
}

static void killed_behind_load(void **state)
{
    go_on_behind(state, BEHIND_LOAD, "", 0);
}

static void killed_behind_commit(void **state)
{
    go_on_behind(state, BEHIND_COMMIT, "a|2|after 1|0", 4);
}

static void killed_behind_finish(void **state)
{
    go_on_behind(state, BEHIND_FINISH, "a|2|after 1|0", 4);
}

/* Nothing is left to do; only --run-id can tell. */
static void killed_behind_the_last_commit(void **state)
{
    struct fixture *f = *state;
    struct run r = {0};

    (void)stage_resource(&f->s, "t", NULL);
    kill_at(f, BEHIND_END);
    start(f);
    must(f, open_run(f, &r, NULL));
    assert_null(r.found.open);
    stage_stop(&f->s);
    assert_answer(f, ALL_ROWS, "a00 a01 a10 a11 a20 a21");
    assert_answer(f, "SELECT status FROM _weir_pass", "done");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_second_run_is_refused),
        TEST(a_run_that_is_stopped_does_not_wait),
        TEST(pipelines_do_not_wait_for_each_other),
        TEST(the_lock_leaves_no_file),
        TEST(a_file_that_cannot_be_locked_is_told),
        TEST(a_lock_file_that_leads_elsewhere_is_refused),
        TEST(a_replaced_run_writes_nothing_more),
        TEST(a_replaced_run_ends_nothing),
        TEST(nobody_to_take_over_from_is_no_matter),
        TEST(killed_behind_open),
        TEST(killed_behind_begin),
        TEST(killed_behind_load),
        TEST(killed_behind_commit),
        TEST(killed_behind_finish),
        TEST(killed_behind_the_last_commit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
