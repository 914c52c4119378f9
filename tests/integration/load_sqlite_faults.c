/*
 * What can happen to a database: damage, missing rights, a full disk.
 *
 * A child says how it went through a pipe, since a check that fails inside of it
 * would not be seen.
 */
#include "other_process.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

enum { NOBODY = 65534 };

struct outcome {
    struct weir_error error;
    size_t n_loaded;    /* batches accepted */
    size_t n_committed; /* of them, in commits that went well */
};

/* Does it in a process of its own, with other rights or limits. */
static struct outcome in_child(
    struct fixture *f, void (*action)(struct fixture *f, struct outcome *ret_outcome))
{
    struct outcome outcome = {0};
    int ends[2];
    pid_t child;

    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        action(f, &outcome);
        outcome.error = f->s.error;
        _exit(write(ends[1], &outcome, sizeof(outcome)) != sizeof(outcome));
    }
    (void)close(ends[1]);
    assert_int_equal(read(ends[0], &outcome, sizeof(outcome)), sizeof(outcome));
    (void)close(ends[0]);
    assert_int_equal(waitpid(child, NULL, 0), child);
    f->s.error = outcome.error;
    return outcome;
}

/* --- files that are no databases, or were ----------------------------------------------- */

static uint64_t sum_of(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint64_t sum = 14695981039346656037U;
    int c;

    assert_non_null(file);
    while ((c = getc(file)) != EOF)
        sum = (sum ^ (uint64_t)c) * 1099511628211U;
    (void)fclose(file);
    return sum;
}

static void write_at(const struct fixture *f, long at, const char *bytes, size_t n)
{
    FILE *file = fopen(f->path, at < 0 ? "wb" : "rb+");

    assert_non_null(file);
    assert_int_equal(fseek(file, at < 0 ? 0 : at, SEEK_SET), 0);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

static void assert_corrupt_and_unchanged(struct fixture *f)
{
    uint64_t before = sum_of(f->path);

    (void)stage_resource(&f->s, "t", NULL);
    refuse_start(f, WEIR_FAULT_DESTINATION, "E-DB-CORRUPT");
    assert_true(sum_of(f->path) == before);
}

static void make_database(const struct fixture *f)
{
    database_do(f, "PRAGMA page_size = 4096; CREATE TABLE t (a INTEGER PRIMARY KEY, b);"
                   "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 2000)"
                   " INSERT INTO t SELECT i, hex(zeroblob(50)) FROM n");
}

static void a_file_of_another_kind_is_left_alone(void **state)
{
    static const char text[] = "Dear diary, this is no database, however long it may be. "
                               "Dear diary, this is no database, however long it may be.";
    struct fixture *f = *state;

    write_at(f, -1, text, sizeof(text));
    assert_corrupt_and_unchanged(f);
}

static void a_file_that_was_cut_off_is_left_alone(void **state)
{
    struct fixture *f = *state;

    make_database(f);
    assert_int_equal(truncate(f->path, 3 * 4096), 0);
    assert_corrupt_and_unchanged(f);
}

static void a_damaged_page_is_found(void **state)
{
    struct fixture *f = *state;
    char junk[100];

    memset(junk, 0xa5, sizeof(junk));
    make_database(f);
    write_at(f, 4096, junk, sizeof(junk));
    assert_corrupt_and_unchanged(f);
}

static void a_damaged_leaf_is_found(void **state)
{
    struct fixture *f = *state;
    char junk[100];

    memset(junk, 0xa5, sizeof(junk));
    make_database(f);
    write_at(f, 20 * 4096, junk, sizeof(junk));
    assert_corrupt_and_unchanged(f);
}

static void copy_file(const char *from, const char *to)
{
    FILE *in = fopen(from, "rb");
    FILE *out = fopen(to, "wb");
    int c;

    assert_non_null(in);
    assert_non_null(out);
    while ((c = getc(in)) != EOF)
        (void)putc(c, out);
    (void)fclose(in);
    assert_int_equal(fclose(out), 0);
}

/* Somebody has copied a database without its log, and another log lies beside it. */
static void the_log_of_another_file_is_not_taken_over(void **state)
{
    struct fixture *f = *state;
    char log[256];
    char kept[256];
    struct other other;

    (void)snprintf(log, sizeof(log), "%s-wal", f->path);
    (void)snprintf(kept, sizeof(kept), "%s/kept", f->folder);
    other = hold(f,
        "PRAGMA journal_mode = WAL; CREATE TABLE other (a, b, c);"
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 500)"
        " INSERT INTO other SELECT i, i, hex(zeroblob(200)) FROM n;"
        "PRAGMA wal_checkpoint(TRUNCATE); UPDATE other SET b = 0 WHERE a % 50 = 0",
        60000);
    copy_file(log, kept);
    other_end(&other);
    (void)unlink(f->path);
    (void)unlink(log);
    (void)snprintf(log, sizeof(log), "%s-shm", f->path);
    (void)unlink(log);
    make_database(f);
    database_do(f, "PRAGMA journal_mode = WAL");
    (void)snprintf(log, sizeof(log), "%s-wal", f->path);
    copy_file(kept, log);
    assert_corrupt_and_unchanged(f);
}

