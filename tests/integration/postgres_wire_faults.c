/* What happens to a connection, a lock or the server, and what is said of it. */
#include "postgres_rig.h"

#include <arpa/inet.h>
#include <malloc.h>
#include <sys/stat.h>
#include <unistd.h>

/* A second connection beside the rig's, for what is done to the first one. */
static void second_init(struct rig *rig, struct connection *second)
{
    connection_init(second, &rig->stage, &rig->loop, &rig->settings, "second");
    rig_check(rig, connection_open(second), second->error.text, __LINE__);
}

static void in_rig(void (*main)(void *arg))
{
    struct rig rig;

    rig_init(&rig, rig_server());
    rig_run(&rig, main, &rig);
    rig_done(&rig);
}

/* Calls it once the time is over. */
struct later {
    uv_timer_t timer;
    struct rig *rig;
    void (*what)(struct rig *rig);
};

static void free_later(uv_handle_t *timer)
{
    free(timer->data);
}

static void on_later(uv_timer_t *timer)
{
    struct later *later = timer->data;

    later->what(later->rig);
    uv_close((uv_handle_t *)timer, free_later);
}

static void do_later(struct rig *rig, uint64_t ms, void (*what)(struct rig *))
{
    struct later *later = weir_calloc(1, sizeof(*later));

    later->rig = rig;
    later->what = what;
    later->timer.data = later;
    uv_update_time(&rig->loop);
    uv_timer_init(&rig->loop, &later->timer);
    uv_timer_start(&later->timer, on_later, ms, 0);
}

static void expect_error(struct rig *rig, const char *code, const char *words)
{
    rig_check(rig, strcmp(rig->error.code, code) == 0, code, __LINE__);
    rig_check(rig, strstr(rig->error.text, words) != NULL, words, __LINE__);
    rig_check(rig, !strstr(rig->error.text, "SECRET"), "no secret in an error", __LINE__);
    rig_check(rig, !strstr(rig->log, "SECRET"), "no secret in the log", __LINE__);
}

/* Cancelling */

static void cancel(struct rig *rig)
{
    connection_cancel(&rig->connection);
}

static void is_cancelled(void *arg)
{
    struct rig *rig = arg;
    struct connection *c = &rig->connection;

    check(rig, connection_open(c));
    do_later(rig, 50, cancel);
    check(rig, !query_script(c, "SELECT pg_sleep(60)"));
    check(rig, c->error.is_lost && !connection_is_open(c));
    check(rig, !connection_sleep(c, 1));
    check(rig, !connection_open(c));
}

static void a_wait_ends_when_it_is_cancelled(void **state)
{
    (void)state;
    in_rig(is_cancelled);
}

static void stop(struct rig *rig)
{
    rig->is_stopping = true;
}

static enum weir_status sleeps(struct connection *connection, void *arg)
{
    (void)arg;
    if (!query_script(connection, "SELECT pg_sleep(60)"))
        return connection_fail(connection, "cannot sleep");
    return WEIR_OK;
}

static void is_stopped(void *arg)
{
    struct rig *rig = arg;

    do_later(rig, 50, stop);
    check(rig, connection_retry(&rig->connection, sleeps, NULL, "sleep") == WEIR_FAIL);
    expect_error(rig, "E-STOPPED", "sleep");
}

static void a_run_that_is_stopped_does_not_wait_for_the_server(void **state)
{
    (void)state;
    in_rig(is_stopped);
}

/* Lost connections */

static void terminate(struct rig *rig, struct connection *by, int pid)
{
    rig_check(rig,
        query_run(by, NULL, "SELECT pg_terminate_backend($1::bigint::int)", bind_integer(pid)),
        by->error.text, __LINE__);
}

struct loses {
    struct rig *rig;
    struct connection second;
    unsigned n_tries;
};

static enum weir_status loses_twice(struct connection *connection, void *arg)
{
    struct loses *loses = arg;

    if (!query_script(connection, "BEGIN; SELECT 1"))
        return connection_fail(connection, "cannot begin");
    if (++loses->n_tries < 3)
        terminate(loses->rig, &loses->second, PQbackendPID(connection->libpq));
    if (!query_script(connection, "SELECT 1; COMMIT"))
        return connection_fail(connection, "cannot select");
    return WEIR_OK;
}

