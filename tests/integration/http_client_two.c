/* The HTTP client and HTTP/2: many requests on one connection, and servers that get it wrong. */
#include "http_rig.h"

#include <sys/prctl.h>

enum { MANY = 20, STALL_MS = 2000 };

static char folder[] = "/tmp/weir-two-XXXXXX";
static char certificate[256];

static int make_files(void **state)
{
    static const char script[] =
        "cd %s && exec >log 2>&1 && "
        "openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 "
        "  -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 && "
        "cat cert.pem key.pem >both.pem";
    char command[1024];

    (void)state;
    if (!mkdtemp(folder))
        return -1;
    (void)snprintf(command, sizeof(command), script, folder);
    (void)snprintf(certificate, sizeof(certificate), "%s/both.pem", folder);
    return system(command);
}

static int remove_files(void **state)
{
    char command[512];

    (void)state;
    (void)snprintf(command, sizeof(command), "rm -r %s", folder);
    return system(command);
}

struct two {
    struct rig_server server;
    struct rig rig;
};

/* The server with up to two more words, and a client that may speak HTTP/2. */
static void start(struct two *two, const char *option, const char *value)
{
    int in[2], out[2];
    FILE *said;

    assert_int_equal(pipe(in), 0);
    assert_int_equal(pipe(out), 0);
    two->server.pid = fork();
    assert_true(two->server.pid >= 0);
    if (two->server.pid == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        close(in[1]);
        close(out[0]);
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        execl("/usr/bin/python3", "python3", "-B", TEST_SERVERS_DIR "/two.py", "--cert",
            certificate, option, value, (char *)NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    two->server.input = in[1];
    said = fdopen(out[0], "r");
    assert_non_null(said);
    assert_int_equal(fscanf(said, "listening on %63s", two->server.url), 1);
    fclose(said);
    rig_start(&two->rig, (struct http_client_config){.ca_file = certificate,
                             .two = true,
                             .max_body = 8 << 20,
                             .stall_timeout_ms = STALL_MS});
}

static void stop(struct two *two)
{
    rig_stop(&two->rig);
    rig_server_stop(&two->server);
}

/* A counter of the server. The client that asks is one connection more, and speaks 1.1. */
static long counter(const struct two *two, const char *name)
{
    struct rig rig;
    struct rig_answer answer;
    json_t *stats;
    long value;

    rig_start(&rig, (struct http_client_config){.ca_file = certificate});
    rig_get(&rig, two->server.url, "/stats", &answer);
    assert_int_equal(answer.status, 200);
    stats = json_loadb(answer.body, answer.length, 0, NULL);
    assert_non_null(stats);
    assert_true(json_is_integer(json_object_get(stats, name)));
    value = (long)json_integer_value(json_object_get(stats, name));
    json_decref(stats);
    rig_forget(&answer);
    rig_stop(&rig);
    return value;
}

static void get(struct two *two, const char *path)
{
    rig_gets(&two->rig, two->server.url, path, "\"id\": 100");
}

static void ask_many(struct two *two, const char *query, struct rig_answer answers[MANY])
{
    char url[256];

    for (int i = 0; i < MANY; i++) {
        (void)snprintf(url, sizeof(url), "%s/rows?page=%d%s", two->server.url, i + 1, query);
        (void)rig_send(&two->rig, url, &answers[i]);
    }
    for (int i = 0; i < MANY; i++)
        rig_wait(&two->rig, &answers[i]);
}

/* Each has its own rows, and all of them. */
static void check_many(struct rig_answer answers[MANY])
{
    char last[32];

    for (int i = 0; i < MANY; i++) {
        if (weir_error_is_set(&answers[i].error))
            print_error("%s %s\n", answers[i].error.code, answers[i].error.text);
        (void)snprintf(last, sizeof(last), "\"id\": %d,", (i + 1) * 100);
        assert_string_equal(answers[i].error.code, "");
        assert_int_equal(answers[i].status, 200);
        assert_non_null(strstr(answers[i].body, last));
        assert_int_equal(answers[i].body[answers[i].length - 1], '}');
        rig_forget(&answers[i]);
    }
}

static void shares_one_connection(void **state)
{
    struct rig_answer answers[MANY];
    struct two two;

    (void)state;
    start(&two, NULL, NULL);
    for (int i = 0; i < 3; i++) {
        ask_many(&two, "&delay=20&pad=500", answers);
        check_many(answers);
    }
    assert_int_equal(counter(&two, "two"), 3 * MANY);
    assert_int_equal(counter(&two, "most_streams"), MANY);
    assert_int_equal(counter(&two, "connections"), 1 + 3);
    stop(&two);
}

static void opens_as_many_as_a_server_wants(void **state)
{
    struct rig_answer answers[MANY];
    struct two two;

    (void)state;
    start(&two, "--streams", "4");
    /* Until its settings are here nobody knows what it allows. */
    get(&two, "/rows");
    ask_many(&two, "&delay=20", answers);
    check_many(answers);
    ask_many(&two, "&delay=20", answers);
    check_many(answers);
    assert_int_equal(counter(&two, "two"), 2 * MANY + 1);
    assert_true(counter(&two, "most_streams") <= 4);
    stop(&two);
}

static void speaks_what_the_server_has(void **state)
{
    struct rig_answer answers[MANY];
    struct two two;

    (void)state;
    start(&two, "--one", NULL);
    ask_many(&two, "", answers);
    check_many(answers);
    assert_int_equal(counter(&two, "one"), MANY);
    assert_int_equal(counter(&two, "two"), 0);
    stop(&two);
}

static void believes_no_lie(void **state)
{
    struct two two;

    (void)state;
    start(&two, "--one", NULL);
    rig_fails(&two.rig, two.server.url, "/rows?as=lie", "E-HTTP-PROTOCOL", "HTTP/2 200", false);
    get(&two, "/rows");
    stop(&two);
}

static void tells_what_went_wrong(void **state)
{
    static const struct {
        const char *fault, *code, *words;
    } cases[] = {
        {"reset", "E-HTTP-RESET", "'http_version: 1.1' does without"},
        {"close", "E-HTTP-TRUNCATED", "ended in the middle"},
        {"cut", "E-HTTP-", ""},
        {"flood", "E-HTTP-", ""},
        {"huge", "E-HTTP-", ""},
        {"many", "E-HTTP-", ""},
        {"hang", "E-HTTP-STALL", "silent for 2.0 s"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct rig_answer answer;
        struct two two;
        char path[64];

        start(&two, NULL, NULL);
        (void)snprintf(path, sizeof(path), "/rows?as=%s", cases[i].fault);
        rig_get(&two.rig, two.server.url, path, &answer);
        if (strncmp(answer.error.code, cases[i].code, strlen(cases[i].code)) != 0)
            print_error("%s: %s %s\n", path, answer.error.code, answer.error.text);
        assert_int_equal(strncmp(answer.error.code, cases[i].code, strlen(cases[i].code)), 0);
        assert_non_null(strstr(answer.error.text, cases[i].words));
        assert_true(answer.retryable);
        assert_null(answer.body);
        get(&two, path);
        stop(&two);
    }
}

/* A stream that was refused, by itself or with its connection, may be asked for again at once. */
static void asks_again_what_was_refused(void **state)
{
    static const char *const faults[] = {"refuse", "goaway", "calm", "require", "push"};

    (void)state;
    for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
        struct rig_answer answer;
        struct two two;
        char path[64];

        start(&two, NULL, NULL);
        get(&two, "/rows?page=1");
        (void)snprintf(path, sizeof(path), "/rows?as=%s", faults[i]);
        rig_get(&two.rig, two.server.url, path, &answer);
        if (weir_error_is_set(&answer.error))
            assert_true(answer.retryable);
        else
            assert_non_null(strstr(answer.body, "\"id\": 100"));
        rig_forget(&answer);
        get(&two, path);
        stop(&two);
    }
}

/* What is cut by a connection that was to end is no whole answer, whatever libcurl makes of it. */
static void takes_no_half_for_a_whole(void **state)
{
    static const char *const queries[] = {"&as=cut&length=0", "&as=close&length=0",
        "&as=cut&length=0&lines=1", "&as=reset&length=0", "&as=goaway&length=0"};

    (void)state;
    for (size_t i = 0; i < sizeof(queries) / sizeof(*queries); i++) {
        struct rig_answer answers[MANY];
        struct two two;

        start(&two, NULL, NULL);
        ask_many(&two, queries[i], answers);
        for (int k = 0; k < MANY; k++) {
            char last[32];

            (void)snprintf(last, sizeof(last), "\"id\": %d,", (k + 1) * 100);
            if (weir_error_is_set(&answers[k].error))
                assert_true(answers[k].retryable);
            else
                assert_non_null(strstr(answers[k].body, last));
            rig_forget(&answers[k]);
        }
        stop(&two);
    }
}

static void reads_lines_without_a_length_by_one(void **state)
{
    struct two two;

    (void)state;
    start(&two, NULL, NULL);
    get(&two, "/rows?length=0");
    assert_int_equal(counter(&two, "one"), 0);
    get(&two, "/rows?length=0&lines=1");
    assert_int_equal(counter(&two, "one"), 1);
    get(&two, "/rows");
    assert_int_equal(counter(&two, "one"), 2);
    stop(&two);
}

/* They could not give way to others on the loop. */
static void reads_large_answers_by_one(void **state)
{
    static const char *const paths[] = {"/rows?pad=15000", "/rows?pad=15000&length=0"};

    (void)state;
    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
        struct two two;

        start(&two, NULL, NULL);
        get(&two, "/rows?pad=5000");
        assert_int_equal(counter(&two, "one"), 0);
        get(&two, paths[i]);
        assert_int_equal(counter(&two, "one"), 1);
        stop(&two);
    }
}

/* Such talk is an answer to nothing where HTTP/1.1 is spoken; here it is none of our business. */
static void lets_the_server_talk(void **state)
{
    struct two two;

    (void)state;
    start(&two, NULL, NULL);
    for (int i = 0; i < 3; i++) {
        get(&two, "/rows?as=talk&times=9");
        rig_sleep(&two.rig, 150);
    }
    assert_int_equal(counter(&two, "connections"), 1 + 1);
    get(&two, "/rows?as=goodbye&times=9");
    rig_sleep(&two.rig, 150);
    get(&two, "/rows");
    assert_int_equal(counter(&two, "one"), 0);
    stop(&two);
}

/* One of all the answers has no room for a while: it is none of the others' business. */
struct tight {
    struct rig_answer answer;
    bool has_room;
    unsigned n_refused;
};

static bool has_room(void *arg, size_t size)
{
    struct tight *tight = arg;

    (void)size;
    tight->n_refused += !tight->has_room;
    return tight->has_room;
}

static void on_tight(void *arg, struct http_response *response)
{
    rig_on_done(&((struct tight *)arg)->answer, response);
}

static void pauses_and_stalls_nobody(void **state)
{
    struct rig_answer answers[MANY];
    struct tight tight = {0};
    struct http_transfer *transfer;
    struct two two;
    char url[128];

    (void)state;
    start(&two, NULL, NULL);
    get(&two, "/rows");
    (void)snprintf(url, sizeof(url), "%s/rows?pad=5000&delay=10", two.server.url);
    transfer = http_client_send(two.rig.client,
        &(struct http_request){.method = "GET", .url = url, .room = has_room}, on_tight, &tight);
    ask_many(&two, "&pad=2000&delay=20", answers);
    check_many(answers);
    while (!tight.n_refused && !tight.answer.came)
        uv_run(&two.rig.loop, UV_RUN_ONCE);
    /* Longer than the server may be silent. */
    rig_sleep(&two.rig, STALL_MS + 300);
    assert_false(tight.answer.came);
    tight.has_room = true;
    http_transfer_resume(transfer);
    rig_wait(&two.rig, &tight.answer);
    assert_string_equal(tight.answer.error.code, "");
    assert_non_null(strstr(tight.answer.body, "\"id\": 100"));
    assert_int_equal(counter(&two, "one"), 1);
    rig_forget(&tight.answer);
    stop(&two);
}

static void cancels_one_of_many(void **state)
{
    struct rig_answer answers[MANY], unwanted[2];
    struct tight tight = {0};
    struct http_transfer *transfers[3];
    struct two two;
    char url[128];

    (void)state;
    start(&two, NULL, NULL);
    get(&two, "/rows");
    (void)snprintf(url, sizeof(url), "%s/rows?as=hang", two.server.url);
    transfers[0] = rig_send(&two.rig, url, &unwanted[0]);
    (void)snprintf(url, sizeof(url), "%s/rows?pad=5000&delay=10", two.server.url);
    transfers[1] = rig_send(&two.rig, url, &unwanted[1]);
    transfers[2] = http_client_send(two.rig.client,
        &(struct http_request){.method = "GET", .url = url, .room = has_room}, on_tight, &tight);
    while (!tight.n_refused && !tight.answer.came)
        uv_run(&two.rig.loop, UV_RUN_ONCE);
    for (int i = 0; i < 3; i++)
        if (i != 1 || !unwanted[1].came)
            http_transfer_cancel(transfers[i]);
    ask_many(&two, "&delay=20", answers);
    check_many(answers);
    assert_false(unwanted[0].came || tight.answer.came);
    rig_forget(&unwanted[1]);
    stop(&two);
}

static void sends_large_bodies(void **state)
{
    enum { SIZE = 300 * 1000 };
    char *body = weir_malloc(SIZE);
    struct two two;
    char url[128];

    (void)state;
    memset(body, 'x', SIZE);
    start(&two, NULL, NULL);
    (void)snprintf(url, sizeof(url), "%s/rows", two.server.url);
    for (int i = 0; i < 3; i++) {
        struct rig_answer answer = {0};

        (void)http_client_send(two.rig.client,
            &(struct http_request){.method = "POST", .url = url, .body = {body, SIZE}}, rig_on_done,
            &answer);
        rig_wait(&two.rig, &answer);
        assert_string_equal(answer.error.code, "");
        rig_forget(&answer);
    }
    assert_int_equal(counter(&two, "two"), 3);
    free(body);
    stop(&two);
}

/* Nobody waits for ever for a connection that another one makes. */
static void waits_for_no_connection(void **state)
{
    struct rig_answer answers[4];
    struct rig rig;
    char plain[64], url[128];
    int listener = rig_listener(plain);

    (void)state;
    (void)snprintf(url, sizeof(url), "https%s", plain + strlen("http"));
    rig_start(&rig, (struct http_client_config){
                        .ca_file = certificate, .two = true, .connect_timeout_ms = 300});
    for (int i = 0; i < 4; i++)
        (void)rig_send(&rig, url, &answers[i]);
    for (int i = 0; i < 4; i++) {
        rig_wait(&rig, &answers[i]);
        assert_string_equal(answers[i].error.code, "E-HTTP-CONNECT");
        assert_true(answers[i].retryable);
    }
    rig_stop(&rig);
    close(listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_one_connection),
        cmocka_unit_test(opens_as_many_as_a_server_wants),
        cmocka_unit_test(speaks_what_the_server_has),
        cmocka_unit_test(believes_no_lie),
        cmocka_unit_test(tells_what_went_wrong),
        cmocka_unit_test(asks_again_what_was_refused),
        cmocka_unit_test(takes_no_half_for_a_whole),
        cmocka_unit_test(reads_lines_without_a_length_by_one),
        cmocka_unit_test(reads_large_answers_by_one),
        cmocka_unit_test(lets_the_server_talk),
        cmocka_unit_test(pauses_and_stalls_nobody),
        cmocka_unit_test(cancels_one_of_many),
        cmocka_unit_test(sends_large_bodies),
        cmocka_unit_test(waits_for_no_connection),
    };

    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