/* --- what cannot be opened or written ---------------------------------------------------- */

static void assert_open_refused(struct fixture *f, const char *said)
{
    (void)stage_resource(&f->s, "t", NULL);
    refuse_start(f, WEIR_FAULT_DESTINATION, "E-DB-OPEN");
    assert_error_says(f, said);
}

static void a_folder_is_no_file(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(mkdir(f->path, 0777), 0);
    assert_open_refused(f, "folder");
}

static void a_pipe_is_no_file(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(mkfifo(f->path, 0666), 0);
    assert_open_refused(f, "no ordinary file");
}

static void a_missing_folder_is_told(void **state)
{
    struct fixture *f = *state;

    (void)snprintf(f->path, sizeof(f->path), "%s/none/out.db", f->folder);
    stage_set(&f->s, "path", f->path);
    f->s.config->n--;
    f->s.config->items[0] = f->s.config->items[1];
    assert_open_refused(f, strerror(ENOENT));
}

static void start_as_nobody(struct fixture *f, struct outcome *outcome)
{
    (void)outcome;
    if (geteuid() == 0 && setresuid(NOBODY, NOBODY, NOBODY) != 0)
        return;
    if (stage_check(&f->s))
        (void)stage_start(&f->s);
    stage_stop(&f->s);
}

static void a_file_that_may_not_be_written_is_told(void **state)
{
    struct fixture *f = *state;

    make_database(f);
    assert_int_equal(chmod(f->path, 0444), 0);
    assert_int_equal(chmod(f->folder, 0777), 0);
    (void)stage_resource(&f->s, "t", NULL);
    (void)in_child(f, start_as_nobody);
    assert_error(f, WEIR_FAULT_DESTINATION, "E-DB-OPEN");
    assert_error_says(f, "read-only");
}

static void a_folder_that_may_not_be_written_is_told(void **state)
{
    struct fixture *f = *state;

    make_database(f);
    assert_int_equal(chmod(f->path, 0666), 0);
    assert_int_equal(chmod(f->folder, 0555), 0);
    (void)stage_resource(&f->s, "t", NULL);
    (void)in_child(f, start_as_nobody);
    assert_int_equal(chmod(f->folder, 0777), 0);
    assert_error(f, WEIR_FAULT_DESTINATION, "E-DB-OPEN");
    assert_error_says(f, "may not write to its folder");
}

static void a_new_file_in_such_a_folder_is_told(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(chmod(f->folder, 0555), 0);
    (void)stage_resource(&f->s, "t", NULL);
    (void)in_child(f, start_as_nobody);
    assert_int_equal(chmod(f->folder, 0777), 0);
    assert_error(f, WEIR_FAULT_DESTINATION, "E-DB-OPEN");
    assert_error_says(f, strerror(EACCES));
}

/* --- a full disk ------------------------------------------------------------------------ */

enum { ROWS_A_BATCH = 50 };

static struct weir_batch *big_batch(const struct fixture *f, size_t number, size_t row_size)
{
    struct weir_batch *batch = weir_batch_new(&f->s.resources[0]);
    size_t id = weir_batch_column(batch, weir_str("id"));
    size_t body = weir_batch_column(batch, weir_str("body"));
    char *text = weir_alloc(batch->arena, row_size);

    memset(text, 'x', row_size);
    (void)weir_batch_add_unit(batch, NULL);
    for (size_t i = 0; i < ROWS_A_BATCH; i++) {
        (void)weir_batch_add_row(batch);
        weir_batch_set(batch, id, weir_int((int64_t)(number * ROWS_A_BATCH + i)));
        weir_batch_set(batch, body, weir_text(WEIR_TEXT, (struct weir_str){text, row_size}));
    }
    return batch;
}

/* As the engine does: commits now and then, and what was accepted after a failure. */
static void load_until_full(struct fixture *f, struct outcome *outcome)
{
    enum weir_status status = WEIR_FAIL;

    if (stage_check(&f->s))
        status = stage_start(&f->s);
    for (size_t i = 0; i < 2000 && status == WEIR_OK; i++) {
        status = stage_load(&f->s, big_batch(f, i, 1000));
        outcome->n_loaded += status == WEIR_OK;
        if (status == WEIR_OK && i % 3 != 2)
            continue;
        if (stage_commit(&f->s) == WEIR_OK)
            outcome->n_committed = outcome->n_loaded;
        else
            status = WEIR_FAIL;
    }
    stage_stop(&f->s);
}

