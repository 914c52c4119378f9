/* The HTTP client and packed answers other than gzip: whole ones, cut ones, and bytes behind. */
#include "http_rig.h"

#define BODY "[{\"id\":1},{\"id\":2}]"
#define BROTLI "\x0b\x09\x80" BODY "\x03"
#define ZSTD "\x28\xb5\x2f\xfd\x24\x13\x99\0\0" BODY "\x23\x84\xa3\x05"

static const struct {
    const char *name, *bytes;
    size_t n;
} packed[] = {
    {"br", BROTLI, sizeof(BROTLI) - 1},
    {"zstd", ZSTD, sizeof(ZSTD) - 1},
};

/* What is said of the body, and then so many bytes of it. */
static size_t answer_with(char *out, size_t size, size_t kind, size_t n, const char *more)
{
    size_t length = n + strlen(more);
    int head = snprintf(out, size,
        "HTTP/1.1 200 OK\r\nX-Kind: \t%s \r\nContent-Encoding: %s\r\nContent-Length: %zu\r\n\r\n",
        packed[kind].name, packed[kind].name, length);

    memcpy(out + head, packed[kind].bytes, n);
    memcpy(out + head + n, more, length - n);
    return (size_t)head + length;
}

struct kept {
    struct rig_answer answer;
    char kind[16];
    bool has_other;
};

static void keep(void *arg, struct http_response *response)
{
    struct kept *kept = arg;

    rig_keep_text(kept->kind, sizeof(kept->kind), http_response_header(response, "x-kind"));
    kept->has_other = http_response_header(response, "X-Other") != NULL;
    rig_on_done(&kept->answer, response);
}

/* Twice over one transfer; the second answer comes in two pieces. */
static void unpacks_whole_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(packed) / sizeof(*packed); i++) {
        char bytes[512];
        size_t n = answer_with(bytes, sizeof(bytes), i, packed[i].n, "");
        const struct rig_says says = {.steps = {{bytes, n, 0, false}, {bytes, n - 9, 0, true},
                                          {bytes + n - 9, 9, 50, false}}};
        struct rig_echo echo;
        struct rig rig;

        rig_echo_start(&echo, &says, 1);
        rig_start(&rig, (struct http_client_config){0});
        for (int k = 0; k < 2; k++) {
            struct kept kept = {0};

            http_client_send(
                rig.client, &(struct http_request){.method = "GET", .url = echo.url}, keep, &kept);
            rig_wait(&rig, &kept.answer);
            assert_string_equal(kept.answer.error.text, "");
            assert_string_equal(kept.answer.body, BODY);
            assert_int_equal(kept.answer.wire_bytes, packed[i].n);
            assert_string_equal(kept.kind, packed[i].name);
            assert_false(kept.has_other);
            rig_forget(&kept.answer);
        }
        rig_stop(&rig);
        rig_echo_stop(&echo);
    }
}

/* B01: the length that the head names is there, but the stream in it is not whole. */
static void notices_streams_that_are_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(packed) / sizeof(*packed); i++) {
        char bytes[512];
        size_t n = answer_with(bytes, sizeof(bytes), i, packed[i].n - 1, "");
        const struct rig_says says = {.steps = {{bytes, n, 0, false}}};
        struct rig_echo echo;
        struct rig rig;

        rig_echo_start(&echo, &says, 1);
        rig_start(&rig, (struct http_client_config){0});
        rig_fails(&rig, echo.url, "/", "E-HTTP-TRUNCATED", packed[i].name, true);
        rig_stop(&rig);
        rig_echo_stop(&echo);
    }
}

static void refuses_what_stands_behind_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(packed) / sizeof(*packed); i++) {
        char bytes[512];
        size_t n = answer_with(bytes, sizeof(bytes), i, packed[i].n, "{3}");
        const struct rig_says says = {.steps = {{bytes, n, 0, false}}};
        struct rig_echo echo;
        struct rig rig;

        rig_echo_start(&echo, &says, 1);
        rig_start(&rig, (struct http_client_config){0});
        rig_fails(&rig, echo.url, "/", "E-HTTP-PROTOCOL", "behind its end", false);
        rig_stop(&rig);
        rig_echo_stop(&echo);
    }
}

static void holds_them_to_the_limit(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(packed) / sizeof(*packed); i++) {
        char bytes[512];
        size_t n = answer_with(bytes, sizeof(bytes), i, packed[i].n, "");
        const struct rig_says says = {.steps = {{bytes, n, 0, false}}};
        struct rig_echo echo;
        struct rig rig;

        rig_echo_start(&echo, &says, 1);
        rig_start(&rig, (struct http_client_config){.max_body = strlen(BODY) - 1});
        rig_fails(&rig, echo.url, "/", "E-LIMIT-BODY", "max_response_size", false);
        rig_stop(&rig);
        rig_echo_stop(&echo);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unpacks_whole_answers),
        cmocka_unit_test(notices_streams_that_are_cut),
        cmocka_unit_test(refuses_what_stands_behind_them),
        cmocka_unit_test(holds_them_to_the_limit),
    };

    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
