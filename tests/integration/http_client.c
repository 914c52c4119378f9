/* The HTTP client and servers that do as they should: answers, reuse, ends. */
#include "http_rig.h"

static struct rig_server server;

static int start_server(void **state)
{
    (void)state;
    rig_server_start(&server);
    return 0;
}

static int stop_server(void **state)
{
    (void)state;
    rig_server_stop(&server);
    return 0;
}

static void gets_an_answer(void **state)
{
    struct rig rig;
    struct rig_answer answer;

    (void)state;
    rig_start(&rig, (struct http_client_config){0});
    rig_get(&rig, server.url, "/rows?n=3", &answer);
    assert_false(weir_error_is_set(&answer.error));
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.content_type, "application/json");
    assert_string_equal(answer.location, "(none)");
    assert_string_equal(answer.link, "(none)");
    assert_string_equal(answer.retry_after, "(none)");
    assert_non_null(strstr(answer.body, "\"id\":3"));
    assert_int_equal(answer.length, strlen(answer.body));
    assert_int_equal(answer.wire_bytes, answer.length);
    assert_in_range(answer.elapsed_us, 1, 5000000);
    rig_forget(&answer);
    assert_int_equal(http_client_in_flight(rig.client), 0);
    rig_stop(&rig);
}

static void takes_all_framings(void **state)
{
    struct rig rig;

    (void)state;
    rig_start(&rig, (struct http_client_config){0});
    rig_gets(&rig, server.url, "/rows?n=3&chunked=1", "\"id\":3");
    rig_gets(&rig, server.url, "/rows?n=3&gzip=1", "\"id\":3");
    rig_gets(&rig, server.url, "/rows?n=3000&gzip=1&chunked=1", "\"id\":3000");
    rig_gets(&rig, server.url, "/gzip?n=500&members=7", "\"id\":500");
    rig_gets(&rig, server.url, "/rows?n=3&drop=1", "\"id\":3");
    rig_gets(&rig, server.url, "/rows?n=3", "\"id\":3");
    rig_stop(&rig);
}

static void gives_statuses_as_they_are(void **state)
{
    static const int statuses[] = {201, 204, 206, 301, 304, 400, 404, 429, 500, 503, 599};
    struct rig rig;
    struct rig_answer answer;

    (void)state;
    rig_start(&rig, (struct http_client_config){0});
    for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++) {
        char path[64];

        (void)snprintf(path, sizeof(path), "/status?code=%d", statuses[i]);
        rig_get(&rig, server.url, path, &answer);
        assert_false(weir_error_is_set(&answer.error));
        assert_int_equal(answer.status, statuses[i]);
        rig_forget(&answer);
    }
    rig_get(&rig, server.url, "/redirect?to=/rows", &answer);
    assert_int_equal(answer.status, 302);
    assert_string_equal(answer.location, "/rows");
    rig_forget(&answer);
    rig_get(&rig, server.url, "/retry-after?value=7", &answer);
    assert_int_equal(answer.status, 429);
    assert_string_equal(answer.retry_after, "7");
    rig_forget(&answer);
    rig_stop(&rig);
}

static void sends_what_is_asked(void **state)
{
    static const char *const headers[] = {"X-One: 1", "X-Empty:", "Accept: text/plain", NULL};
    char *large = weir_malloc(2 << 20);
    char url[128];
    struct rig rig;
    struct rig_answer answer = {0};

    (void)state;
    memset(large, 'x', 2 << 20);
    memcpy(large, "first", 5);
    (void)snprintf(url, sizeof(url), "%s/status?code=200&echo=1", server.url);
    rig_start(&rig, (struct http_client_config){.max_body = 8 << 20});
    http_client_send(rig.client,
        &(struct http_request){
            .method = "POST", .url = url, .headers = headers, .body = {large, 2 << 20}},
        rig_on_done, &answer);
    memset(large, 'y', 2 << 20);
    free(large);
    rig_wait(&rig, &answer);
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(answer.body, "[\"accept-encoding\",\"gzip, br, zstd\"]"));
    assert_non_null(strstr(answer.body, "[\"user-agent\",\"rig\"]"));
    assert_non_null(strstr(answer.body, "[\"x-one\",\"1\"]"));
    assert_non_null(strstr(answer.body, "[\"x-empty\",\"\"]"));
    assert_non_null(strstr(answer.body, "[\"accept\",\"text/plain\"]"));
    assert_null(strstr(answer.body, "expect"));
    assert_non_null(strstr(answer.body, "firstxxxx"));
    assert_null(strstr(answer.body, "yyyy"));
    assert_true(answer.length > 2 << 20);
    rig_forget(&answer);
    rig_stop(&rig);
}

