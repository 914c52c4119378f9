/*
 * Locks of other processes: they are waited for, told with their holder, and
 * nothing is pretended when they stay.
 */
#include "other_process.h"

#include <errno.h>
#include <time.h>

static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void a_short_lock_is_waited_for(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);
    struct other other = hold(f, "BEGIN EXCLUSIVE", 500);
    int64_t begin = now_ms();

    start(f);
    assert_in_range(now_ms() - begin, 300, 5000);
    load(f, t, "[{\"a\":1}]");
    commit_and_stop(f);
    other_end(&other);
    assert_answer(f, "SELECT count(*) FROM t", "1");
}

static void a_long_lock_is_told_with_its_holder(void **state)
{
    struct fixture *f = *state;
    struct other other = hold(f, "BEGIN IMMEDIATE", 60000);
    char pid[32];
    char name[32];
    int64_t begin = now_ms();

    (void)snprintf(pid, sizeof(pid), "process %ld (", (long)other.pid);
    (void)snprintf(name, sizeof(name), "(%.15s)", program_invocation_short_name);
    (void)stage_resource(&f->s, "t", NULL);
    stage_set(&f->s, "lock_wait", "300ms");
    refuse_start(f, WEIR_FAULT_LOCKED, "E-DB-LOCKED");
    other_end(&other);
    assert_in_range(now_ms() - begin, 290, 5000);
    assert_error_says(f, pid);
    assert_error_says(f, name);
    assert_error_says(f, "lock_wait (300 ms)");
}

static void a_lock_in_wal_mode_is_told_with_its_holder(void **state)
{
    struct fixture *f = *state;
    char pid[32];
    struct other other;

    database_do(f, "PRAGMA journal_mode = WAL; CREATE TABLE t (a)");
    other = hold(f, "BEGIN IMMEDIATE", 60000);
    (void)snprintf(pid, sizeof(pid), "process %ld (", (long)other.pid);
    (void)stage_resource(&f->s, "t", NULL);
    stage_set(&f->s, "lock_wait", "100ms");
    refuse_start(f, WEIR_FAULT_LOCKED, "E-DB-LOCKED");
    other_end(&other);
    assert_error_says(f, pid);
}

static void a_run_that_stops_does_not_wait(void **state)
{
    struct fixture *f = *state;
    struct other other = hold(f, "BEGIN IMMEDIATE", 60000);
    int64_t begin = now_ms();

    (void)stage_resource(&f->s, "t", NULL);
    stage_set(&f->s, "lock_wait", "60s");
    f->s.stopping = true;
    refuse_start(f, WEIR_FAULT_LOCKED, "E-STOPPED");
    other_end(&other);
    assert_in_range(now_ms() - begin, 0, 5000);
}

/* A reader that does not end keeps a commit out; afterwards nothing of it is there. */
static void a_commit_waits_for_readers(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);
    struct other other;

    database_do(f, "CREATE TABLE t (a); INSERT INTO t VALUES (0)");
    other = other_begin(f, "BEGIN; SELECT * FROM t", 60000);
    stage_set(&f->s, "lock_wait", "300ms");
    start(f);
    load(f, t, "[{\"a\":1}]");
    other_act(&other);
    assert_int_equal(stage_commit(&f->s), WEIR_FAIL);
    assert_error(f, WEIR_FAULT_LOCKED, "E-DB-LOCKED");
    other_end(&other);
    /* What was accepted is gone, and no later commit may say otherwise. */
    assert_int_equal(stage_commit(&f->s), WEIR_FAIL);
    stage_stop(&f->s);
    assert_answer(f, "SELECT count(*) FROM t", "1");
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_short_lock_is_waited_for),
        CASE(a_long_lock_is_told_with_its_holder),
        CASE(a_lock_in_wal_mode_is_told_with_its_holder),
        CASE(a_run_that_stops_does_not_wait),
        CASE(a_commit_waits_for_readers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
