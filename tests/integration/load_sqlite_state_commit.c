/* The sqlite loader's state: a commit whose outcome nobody knows, and one that the disk refuses. */
#include "state_checks.h"

static bool sync_fails;
static int fail_with;
static int (*real_open)(sqlite3_vfs *, const char *, sqlite3_file *, int, int *);
static sqlite3_io_methods real_methods;
static sqlite3_io_methods methods;

static int failing_sync(sqlite3_file *file, int flags)
{
    return sync_fails ? fail_with : real_methods.xSync(file, flags);
}

/* The database's own file is synced when its pages are written: the journal is complete by then. */
static int shim_open(
    sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *ret_flags)
{
    int rc = real_open(vfs, name, file, flags, ret_flags);

    if (rc == SQLITE_OK && flags & SQLITE_OPEN_MAIN_DB) {
        real_methods = *file->pMethods;
        methods = real_methods;
        methods.xSync = failing_sync;
        file->pMethods = &methods;
    }
    return rc;
}

static void install_shim(void)
{
    static sqlite3_vfs shim;

    if (real_open)
        return;
    shim = *sqlite3_vfs_find(NULL);
    real_open = shim.xOpen;
    shim.xOpen = shim_open;
    shim.zName = "failing";
    assert_int_equal(sqlite3_vfs_register(&shim, 1), SQLITE_OK);
}

static void begin(struct fixture *f)
{
    struct run r = {0};

    install_shim();
    sync_fails = false;
    (void)stage_resource(&f->s, "t", NULL);
    start(f);
    begin_run(f, &r, NULL);
    take_chain(f, 'a', 0, 0, WEIR_FOLLOW_NEXT);
    must(f, stage_commit(&f->s));
    take_chain(f, 'a', 1, 1, WEIR_FOLLOW_NEXT);
}

/* Whether it was done or not: rows and places agree, and the next run brings what is missing. */
static void go_on(struct fixture *f)
{
    struct run r = {0};

    sync_fails = false;
    assert_answer(f, "SELECT 2 * number = (SELECT count(*) FROM t) FROM _weir_place", "1");
    again(f);
    begin_run(f, &r, NULL);
    take_chain(f, 'a', 0, 2, WEIR_FOLLOW_END);
    end_run(f, true);
    assert_answer(f, ALL_ROWS, "a00 a01 a10 a11 a20 a21");
}

static void an_unknown_outcome_is_told(void **state)
{
    struct fixture *f = *state;

    begin(f);
    sync_fails = true;
    fail_with = SQLITE_IOERR_FSYNC;
    assert_int_equal(stage_commit(&f->s), WEIR_FAIL);
    assert_error(f, WEIR_FAULT_DESTINATION, "E-DB-IO");
    assert_error_says(
        f, "the outcome of the last commit is not known; the next run finds out by itself");
    assert_int_equal(stage_commit(&f->s), WEIR_FAIL);
    sync_fails = false;
    must(f, finish_run(f, false, false));
    must(f, stage_commit(&f->s));
    stage_stop(&f->s);
    assert_answer(f, "SELECT exit_code FROM _weir_run", "3");
    go_on(f);
}

static void a_full_disk_is_no_unknown_outcome(void **state)
{
    struct fixture *f = *state;

    begin(f);
    sync_fails = true;
    fail_with = SQLITE_FULL;
    assert_int_equal(stage_commit(&f->s), WEIR_FAIL);
    assert_error(f, WEIR_FAULT_DESTINATION, "E-DB-DISK-FULL");
    assert_null(strstr(f->s.error.text, "outcome"));
    stage_stop(&f->s);
    sync_fails = false;
    assert_answer(f, ALL_ROWS, "a00 a01");
    go_on(f);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(an_unknown_outcome_is_told),
        TEST(a_full_disk_is_no_unknown_outcome),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