static void posts_without_a_body(void **state)
{
    char url[128];
    struct rig rig;
    struct rig_answer answer = {0};

    (void)state;
    (void)snprintf(url, sizeof(url), "%s/status?code=200&echo=1", server.url);
    rig_start(&rig, (struct http_client_config){0});
    http_client_send(
        rig.client, &(struct http_request){.method = "POST", .url = url}, rig_on_done, &answer);
    rig_wait(&rig, &answer);
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(answer.body, "[\"content-length\",\"0\"]"));
    rig_forget(&answer);
    rig_stop(&rig);
}

static void keeps_connections(void **state)
{
    struct rig rig;

    (void)state;
    rig_reset_stats(&server);
    rig_start(&rig, (struct http_client_config){0});
    for (int i = 0; i < 50; i++)
        rig_gets(&rig, server.url, i % 2 ? "/rows?n=1" : "/rows?n=2&chunked=1", "\"id\":1");
    rig_stop(&rig);
    assert_int_equal(rig_counter(&server, "requests_total"), 50);
    assert_int_equal(rig_counter(&server, "connections_total"), 1);
}

struct crowd {
    struct rig *rig;
    int sent, done, wanted;
    bool failed;
};

static void crowd_send(struct crowd *crowd);

static void crowd_on_done(void *arg, struct http_response *response)
{
    struct crowd *crowd = arg;

    crowd->failed |= weir_error_is_set(&response->error) || response->status != 200;
    crowd->done++;
    if (crowd->sent < crowd->wanted)
        crowd_send(crowd);
}

static void crowd_send(struct crowd *crowd)
{
    char url[128];

    (void)snprintf(url, sizeof(url), "%s/items/%d", server.url, ++crowd->sent);
    http_client_send(crowd->rig->client, &(struct http_request){.method = "GET", .url = url},
        crowd_on_done, crowd);
}

static void opens_no_more_connections_than_requests_at_once(void **state)
{
    struct rig rig;
    struct crowd crowd = {.rig = &rig, .wanted = 300};

    (void)state;
    rig_reset_stats(&server);
    rig_start(&rig, (struct http_client_config){0});
    for (int i = 0; i < 8; i++)
        crowd_send(&crowd);
    assert_int_equal(http_client_in_flight(rig.client), 8);
    while (crowd.done < crowd.wanted)
        uv_run(&rig.loop, UV_RUN_ONCE);
    assert_false(crowd.failed);
    rig_stop(&rig);
    assert_int_equal(rig_counter(&server, "requests_total"), 300);
    assert_in_range(rig_counter(&server, "connections_total"), 1, 8);
}

/* Ends by itself: what is kept open must not keep the loop alive. */
static void lets_the_loop_end(void **state)
{
    struct rig rig;
    struct rig_answer answer;
    char url[128];

    (void)state;
    (void)snprintf(url, sizeof(url), "%s/rows?n=1", server.url);
    rig_start(&rig, (struct http_client_config){0});
    (void)rig_send(&rig, url, &answer);
    uv_run(&rig.loop, UV_RUN_DEFAULT);
    assert_true(answer.came);
    rig_forget(&answer);
    rig_stop(&rig);
}

