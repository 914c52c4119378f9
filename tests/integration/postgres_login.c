/* Who gets in, how, and that no text shows a password or a piece of one: S08. */
#include "postgres_rig.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define PASSWORD "SECRET-p'w\\d@:/?% x"
#define ENCODED "SECRET-p%27w%5Cd%40%3A%2F%3F%25%20x"
#define QUOTED "'SECRET-p\\'w\\\\d@:/?% x'"

static char folder[256];

static void make_role(void *arg)
{
    struct rig *rig = arg;

    check(rig, connection_open(&rig->connection));
    script(rig, "DROP ROLE IF EXISTS login; CREATE ROLE login LOGIN IN ROLE password PASSWORD "
                "'SECRET-p''w\\d@:/?% x'");
}

static int setup(void **state)
{
    struct rig rig;

    (void)state;
    assert_int_equal(sscanf(rig_server(), "host=%255s", folder), 1);
    rig_init(&rig, rig_server());
    rig_run(&rig, make_role, &rig);
    rig_done(&rig);
    return 0;
}

static void expect_no_secret(const struct rig *rig)
{
    const char *const texts[] = {rig->error.text, rig->log, rig->connection.error.text};

    for (int i = 0; i < 3; i++) {
        if (strstr(texts[i], "SECRET"))
            print_error("shown: %s\n", texts[i]);
        assert_null(strstr(texts[i], "SECRET"));
    }
}

static enum weir_status who_am_i(struct connection *connection, void *arg)
{
    PGresult *result = query_get_with(connection,
        "SELECT current_user, current_setting('DateStyle') = 'ISO, YMD' AND "
        "current_setting('TimeZone') = 'UTC' AND current_setting('application_name') = 'weir test'",
        NULL, 0);

    if (!result)
        return connection_fail(connection, "cannot ask");
    (void)snprintf(arg, 64, "%s%s", query_text(result, 0, 0),
        query_bool(result, 0, 1) ? "" : ", set up by somebody else");
    PQclear(result);
    return WEIR_OK;
}

static void log_in(void *arg)
{
    struct rig *rig = arg;
    char who[64] = "";

    if (connection_retry(&rig->connection, who_am_i, who, "log in") == WEIR_OK)
        check(rig, strcmp(who, "login") == 0);
    else
        check(rig, weir_error_is_set(&rig->error));
}

/* NULL: it goes well; else this code and these words. */
static void expect(struct rig *rig, const char *code, const char *words)
{
    rig_run(rig, log_in, rig);
    if (!code && weir_error_is_set(&rig->error))
        print_error("%s: %s\n", rig->error.code, rig->error.text);
    assert_string_equal(rig->error.code, code ? code : "");
    if (words && !strstr(rig->error.text, words))
        print_error("%s, expected: %s\n", rig->error.text, words);
    if (words)
        assert_non_null(strstr(rig->error.text, words));
    expect_no_secret(rig);
    rig_done(rig);
}

static void expect_dsn(const char *dsn, const char *code, const char *words)
{
    struct rig rig;

    rig_init(&rig, dsn);
    rig.settings.retry = 0;
    expect(&rig, code, words);
}

static void init_parts(struct rig *rig)
{
    static struct settings settings;

    rig_init(rig, NULL);
    settings = rig->settings;
    connection_done(&rig->connection);
    settings.host = folder;
    settings.user = "login";
    settings.dbname = "postgres";
    settings.retry = 0;
    connection_init(&rig->connection, &rig->stage, &rig->loop, &settings, "test");
}

/* The options may still be changed: what was put together of them is made anew. */
static struct settings *settings_of(struct rig *rig)
{
    return (struct settings *)rig->connection.settings;
}

static void remake(struct rig *rig)
{
    struct settings *settings = settings_of(rig);

    connection_done(&rig->connection);
    connection_init(&rig->connection, &rig->stage, &rig->loop, settings, "test");
}

static void a_password_gets_in_whatever_way_it_is_given(void **state)
{
    struct rig rig;
    char dsn[1024];
    const char *at = folder;
    char encoded[768], *out = encoded;

    (void)state;
    (void)snprintf(
        dsn, sizeof(dsn), "host='%s' dbname=postgres user=login password=%s", folder, QUOTED);
    expect_dsn(dsn, NULL, NULL);
    for (; *at; at++)
        out += sprintf(out, *at == '/' ? "%%2F" : "%c", *at);
    (void)snprintf(dsn, sizeof(dsn), "postgres://login:%s@%s/postgres", ENCODED, encoded);
    expect_dsn(dsn, NULL, NULL);
    init_parts(&rig);
    settings_of(&rig)->password.text = PASSWORD;
    remake(&rig);
    expect(&rig, NULL, NULL);
}

static void write_file(const char *path, const char *text, mode_t mode)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static void expect_file(const char *path, const char *code, const char *words)
{
    struct rig rig;

    init_parts(&rig);
    settings_of(&rig)->password_file = path;
    remake(&rig);
    expect(&rig, code, words);
}

