/* PgBouncer between weir and the server: in session mode it may stay, else it is found out. */
#include "postgres_rig.h"

#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];

struct pooler {
    pid_t pid;
    char dsn[256];
};

static void write_settings(const char *path, const char *mode, int size)
{
    FILE *file = fopen(path, "w");
    char host[256];

    assert_non_null(file);
    assert_int_equal(sscanf(rig_server(), "host=%255s", host), 1);
    assert_true(fprintf(file,
                    "[databases]\n* = host=%s port=5432 user=weir\n[pgbouncer]\n"
                    "listen_addr =\nlisten_port = 6432\nunix_socket_dir = %s\nauth_type = any\n"
                    "pool_mode = %s\ndefault_pool_size = %d\nserver_round_robin = 1\n",
                    host, folder, mode, size) > 0);
    assert_int_equal(fclose(file), 0);
}

/* It does not run as root. */
static void become_somebody(void)
{
    const struct passwd *user = getpwnam("postgres");

    if (geteuid() != 0)
        return;
    if (!user || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0)
        _exit(126);
}

static void pooler_start(struct pooler *pooler, const char *mode, int size)
{
    char settings[128], socket[128];
    struct stat there;

    (void)snprintf(settings, sizeof(settings), "%s/settings", folder);
    (void)snprintf(socket, sizeof(socket), "%s/.s.PGSQL.6432", folder);
    (void)snprintf(
        pooler->dsn, sizeof(pooler->dsn), "host=%s port=6432 user=weir dbname=postgres", folder);
    write_settings(settings, mode, size);
    pooler->pid = fork();
    assert_true(pooler->pid >= 0);
    if (pooler->pid == 0) {
        int nothing = open("/dev/null", O_RDWR);

        dup2(nothing, 0);
        dup2(nothing, 1);
        dup2(nothing, 2);
        become_somebody();
        execl("/usr/sbin/pgbouncer", "pgbouncer", "-q", settings, (char *)NULL);
        _exit(127);
    }
    for (int i = 0; i < 100 && stat(socket, &there) != 0; i++) {
        assert_int_equal(waitpid(pooler->pid, NULL, WNOHANG), 0);
        usleep(100 * 1000);
    }
    assert_int_equal(stat(socket, &there), 0);
}

static void pooler_stop(struct pooler *pooler)
{
    char path[128];

    assert_int_equal(kill(pooler->pid, SIGTERM), 0);
    assert_int_equal(waitpid(pooler->pid, NULL, 0), pooler->pid);
    (void)snprintf(path, sizeof(path), "%s/.s.PGSQL.6432", folder);
    (void)unlink(path);
}

static enum weir_status found;

static void look(void *arg)
{
    struct rig *rig = arg;
    struct connection other;

    connection_init(&other, &rig->stage, &rig->loop, &rig->settings, "other");
    check(rig, connection_open(&rig->connection));
    found = connection_check_pooler(&rig->connection, &other);
    connection_done(&other);
}

static void expect(const char *dsn, const char *code)
{
    struct rig rig;

    rig_init(&rig, dsn);
    rig_run(&rig, look, &rig);
    if (strcmp(rig.error.code, code) != 0)
        print_error("%s: %s\n", rig.error.code, rig.error.text);
    assert_string_equal(rig.error.code, code);
    assert_int_equal(found, *code ? WEIR_FAIL : WEIR_OK);
    rig_done(&rig);
}

static void expect_pooler(const char *mode, int size, const char *code)
{
    struct pooler pooler;

    pooler_start(&pooler, mode, size);
    for (int i = 0; i < 5; i++)
        expect(pooler.dsn, code);
    pooler_stop(&pooler);
}

static void the_server_itself_is_no_pooler(void **state)
{
    (void)state;
    expect(rig_server(), "");
}

static void a_pool_in_session_mode_may_stay(void **state)
{
    (void)state;
    expect_pooler("session", 10, "");
}

static void a_pool_in_transaction_mode_is_found_out(void **state)
{
    (void)state;
    expect_pooler("transaction", 10, "E-DB-POOLER");
}

static void a_pool_in_statement_mode_is_found_out(void **state)
{
    (void)state;
    expect_pooler("statement", 10, "E-DB-POOLER");
}

/* The second transaction waits for a backend that it never gets. */
static void a_pool_of_one_is_found_out(void **state)
{
    struct pooler pooler;

    (void)state;
    pooler_start(&pooler, "transaction", 1);
    expect(pooler.dsn, "E-DB-POOLER");
    pooler_stop(&pooler);
}

static int setup(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof(folder), "/tmp/weir-pooler-XXXXXX");
    assert_non_null(mkdtemp(folder));
    return chmod(folder, 0777);
}

static int teardown(void **state)
{
    char path[128];

    (void)state;
    (void)snprintf(path, sizeof(path), "%s/settings", folder);
    (void)unlink(path);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_server_itself_is_no_pooler),
        cmocka_unit_test(a_pool_in_session_mode_may_stay),
        cmocka_unit_test(a_pool_in_transaction_mode_is_found_out),
        cmocka_unit_test(a_pool_in_statement_mode_is_found_out),
        cmocka_unit_test(a_pool_of_one_is_found_out),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