static void never_calls_back_from_send(void **state)
{
    char *url = weir_malloc(100001);
    struct rig rig;
    struct rig_answer answer;

    (void)state;
    memset(url, 'x', 100000);
    memcpy(url, "http://h/", 9);
    url[100000] = '\0';
    rig_start(&rig, (struct http_client_config){0});
    (void)rig_send(&rig, url, &answer);
    assert_false(answer.came);
    assert_int_equal(http_client_in_flight(rig.client), 1);
    uv_run(&rig.loop, UV_RUN_DEFAULT);
    assert_true(answer.came);
    assert_string_equal(answer.error.code, "E-URL");
    (void)rig_send(&rig, "ftp://127.0.0.1/x", &answer);
    rig_wait(&rig, &answer);
    assert_string_equal(answer.error.code, "E-URL-SCHEME");
    /* Cancelled before it was told. */
    http_transfer_cancel(rig_send(&rig, url, &answer));
    uv_run(&rig.loop, UV_RUN_DEFAULT);
    assert_false(answer.came);
    free(url);
    rig_stop(&rig);
}

static void cancels_one_alone(void **state)
{
    struct rig rig;
    struct rig_answer kept, cancelled;
    struct http_transfer *transfer;
    char url[128];

    (void)state;
    rig_start(&rig, (struct http_client_config){0});
    (void)snprintf(url, sizeof(url), "%s/hang", server.url);
    transfer = rig_send(&rig, url, &cancelled);
    (void)snprintf(url, sizeof(url), "%s/slow?delay=1&n=1", server.url);
    (void)rig_send(&rig, url, &kept);
    rig_sleep(&rig, 100);
    http_transfer_cancel(transfer);
    assert_int_equal(http_client_in_flight(rig.client), 1);
    rig_wait(&rig, &kept);
    assert_int_equal(kept.status, 200);
    assert_false(cancelled.came);
    rig_forget(&kept);
    rig_stop(&rig);
}

struct pair {
    struct http_transfer *other;
    bool came;
};

static void cancel_other(void *arg, struct http_response *response)
{
    struct pair *pair = arg;

    (void)response;
    pair->came = true;
    http_transfer_cancel(pair->other);
}

static void cancels_from_a_callback(void **state)
{
    struct rig rig;
    struct rig_answer answer;
    struct pair pair = {0};
    char url[128];

    (void)state;
    rig_start(&rig, (struct http_client_config){0});
    (void)snprintf(url, sizeof(url), "%s/hang", server.url);
    pair.other = rig_send(&rig, url, &answer);
    (void)snprintf(url, sizeof(url), "%s/rows?n=1", server.url);
    http_client_send(
        rig.client, &(struct http_request){.method = "GET", .url = url}, cancel_other, &pair);
    uv_run(&rig.loop, UV_RUN_DEFAULT);
    assert_true(pair.came);
    assert_false(answer.came);
    assert_int_equal(http_client_in_flight(rig.client), 0);
    rig_stop(&rig);
}

struct gate {
    struct rig_answer answer;
    bool is_open;
    unsigned asked;
};

static bool gate_has_room(void *arg, size_t size)
{
    struct gate *gate = arg;

    assert_true(size > 0);
    gate->asked++;
    return gate->is_open;
}

static void gate_on_done(void *arg, struct http_response *response)
{
    rig_on_done(&((struct gate *)arg)->answer, response);
}

static struct http_transfer *gate_send(struct rig *rig, const char *path, struct gate *gate)
{
    char url[128];

    (void)snprintf(url, sizeof(url), "%s%s", server.url, path);
    return http_client_send(rig->client,
        &(struct http_request){.method = "GET", .url = url, .room = gate_has_room}, gate_on_done,
        gate);
}