/* Far more than SQLite holds in memory, so that rows reach the disk before the commit. */
static void load_at_once_until_full(struct fixture *f, struct outcome *outcome)
{
    enum weir_status status = WEIR_FAIL;

    if (stage_check(&f->s))
        status = stage_start(&f->s);
    for (size_t i = 0; i < 2000 && status == WEIR_OK; i++) {
        status = stage_load(&f->s, big_batch(f, i, 20000));
        outcome->n_loaded += status == WEIR_OK;
    }
    if (stage_commit(&f->s) == WEIR_OK)
        outcome->n_committed = outcome->n_loaded;
    stage_stop(&f->s);
}

static void limit_file_size(rlim_t size)
{
    struct rlimit limit = {size, size};

    (void)signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        _exit(1);
}

static void load_into_2_mib(struct fixture *f, struct outcome *outcome)
{
    limit_file_size(2 << 20);
    load_until_full(f, outcome);
}

static void load_at_once_into_30_mib(struct fixture *f, struct outcome *outcome)
{
    limit_file_size(30 << 20);
    load_at_once_until_full(f, outcome);
}

static void assert_whole_batches(const struct fixture *f, size_t n)
{
    char expected[64];

    (void)snprintf(expected, sizeof(expected), "%zu|%zu", n * ROWS_A_BATCH, n * ROWS_A_BATCH);
    assert_answer(f, "PRAGMA integrity_check", "ok");
    assert_answer(f, "SELECT count(*), max(id) + 1 FROM t", expected);
}

static void a_full_disk_keeps_what_was_committed(void **state)
{
    struct fixture *f = *state;
    struct outcome outcome;

    (void)stage_resource(&f->s, "t", "id");
    outcome = in_child(f, load_into_2_mib);
    assert_error(f, WEIR_FAULT_DESTINATION, "E-DB-DISK-FULL");
    assert_in_range(outcome.n_committed, 20, 45);
    assert_whole_batches(f, outcome.n_committed);
}

static void a_disk_that_fills_before_the_commit_keeps_nothing(void **state)
{
    struct fixture *f = *state;
    struct outcome outcome;

    (void)stage_resource(&f->s, "t", "id");
    outcome = in_child(f, load_at_once_into_30_mib);
    assert_error(f, WEIR_FAULT_DESTINATION, "E-DB-DISK-FULL");
    assert_in_range(outcome.n_loaded, 16, 60);
    assert_int_equal(outcome.n_committed, 0);
    assert_answer(f, "PRAGMA integrity_check", "ok");
    assert_answer(f, "SELECT count(*) FROM sqlite_schema", "0");
}

static void load_into_tmpfs(struct fixture *f, struct outcome *outcome)
{
    char sql[256];

    if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", f->folder, "tmpfs", 0, "size=2m") != 0) {
        outcome->n_loaded = SIZE_MAX;
        return;
    }
    load_until_full(f, outcome);
    /* Only this process sees the disk, so it looks as well. */
    (void)snprintf(sql, sizeof(sql),
        "SELECT 1 / (count(*) = %zu AND max(id) + 1 = count(*)) FROM t",
        outcome->n_committed * ROWS_A_BATCH);
    assert_answer(f, sql, "1");
    assert_answer(f, "PRAGMA integrity_check", "ok");
}

static void a_full_file_system_keeps_what_was_committed(void **state)
{
    struct fixture *f = *state;
    struct outcome outcome;

    if (geteuid() != 0) {
        print_message("skipped: only root may mount a small file system\n");
        skip();
    }
    (void)stage_resource(&f->s, "t", "id");
    outcome = in_child(f, load_into_tmpfs);
    if (outcome.n_loaded == SIZE_MAX) {
        print_message("skipped: a small file system cannot be mounted here\n");
        skip();
    }
    assert_error(f, WEIR_FAULT_DESTINATION, "E-DB-DISK-FULL");
    assert_in_range(outcome.n_committed, 10, 45);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_file_of_another_kind_is_left_alone),
        CASE(a_file_that_was_cut_off_is_left_alone),
        CASE(a_damaged_page_is_found),
        CASE(a_damaged_leaf_is_found),
        CASE(the_log_of_another_file_is_not_taken_over),
        CASE(a_folder_is_no_file),
        CASE(a_pipe_is_no_file),
        CASE(a_missing_folder_is_told),
        CASE(a_file_that_may_not_be_written_is_told),
        CASE(a_folder_that_may_not_be_written_is_told),
        CASE(a_new_file_in_such_a_folder_is_told),
        CASE(a_full_disk_keeps_what_was_committed),
        CASE(a_disk_that_fills_before_the_commit_keeps_nothing),
        CASE(a_full_file_system_keeps_what_was_committed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
