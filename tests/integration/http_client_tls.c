/* The HTTP client and TLS: whom it trusts, and what it tells of those it does not. */
#include "http_rig.h"

#include <sys/prctl.h>
#include <sys/stat.h>

/* Certificates and an answer to serve, made once. */
static char folder[] = "/tmp/weir-tls-XXXXXX";

static void path_of(char out[256], const char *name)
{
    (void)snprintf(out, 256, "%s/%s", folder, name);
}

static int make_files(void **state)
{
    static const char script[] =
        "cd %s && exec >log 2>&1 && "
        "openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out good.pem -days 2 "
        "  -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 && "
        "openssl req -x509 -key key.pem -out other.pem -days 2 "
        "  -subj /CN=other.test -addext subjectAltName=DNS:other.test && "
        "openssl req -new -key key.pem -subj /CN=localhost -out expired.csr && "
        "openssl x509 -req -in expired.csr -signkey key.pem -days -1 -out expired.pem && "
        "openssl req -x509 -newkey rsa:2048 -nodes -keyout client.key -out client.pem -days 2 "
        "  -subj /CN=client && "
        "openssl pkey -in client.key -aes256 -passout pass:SECRET-key -out locked.key && "
        "cat client.pem client.key >both.pem && "
        "openssl req -x509 -newkey rsa:2048 -nodes -keyout stranger.key -out stranger.pem -days 2 "
        "  -subj /CN=stranger && "
        "printf 'HTTP/1.0 200 OK\\r\\nContent-Length: 10\\r\\n\\r\\n[{\"id\":1}]' >answer";
    char command[2048], keys[256];

    (void)state;
    if (!mkdtemp(folder))
        return -1;
    (void)snprintf(command, sizeof(command), script, folder);
    path_of(keys, "keys.log");
    setenv("SSLKEYLOGFILE", keys, 1);
    return system(command);
}

static int remove_files(void **state)
{
    char command[512];

    (void)state;
    (void)snprintf(command, sizeof(command), "rm -r %s", folder);
    return system(command);
}

enum { TLS_ARGS = 24 };

struct tls_server {
    pid_t pid;
    FILE *said;
    char url[64];
};

/* Serves the files of the folder with a certificate; more options may follow. */
static void tls_start(struct tls_server *server, const char *certificate, const char *const *more)
{
    const char *args[TLS_ARGS] = {"openssl", "s_server", "-accept", "127.0.0.1:0", "-key",
        "key.pem", "-cert", certificate, "-HTTP"};
    size_t n = 9;
    int out[2];
    char line[256];

    assert_int_equal(pipe(out), 0);
    server->pid = fork();
    if (server->pid == 0) {
        dup2(out[1], 1);
        dup2(out[1], 2);
        /* A test that fails does not come to stop it. */
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (chdir(folder) != 0)
            _exit(127);
        while (more && *more)
            args[n++] = *more++;
        execvp("openssl", (char *const *)(void *)args);
        _exit(127);
    }
    close(out[1]);
    server->said = fdopen(out[0], "r");
    assert_non_null(server->said);
    server->url[0] = '\0';
    while (!server->url[0] && fgets(line, sizeof(line), server->said)) {
        unsigned port;

        if (sscanf(line, "ACCEPT 127.0.0.1:%u", &port) == 1)
            (void)snprintf(server->url, sizeof(server->url), "https://127.0.0.1:%u", port);
    }
    assert_string_not_equal(server->url, "");
}

/* Returns whether any request was read. */
static bool tls_stop(struct tls_server *server)
{
    bool was_asked = false;
    char line[256];

    kill(server->pid, SIGTERM);
    waitpid(server->pid, NULL, 0);
    while (fgets(line, sizeof(line), server->said))
        was_asked |= strncmp(line, "FILE:", 5) == 0;
    fclose(server->said);
    return was_asked;
}

static void trusts_whom_it_is_told_to(void **state)
{
    struct tls_server server;
    struct stat info;
    struct rig rig;
    char ca[256], keys[256];

    (void)state;
    path_of(ca, "good.pem");
    path_of(keys, "keys.log");
    tls_start(&server, "good.pem", NULL);
    rig_start(&rig, (struct http_client_config){.ca_file = ca});
    for (int i = 0; i < 3; i++)
        rig_gets(&rig, server.url, "/answer", "[{\"id\":1}]");
    rig_stop(&rig);
    assert_true(tls_stop(&server));
    /* Whoever sets the environment must not be able to read along. */
    assert_int_not_equal(stat(keys, &info), 0);
}