static void is_terminated(void *arg)
{
    struct rig *rig = arg;
    struct connection *c = &rig->connection;
    struct loses loses = {.rig = rig};

    second_init(rig, &loses.second);
    check(rig, connection_retry(c, loses_twice, &loses, "lose") == WEIR_OK);
    check(rig, loses.n_tries == 3 && c->n_opened == 3);
    check(rig, strstr(rig->log, "trying again") != NULL);
    terminate(rig, &loses.second, PQbackendPID(c->libpq));
    check(rig, !query_script(c, "SELECT 1"));
    check(rig, c->error.is_lost && pg_error_is_transient(&c->error));
    check(rig, connection_fail(c, "cannot select") == WEIR_AGAIN);
    check(rig, !weir_error_is_set(&rig->error));
    check(rig, connection_give_up(c, "cannot select") == WEIR_FAIL);
    expect_error(rig, "E-DB-CONNECT", "57P01");
    connection_done(&loses.second);
}

static void a_lost_connection_is_made_anew(void **state)
{
    (void)state;
    in_rig(is_terminated);
}

static enum weir_status selects(struct connection *connection, void *arg)
{
    (void)arg;
    if (!query_script(connection, "SELECT 1"))
        return connection_fail(connection, "cannot select");
    return WEIR_OK;
}

static char folder[64];

static void link_socket(struct rig *rig)
{
    char to[128], from[512], host[400];

    rig_check(rig, sscanf(rig_server(), "host=%399s", host) == 1, "WEIR_TEST_PG", __LINE__);
    (void)snprintf(from, sizeof(from), "%s/.s.PGSQL.5432", host);
    (void)snprintf(to, sizeof(to), "%s/.s.PGSQL.5432", folder);
    rig_check(rig, symlink(from, to) == 0, to, __LINE__);
}

static void comes_late(void *arg)
{
    struct rig *rig = arg;

    do_later(rig, 400, link_socket);
    check(rig, connection_retry(&rig->connection, selects, NULL, "select") == WEIR_OK);
    check(rig, strstr(rig->log, "trying again") != NULL);
}