static void a_password_file_gets_in_if_nobody_else_may_read_it(void **state)
{
    char path[] = "/tmp/weir-login-XXXXXX";
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    close(fd);
    write_file(path, PASSWORD "\n", 0600);
    expect_file(path, NULL, NULL);
    write_file(path, PASSWORD, 0400);
    expect_file(path, NULL, NULL);
    write_file(path, PASSWORD, 0640);
    expect_file(path, "E-DB-PASSWORD", "chmod 600");
    write_file(path, PASSWORD, 0604);
    expect_file(path, "E-DB-PASSWORD", "chmod 600");
    write_file(path, "SECRET-1\nSECRET-2\n", 0600);
    expect_file(path, "E-DB-PASSWORD", "one line");
    write_file(path, "\n", 0600);
    expect_file(path, "E-DB-PASSWORD", "empty");
    assert_int_equal(unlink(path), 0);
    expect_file(path, "E-DB-PASSWORD", path);
    expect_file("/tmp", "E-DB-PASSWORD", "regular");
}

static void who_does_not_get_in_is_told_why(void **state)
{
    char dsn[1024];

    (void)state;
    (void)snprintf(
        dsn, sizeof(dsn), "host=%s dbname=postgres user=login password=SECRET-no", folder);
    expect_dsn(dsn, "E-DB-AUTH", "28P01");
    (void)snprintf(dsn, sizeof(dsn), "host=%s dbname=postgres user=login", folder);
    expect_dsn(dsn, "E-DB-AUTH", "PGPASSWORD is not read");
    (void)snprintf(dsn, sizeof(dsn), "host=%s dbname=postgres user=nobody-of-that-name", folder);
    expect_dsn(dsn, "E-DB-AUTH", "28000");
    (void)snprintf(
        dsn, sizeof(dsn), "host=%s dbname=nowhere user=login password=%s", folder, QUOTED);
    expect_dsn(dsn, "E-DB-MISSING", "3D000");
    expect_dsn("postgres://u:SECRET-1@SECRET-2@h/d", "E-VALUE", "%40");
}

static void the_environment_decides_nothing(void **state)
{
    static const char *const names[] = {"PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER",
        "PGPASSWORD", "PGPASSFILE", "PGSSLMODE", "PGOPTIONS", "PGAPPNAME", "PGCLIENTENCODING",
        "PGTARGETSESSIONATTRS", "PGCHANNELBINDING", "PGREQUIREPEER", "PGSSLROOTCERT", "PGSSLCERT",
        "PGCONNECT_TIMEOUT", "PGGSSENCMODE", "PGSSLMINPROTOCOLVERSION", "PGSSLCRL"};
    char dsn[1024];

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_int_equal(setenv(names[i], "SECRET", 1), 0);
    assert_int_equal(setenv("PGPASSWORD", PASSWORD, 1), 0);
    assert_int_equal(setenv("PGDATESTYLE", "German", 1), 0);
    assert_int_equal(setenv("PGTZ", "Asia/Tokyo", 1), 0);
    (void)snprintf(dsn, sizeof(dsn), "host=%s dbname=postgres user=login", folder);
    expect_dsn(dsn, "E-DB-AUTH", "PGPASSWORD is not read");
    (void)snprintf(
        dsn, sizeof(dsn), "host=%s dbname=postgres user=login password=%s", folder, QUOTED);
    expect_dsn(dsn, NULL, NULL);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_int_equal(unsetenv(names[i]), 0);
    assert_int_equal(setenv("PGSERVICE", "SECRET", 1), 0);
    expect_dsn(dsn, "E-ENV", "PGSERVICE");
    assert_int_equal(unsetenv("PGSERVICE"), 0);
}

static void pgpass_is_read_when_it_is_asked_for(void **state)
{
    struct rig rig;
    char home[] = "/tmp/weir-home-XXXXXX", path[64], before[512];

    (void)state;
    (void)snprintf(before, sizeof(before), "%s", getenv("HOME") ? getenv("HOME") : "/");
    assert_non_null(mkdtemp(home));
    (void)snprintf(path, sizeof(path), "%s/.pgpass", home);
    write_file(path, "*:*:*:login:SECRET-p'w\\\\d@\\:/?% x\n", 0600);
    assert_int_equal(setenv("HOME", home, 1), 0);
    init_parts(&rig);
    expect(&rig, "E-DB-AUTH", "password");
    init_parts(&rig);
    settings_of(&rig)->passfile = true;
    expect(&rig, NULL, NULL);
    assert_int_equal(chmod(path, 0644), 0);
    init_parts(&rig);
    settings_of(&rig)->passfile = true;
    expect(&rig, "E-DB-PASSWORD", "chmod 600");
    write_file(path, "*:*:*:somebody:SECRET-else\n", 0600);
    init_parts(&rig);
    settings_of(&rig)->passfile = true;
    expect(&rig, "E-DB-AUTH", "~/.pgpass has no line");
    assert_int_equal(setenv("HOME", before, 1), 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(home), 0);
}

/* Servers that are none */