static void trusts_nobody_else(void **state)
{
    static const struct {
        const char *certificate, *words;
        bool as_authority;
    } cases[] = {
        {"good.pem", "tls.ca_file", false},
        {"expired.pem", "expired", true},
        {"other.pem", "127.0.0.1", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct tls_server server;
        struct rig rig;
        char ca[256];

        path_of(ca, cases[i].certificate);
        tls_start(&server, cases[i].certificate, NULL);
        rig_start(&rig, (struct http_client_config){.ca_file = cases[i].as_authority ? ca : NULL});
        rig_fails(&rig, server.url, "/answer", "E-TLS", cases[i].words, false);
        rig_stop(&rig);
        assert_false(tls_stop(&server));
    }
}

static void trusts_all_when_insecure(void **state)
{
    struct tls_server server;
    struct rig rig;

    (void)state;
    tls_start(&server, "expired.pem", NULL);
    rig_start(&rig, (struct http_client_config){.insecure = true});
    rig_gets(&rig, server.url, "/answer", "[{\"id\":1}]");
    rig_stop(&rig);
    assert_true(tls_stop(&server));
}

static void speaks_no_old_tls(void **state)
{
    struct tls_server server;
    struct rig_answer answer;
    struct rig rig;
    char url[128];

    (void)state;
    tls_start(
        &server, "good.pem", (const char *const[]){"-cipher", "ALL:@SECLEVEL=0", "-tls1", NULL});
    (void)snprintf(url, sizeof(url), "%s/answer", server.url);
    rig_start(&rig, (struct http_client_config){.insecure = true});
    (void)rig_send(&rig, url, &answer);
    rig_wait(&rig, &answer);
    assert_string_equal(answer.error.code, "E-TLS");
    rig_stop(&rig);
    assert_false(tls_stop(&server));
}

static void tells_a_plain_server_from_a_safe_one(void **state)
{
    const struct rig_says says[] = {{.steps = {{"HTTP/1.1 400 Bad\r\n\r\n", 0, 0, false}}}};
    struct rig_answer answer;
    struct rig_echo echo;
    struct rig rig;
    char url[128];

    (void)state;
    rig_echo_start(&echo, says, 1);
    (void)snprintf(url, sizeof(url), "https%s/", echo.url + strlen("http"));
    rig_start(&rig, (struct http_client_config){.connect_timeout_ms = 500});
    (void)rig_send(&rig, url, &answer);
    rig_wait(&rig, &answer);
    assert_string_equal(answer.error.code, "E-HTTP-CONNECT");
    assert_non_null(strstr(answer.error.text, "did not agree on TLS within 0.5 s"));
    rig_stop(&rig);
    rig_echo_stop(&echo);
}

/* Who the client says it is; the first three are whom the server knows. */
static const struct {
    const char *certificate, *key, *password;
    const char *words; /* of the error; NULL: it is let in */
} clients[] = {
    {"client.pem", "client.key", NULL, NULL},
    {"client.pem", "locked.key", "SECRET-key", NULL},
    {"both.pem", NULL, NULL, NULL},
    {NULL, NULL, NULL, "look at tls.cert_file"},
    {"stranger.pem", "stranger.key", NULL, "look at tls.cert_file"},
    {"client.pem", "stranger.key", NULL, "look at tls.cert_file"},
    {"client.pem", "locked.key", "SECRET-wrong", "look at tls.cert_file"},
    {"client.pem", "locked.key", NULL, "look at tls.cert_file"},
    {"answer", NULL, NULL, "look at tls.cert_file"},
};

static void ask_as(const struct tls_server *server, size_t i)
{
    struct http_client_config config = {.key_password = clients[i].password};
    char ca[256], certificate[256], key[256];
    struct rig rig;

    path_of(ca, "good.pem");
    config.ca_file = ca;
    if (clients[i].certificate) {
        path_of(certificate, clients[i].certificate);
        config.cert_file = certificate;
    }
    if (clients[i].key) {
        path_of(key, clients[i].key);
        config.key_file = key;
    }
    rig_start(&rig, config);
    for (int k = 0; k < 2; k++)
        if (clients[i].words)
            rig_fails(&rig, server->url, "/answer", "E-TLS", clients[i].words, false);
        else
            rig_gets(&rig, server->url, "/answer", "[{\"id\":1}]");
    rig_stop(&rig);
}

/* Each with the TLS of today and the one before, where a refusal comes at another time. */
static void says_who_it_is(void **state)
{
    static const char *const versions[] = {"-tls1_3", "-tls1_2"};

    (void)state;
    for (size_t v = 0; v < sizeof(versions) / sizeof(*versions); v++)
        for (size_t i = 0; i < sizeof(clients) / sizeof(*clients); i++) {
            const char *const options[] = {
                "-Verify", "1", "-verify_return_error", "-CAfile", "client.pem", versions[v], NULL};
            struct tls_server server;

            tls_start(&server, "good.pem", options);
            ask_as(&server, i);
            assert_int_equal(tls_stop(&server), clients[i].words == NULL);
        }
}

static void needs_its_files(void **state)
{
    const struct http_client_config configs[] = {
        {.ca_file = "/no/such/file.pem"},
        {.cert_file = "/no/such/file.pem"},
        {.cert_file = "/dev/null", .key_file = "/no/such/file.pem"},
    };
    static const char *const options[] = {"tls.ca_file", "tls.cert_file", "tls.key_file"};
    uv_loop_t loop;

    (void)state;
    uv_loop_init(&loop);
    for (size_t i = 0; i < sizeof(configs) / sizeof(*configs); i++) {
        struct weir_error error = {0};

        assert_null(http_client_new(&loop, &configs[i], &error));
        assert_string_equal(error.code, "E-TLS");
        assert_int_equal(error.fault, WEIR_FAULT_USAGE);
        assert_non_null(strstr(error.text, options[i]));
    }
    assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trusts_whom_it_is_told_to),
        cmocka_unit_test(trusts_nobody_else),
        cmocka_unit_test(trusts_all_when_insecure),
        cmocka_unit_test(speaks_no_old_tls),
        cmocka_unit_test(tells_a_plain_server_from_a_safe_one),
        cmocka_unit_test(says_who_it_is),
        cmocka_unit_test(needs_its_files),
    };

    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