/* For longer than a server may be silent, with most of the answer still in the socket. */
static void waits_for_room(void **state)
{
    static const char *const paths[] = {
        "/rows?n=20000", "/rows?n=20000&chunked=1", "/rows?n=20000&gzip=1"};
    enum { N = sizeof(paths) / sizeof(*paths) };
    struct gate gates[N] = {0};
    struct http_transfer *transfers[N];
    struct rig rig;

    (void)state;
    rig_reset_stats(&server);
    rig_start(&rig, (struct http_client_config){.max_body = 8 << 20, .stall_timeout_ms = 3000});
    for (size_t i = 0; i < N; i++)
        transfers[i] = gate_send(&rig, paths[i], &gates[i]);
    for (size_t i = 0; i < N; i++)
        while (gates[i].asked == 0 && !gates[i].answer.came)
            rig_sleep(&rig, 10);
    rig_sleep(&rig, 3400);
    for (size_t i = 0; i < N; i++) {
        assert_false(gates[i].answer.came);
        assert_int_equal(gates[i].asked, 1);
        gates[i].is_open = true;
        http_transfer_resume(transfers[i]);
        rig_wait(&rig, &gates[i].answer);
        assert_string_equal(gates[i].answer.error.text, "");
        assert_non_null(strstr(gates[i].answer.body, "\"id\":20000"));
        rig_forget(&gates[i].answer);
    }
    rig_stop(&rig);
    assert_in_range(rig_counter(&server, "connections_total"), 1, N);
}

static void ends_while_it_waits_for_room(void **state)
{
    struct gate gates[2] = {0};
    struct http_transfer *transfer;
    struct rig rig;

    (void)state;
    rig_start(&rig, (struct http_client_config){.max_body = 8 << 20});
    transfer = gate_send(&rig, "/rows?n=20000", &gates[0]);
    (void)gate_send(&rig, "/rows?n=20000", &gates[1]);
    rig_sleep(&rig, 200);
    assert_int_equal(gates[0].asked + gates[1].asked, 2);
    http_transfer_cancel(transfer);
    rig_gets(&rig, server.url, "/rows?n=1", "\"id\":1");
    rig_stop(&rig);
    assert_false(gates[0].answer.came || gates[1].answer.came);
}

/* In every phase: just sent, connecting, waiting, half read. */
static void closes_with_requests_in_flight(void **state)
{
    static const char *const paths[] = {"/hang", "/stall", "/drip?bps=10", "/rows"};
    static const uint64_t waits_ms[] = {0, 1, 5, 100};

    (void)state;
    for (size_t i = 0; i < sizeof(waits_ms) / sizeof(*waits_ms); i++) {
        struct rig_answer answers[20];
        struct rig rig;

        rig_start(&rig, (struct http_client_config){0});
        for (size_t k = 0; k < 20; k++) {
            char url[128];

            (void)snprintf(url, sizeof(url), "%s%s", server.url, paths[k % 4]);
            (void)rig_send(&rig, url, &answers[k]);
        }
        if (waits_ms[i])
            rig_sleep(&rig, waits_ms[i]);
        rig_stop(&rig);
        for (size_t k = 0; k < 20; k++)
            rig_forget(&answers[k]);
    }
}

static void closes_unused(void **state)
{
    struct rig rig;

    (void)state;
    rig_start(&rig, (struct http_client_config){0});
    rig_stop(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gets_an_answer),
        cmocka_unit_test(takes_all_framings),
        cmocka_unit_test(gives_statuses_as_they_are),
        cmocka_unit_test(sends_what_is_asked),
        cmocka_unit_test(posts_without_a_body),
        cmocka_unit_test(keeps_connections),
        cmocka_unit_test(opens_no_more_connections_than_requests_at_once),
        cmocka_unit_test(lets_the_loop_end),
        cmocka_unit_test(never_calls_back_from_send),
        cmocka_unit_test(cancels_one_alone),
        cmocka_unit_test(cancels_from_a_callback),
        cmocka_unit_test(waits_for_room),
        cmocka_unit_test(ends_while_it_waits_for_room),
        cmocka_unit_test(closes_with_requests_in_flight),
        cmocka_unit_test(closes_unused),
    };

    return cmocka_run_group_tests(tests, start_server, stop_server);
}