static int listen_at(char *dsn, size_t size, const char *rest)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
    (void)snprintf(dsn, size, "host=localhost port=%d dbname=d user=u password=SECRET-pass %s",
        ntohs(address.sin_port), rest);
    return fd;
}

static void a_server_that_does_not_answer_is_given_up(void **state)
{
    struct rig rig;
    char dsn[256];
    int fd = listen_at(dsn, sizeof(dsn), "");

    (void)state;
    rig_init(&rig, dsn);
    rig.settings.retry = 0;
    rig.settings.connect_timeout = 200;
    expect(&rig, "E-DB-CONNECT", "in time");
    close(fd);
    expect_dsn(dsn, "E-DB-CONNECT", "onnection refused");
    expect_dsn("host=no-such-host.invalid dbname=d user=u password=SECRET-1", "E-DNS",
        "no-such-host.invalid");
}

/* Answers each connection with these bytes, once something was sent, and hangs up. */
struct says {
    uv_tcp_t listener;
    const char *bytes;
    size_t n;
};

static void on_talk_closed(uv_handle_t *handle)
{
    free(handle);
}

static void on_bytes(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct says *says = stream->data;
    uv_buf_t out = uv_buf_init((char *)(uintptr_t)says->bytes, (unsigned)says->n);

    (void)buf;
    if (n > 0)
        (void)uv_try_write(stream, &out, 1);
    if (!uv_is_closing((uv_handle_t *)stream))
        uv_close((uv_handle_t *)stream, on_talk_closed);
}

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
    static char bytes[4096];

    (void)handle;
    (void)size;
    *buf = uv_buf_init(bytes, sizeof(bytes));
}

static void on_connection(uv_stream_t *listener, int status)
{
    uv_tcp_t *talk = weir_calloc(1, sizeof(*talk));

    assert_int_equal(status, 0);
    assert_int_equal(uv_tcp_init(listener->loop, talk), 0);
    talk->data = listener->data;
    assert_int_equal(uv_accept(listener, (uv_stream_t *)talk), 0);
    assert_int_equal(uv_read_start((uv_stream_t *)talk, on_alloc, on_bytes), 0);
}

static void expect_said(
    const char *bytes, size_t n, const char *rest, const char *code, const char *words)
{
    struct rig rig;
    struct says says = {.bytes = bytes, .n = n};
    char dsn[256];
    int fd = listen_at(dsn, sizeof(dsn), rest);

    rig_init(&rig, dsn);
    rig.settings.retry = 0;
    says.listener.data = &says;
    assert_int_equal(uv_tcp_init(&rig.loop, &says.listener), 0);
    assert_int_equal(uv_tcp_open(&says.listener, fd), 0);
    assert_int_equal(uv_listen((uv_stream_t *)&says.listener, 8, on_connection), 0);
    rig_run(&rig, log_in, &rig);
    if (strcmp(rig.error.code, code) != 0 || !strstr(rig.error.text, words))
        print_error("%s: %s, expected %s\n", rig.error.code, rig.error.text, words);
    assert_string_equal(rig.error.code, code);
    assert_non_null(strstr(rig.error.text, words));
    for (const char *c = rig.error.text; *c; c++)
        assert_true((unsigned char)*c >= 0x20);
    expect_no_secret(&rig);
    uv_close((uv_handle_t *)&says.listener, NULL);
    rig_done(&rig);
}

#define SAID(text) text, sizeof(text) - 1

static void what_a_hostile_server_says_does_no_harm(void **state)
{
    (void)state;
    expect_said(SAID("N"), "sslmode=require", "E-TLS", "switch ssl on");
    expect_said(SAID("HTTP/1.1 400 Bad Request\r\n\r\n"), "", "E-DB-CONNECT", "");
    expect_said(SAID("ESFATAL\0C28P01\0Mno \033[31m SECRET-pass\0\0"), "", "E-DB-CONNECT", "");
    expect_said(SAID("E\0\0\0\x2bSFATAL\0VFATAL\0C28P01\0Mno \033[31m SECRET-pass\0\0"), "",
        "E-DB-AUTH", "no \\x1B[31m ***");
    expect_said(
        SAID("E\0\0\0\x20SFATAL\0VFATAL\0C57P03\0Mstarting\0\0"), "", "E-DB-CONNECT", "starting");
}

static void certificates_that_are_not_there_are_told(void **state)
{
    (void)state;
    expect_dsn("host=127.0.0.1 port=1 dbname=d user=u sslmode=verify-full sslrootcert=/nowhere.pem",
        "E-TLS", "/nowhere.pem");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_password_gets_in_whatever_way_it_is_given),
        cmocka_unit_test(a_password_file_gets_in_if_nobody_else_may_read_it),
        cmocka_unit_test(who_does_not_get_in_is_told_why),
        cmocka_unit_test(the_environment_decides_nothing),
        cmocka_unit_test(pgpass_is_read_when_it_is_asked_for),
        cmocka_unit_test(a_server_that_does_not_answer_is_given_up),
        cmocka_unit_test(what_a_hostile_server_says_does_no_harm),
        cmocka_unit_test(certificates_that_are_not_there_are_told),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
