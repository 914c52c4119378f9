/* TLS with a real server: which certificates get in, and what is told of the others. */
#include "postgres_rig.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];
static int port;

/* The server, as long as this process holds the other end of its input. */
static struct {
    pid_t pid;
    int input;
} server;

static const char make_certificates[] =
    "set -e; cd %s; umask 077\n"
    "for name in server other; do\n"
    "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost "
    "-addext subjectAltName=DNS:localhost -keyout $name.key -out $name.crt 2>/dev/null\n"
    "done\n";

static const char run_server[] =
    "import sys\n"
    "sys.path.insert(0, '" TEST_SERVERS_DIR "')\n"
    "import postgres, pathlib\n"
    "folder = pathlib.Path(sys.argv[1])\n"
    "for path in (folder, folder / 'server.key', folder / 'server.crt'):\n"
    "    postgres.Cluster._own(path)\n"
    "with postgres.Cluster(listen=True, ssl='on', ssl_cert_file=folder / 'server.crt',\n"
    "                      ssl_key_file=folder / 'server.key') as cluster:\n"
    "    print(cluster.port, flush=True)\n"
    "    sys.stdin.read()\n";

static int setup(void **state)
{
    int in[2], out[2];
    char command[1024];
    FILE *said;

    (void)state;
    (void)snprintf(folder, sizeof(folder), "/tmp/weir-tls-XXXXXX");
    assert_non_null(mkdtemp(folder));
    (void)snprintf(command, sizeof(command), make_certificates, folder);
    assert_int_equal(system(command), 0);
    assert_int_equal(pipe(in), 0);
    assert_int_equal(pipe(out), 0);
    server.pid = fork();
    assert_true(server.pid >= 0);
    if (server.pid == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        close(in[1]);
        close(out[0]);
        execl("/usr/bin/python3", "python3", "-B", "-c", run_server, folder, (char *)NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    server.input = in[1];
    said = fdopen(out[0], "r");
    assert_non_null(said);
    assert_int_equal(fscanf(said, "%d", &port), 1);
    return fclose(said);
}

static int teardown(void **state)
{
    char command[256];

    (void)state;
    close(server.input);
    assert_int_equal(waitpid(server.pid, NULL, 0), server.pid);
    (void)snprintf(command, sizeof(command), "rm -r %s", folder);
    return system(command);
}

static char keepalives[16]; /* in seconds, as the server has them */

static unsigned user_timeout;
static socklen_t user_timeout_size = sizeof(user_timeout);

static enum weir_status is_encrypted(struct connection *connection, void *arg)
{
    PGresult *result = query_get_with(connection,
        "SELECT ssl, current_setting('tcp_keepalives_idle') FROM pg_stat_ssl"
        " WHERE pid = pg_backend_pid()",
        NULL, 0);

    if (!result)
        return connection_fail(connection, "cannot ask");
    *(bool *)arg = query_bool(result, 0, 0);
    if (getsockopt(PQsocket(connection->libpq), IPPROTO_TCP, TCP_USER_TIMEOUT, &user_timeout,
            &user_timeout_size) != 0)
        user_timeout = 1;
    (void)snprintf(keepalives, sizeof(keepalives), "%s", query_text(result, 0, 1));
    PQclear(result);
    return WEIR_OK;
}

static bool encrypted;

static void ask(void *arg)
{
    struct rig *rig = arg;

    encrypted = false;
    if (connection_retry(&rig->connection, is_encrypted, &encrypted, "ask") != WEIR_OK)
        check(rig, weir_error_is_set(&rig->error));
}

/* `certificate`: the file that is trusted, or NULL. `words`: of the error's text. */
static void expect_words(const char *host, const char *mode, const char *certificate,
    const char *code, const char *words)
{
    struct rig rig;
    char dsn[512];

    (void)snprintf(dsn, sizeof(dsn), "host=%s port=%d user=weir dbname=postgres%s%s%s%s%s%s", host,
        port, mode ? " sslmode=" : "", mode ? mode : "", certificate ? " sslrootcert=" : "",
        certificate ? folder : "", certificate ? "/" : "", certificate ? certificate : "");
    rig_init(&rig, dsn);
    rig.settings.retry = 0;
    rig_run(&rig, ask, &rig);
    if (strcmp(rig.error.code, code) != 0)
        print_error("%s: %s: %s\n", dsn, rig.error.code, rig.error.text);
    assert_string_equal(rig.error.code, code);
    assert_non_null(strstr(rig.error.text, words));
    rig_done(&rig);
}

static void expect(const char *host, const char *mode, const char *certificate, const char *code)
{
    expect_words(host, mode, certificate, code, "");
}

static void the_right_server_is_believed(void **state)
{
    (void)state;
    expect("localhost", "verify-full", "server.crt", "");
    assert_true(encrypted);
    expect("127.0.0.1", "verify-ca", "server.crt", "");
    assert_true(encrypted);
    expect("127.0.0.1", "require", NULL, "");
    assert_true(encrypted);
}

/* Both sides ask whether the other one is there, and neither gives up one that is there but slow. */
static void who_is_slow_is_not_taken_for_gone(void **state)
{
    (void)state;
    keepalives[0] = '\0';
    user_timeout = 1;
    expect("127.0.0.1", "require", NULL, "");
    assert_string_equal(keepalives, "30");
    assert_int_equal(user_timeout, 0);
}

static void another_one_is_not(void **state)
{
    (void)state;
    expect_words("localhost", "verify-full", "other.crt", "E-TLS", "with sslrootcert");
    expect("localhost", "verify-ca", "other.crt", "E-TLS");
    expect_words("127.0.0.1", "verify-full", "server.crt", "E-TLS", "a name that is in the");
    /* No certificate of the system's is its. */
    expect("localhost", "verify-full", NULL, "E-TLS");
    expect("localhost", "verify-full", "server.key", "E-TLS");
}

static void nothing_is_encrypted_on_the_loopback_interface_unless_asked_for(void **state)
{
    (void)state;
    expect("localhost", NULL, NULL, "");
    assert_false(encrypted);
}

/* libpq would take ~/.postgresql/root.crt, and refuse. */
static void the_home_folder_decides_nothing(void **state)
{
    char command[512], home[80];

    (void)state;
    (void)snprintf(home, sizeof(home), "%s/home", folder);
    (void)snprintf(command, sizeof(command),
        "mkdir -p %s/.postgresql && cp %s/other.crt %s/.postgresql/root.crt", home, folder, home);
    assert_int_equal(system(command), 0);
    assert_int_equal(setenv("HOME", home, 1), 0);
    expect("localhost", "require", NULL, "");
    assert_true(encrypted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_right_server_is_believed),
        cmocka_unit_test(who_is_slow_is_not_taken_for_gone),
        cmocka_unit_test(another_one_is_not),
        cmocka_unit_test(nothing_is_encrypted_on_the_loopback_interface_unless_asked_for),
        cmocka_unit_test(the_home_folder_decides_nothing),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