static void a_server_that_is_away_is_waited_for(void **state)
{
    struct rig rig;
    char dsn[256], path[128];

    (void)state;
    (void)snprintf(folder, sizeof(folder), "/tmp/weir-faults-XXXXXX");
    assert_non_null(mkdtemp(folder));
    (void)snprintf(dsn, sizeof(dsn), "host=%s user=weir dbname=postgres", folder);
    rig_init(&rig, dsn);
    rig_run(&rig, comes_late, &rig);
    rig_done(&rig);
    (void)snprintf(path, sizeof(path), "%s/.s.PGSQL.5432", folder);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

/* Locks and conflicts */

static enum weir_status locks(struct connection *connection, void *arg)
{
    (void)arg;
    if (!query_script(connection, "BEGIN; LOCK TABLE public.locked; COMMIT"))
        return connection_fail(connection, "cannot lock");
    return WEIR_OK;
}

static struct connection *holder;

static void let_go(struct rig *rig)
{
    (void)rig;
    connection_close(holder);
}

static void is_locked(void *arg)
{
    struct rig *rig = arg;
    struct connection *c = &rig->connection, second;
    char pid[32];

    second_init(rig, &second);
    holder = &second;
    if (!query_script(&second, "DROP TABLE IF EXISTS public.locked; "
                               "CREATE TABLE public.locked (i int); "
                               "SET application_name = E'psql\\x1b'") ||
        !query_script(&second, "BEGIN; LOCK TABLE public.locked"))
        check(rig, false);
    rig->settings.lock_wait = 500;
    check(rig, connection_retry(c, locks, NULL, "lock") == WEIR_FAIL);
    (void)snprintf(pid, sizeof(pid), "process %d (psql", PQbackendPID(second.libpq));
    expect_error(rig, "E-DB-LOCKED", pid);
    check(rig, !strchr(rig->error.text, 0x1b));
    rig->settings.lock_wait = 30000;
    do_later(rig, 1500, let_go);
    check(rig, connection_retry(c, locks, NULL, "lock") == WEIR_OK);
    script(rig, "DROP TABLE public.locked");
    connection_done(&second);
}

static void a_lock_is_waited_for_and_its_holder_named(void **state)
{
    (void)state;
    in_rig(is_locked);
}

static enum weir_status conflicts(struct connection *connection, void *arg)
{
    unsigned *n = arg;

    if (++*n < 5 && !query_script(connection, "BEGIN; DO $$BEGIN RAISE EXCEPTION 'x' USING ERRCODE "
                                              "= 'serialization_failure'; END$$"))
        return connection_fail(connection, "cannot");
    if (PQtransactionStatus(connection->libpq) != PQTRANS_IDLE)
        return WEIR_FAIL;
    return WEIR_OK;
}

static void is_in_conflict(void *arg)
{
    struct rig *rig = arg;
    unsigned n = 0;

    check(rig, connection_retry(&rig->connection, conflicts, &n, "conflict") == WEIR_OK);
    check(rig, n == 5 && rig->connection.n_opened == 1);
}

static void a_conflict_is_tried_again(void **state)
{
    (void)state;
    in_rig(is_in_conflict);
}

/* Notices */

static void warns(void *arg)
{
    struct rig *rig = arg;
    unsigned lines = 0;

    check(rig, connection_open(&rig->connection));
    script(rig, "DO $$BEGIN RAISE WARNING E'red \\x1b[31m\\nnext %', 1 "
                "USING DETAIL = 'SECRET-1', HINT = 'SECRET-2'; RAISE NOTICE 'quiet'; END$$");
    /* What a function says may be a row's value. */
    check(rig, strstr(rig->log, "has something to say (01000)") != NULL);
    check(rig, !strstr(rig->log, "red") && !strstr(rig->log, "SECRET"));
    check(rig, !strchr(rig->log, 0x1b) && !strstr(rig->log, "quiet"));
    check(rig, rig->log[0] == '0' + WEIR_LOG_WARNING);
    script(rig, "DO $$BEGIN FOR i IN 1..1000 LOOP RAISE WARNING 'again'; END LOOP; END$$");
    for (const char *at = rig->log; (at = strchr(at, '\n')); at++)
        lines++;
    check(rig, lines == 20 && strstr(rig->log, "more of this is not shown"));
}

static void notices_are_logged_so_that_they_do_no_harm(void **state)
{
    (void)state;
    in_rig(warns);
}

/* Back-pressure */

static size_t memory_in_use(void)
{
    struct mallinfo2 info = mallinfo2();

    return info.uordblks + info.hblkhd;
}

static void reads_slowly(void *arg)
{
    struct rig *rig = arg;
    struct connection *c = &rig->connection;
    struct weir_buf chunk;
    size_t before;
    bool grew = false;

    check(rig, connection_open(c));
    script(rig, "CREATE TEMP TABLE t (x text);"
                "CREATE FUNCTION pg_temp.slow() RETURNS trigger LANGUAGE plpgsql AS "
                "$$BEGIN PERFORM pg_sleep(0.02); RETURN NEW; END$$;"
                "CREATE TRIGGER slow BEFORE INSERT ON pg_temp.t FOR EACH ROW "
                "EXECUTE FUNCTION pg_temp.slow()");
    weir_buf_init(&chunk, COPY_CHUNK + 1, 1);
    check(rig, copy_in_begin(c, "COPY pg_temp.t FROM STDIN"));
    before = memory_in_use();
    for (int i = 0; i < 128; i++) {
        check(rig, weir_buf_reserve(&chunk, COPY_CHUNK + 1));
        memset(chunk.ptr, 'x', COPY_CHUNK);
        chunk.ptr[COPY_CHUNK] = '\n';
        chunk.len = COPY_CHUNK + 1;
        check(rig, copy_in_send(c, &chunk));
        grew = grew || memory_in_use() > before + (1 << 20);
    }
    check(rig, copy_in_end(c));
    check(rig, !grew);
    check(rig, strcmp(rig_ask(rig, "SELECT count(*) FROM pg_temp.t"), "128") == 0);
    weir_buf_done(&chunk);
}

static void a_server_that_reads_slowly_costs_no_memory(void **state)
{
    (void)state;
    in_rig(reads_slowly);
}

/* Rights to write */

static void may_write(void *arg)
{
    struct rig *rig = arg;

    check(rig, connection_open(&rig->connection));
    check(rig, connection_check_writable(&rig->connection) == WEIR_OK);
    script(rig, "SET default_transaction_read_only = on");
    check(rig, connection_check_writable(&rig->connection) == WEIR_FAIL);
    expect_error(rig, "E-DB-READ-ONLY", "default_transaction_read_only");
    check(rig, !query_script(&rig->connection, "CREATE TABLE public.never (i int)"));
    check(rig, pg_error_is(&rig->connection.error, "25006"));
}

static void a_database_that_may_only_be_read_is_told(void **state)
{
    (void)state;
    in_rig(may_write);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wait_ends_when_it_is_cancelled),
        cmocka_unit_test(a_run_that_is_stopped_does_not_wait_for_the_server),
        cmocka_unit_test(a_lost_connection_is_made_anew),
        cmocka_unit_test(a_server_that_is_away_is_waited_for),
        cmocka_unit_test(a_lock_is_waited_for_and_its_holder_named),
        cmocka_unit_test(a_conflict_is_tried_again),
        cmocka_unit_test(notices_are_logged_so_that_they_do_no_harm),
        cmocka_unit_test(a_server_that_reads_slowly_costs_no_memory),
        cmocka_unit_test(a_database_that_may_only_be_read_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
