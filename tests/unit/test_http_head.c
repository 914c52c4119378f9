/* Heads of answers: what is taken from them, and what is no head. */
#include "client/head.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Adds the lines of a text one by one, line breaks included, until one fails. */
static enum weir_status feed(struct http_head *head, const char *text, struct weir_error *error)
{
    while (*text) {
        const char *end = strchr(text, '\n');
        size_t n = end ? (size_t)(end + 1 - text) : strlen(text);

        if (http_head_add(head, (struct weir_str){text, n}, error) != WEIR_OK)
            return WEIR_FAIL;
        text += n;
    }
    return WEIR_OK;
}

static void takes(struct http_head *head, const char *text)
{
    struct weir_error error = {0};

    http_head_init(head);
    assert_int_equal(feed(head, text, &error), WEIR_OK);
    assert_int_equal(head->place, HTTP_HEAD_WHOLE);
}

static void refuses(const char *text, const char *code, const char *what)
{
    struct weir_error error = {0};
    struct http_head head;

    http_head_init(&head);
    assert_int_equal(feed(&head, text, &error), WEIR_FAIL);
    assert_string_equal(error.code, code);
    assert_non_null(strstr(error.text, what));
    http_head_done(&head);
}

static void takes_what_is_asked_for(void **state)
{
    struct http_head head;

    (void)state;
    takes(&head, "HTTP/1.1 429 Too Many Requests\r\n"
                 "content-type:application/json\r\n"
                 "RETRY-AFTER: \t 120 \r\n"
                 "Location: /elsewhere\r\n"
                 "X-Link: <no>\r\n"
                 "Link: <a>; rel=next\r\n"
                 "Link: <b>; rel=last\r\n"
                 "Content-Length: 12\r\n"
                 "Content-Encoding: gzip\r\n"
                 "\r\n");
    assert_int_equal(head.status, 429);
    assert_int_equal(head.minor, 1);
    assert_string_equal(http_head_find(&head, "Content-Type"), "application/json");
    assert_string_equal(http_head_find(&head, "Retry-After"), "120");
    assert_string_equal(http_head_find(&head, "Location"), "/elsewhere");
    assert_string_equal(head.links.ptr, "<a>; rel=next, <b>; rel=last");
    assert_int_equal(head.framing.length, 12);
    assert_ptr_equal(head.framing.encoding, &http_encoding_gzip);
    http_head_done(&head);
}

static void takes_little(void **state)
{
    struct http_head head;

    (void)state;
    takes(&head, "HTTP/1.0 999\n\n");
    assert_int_equal(head.status, 999);
    assert_int_equal(head.minor, 0);
    assert_null(http_head_find(&head, "Content-Type"));
    assert_int_equal(head.links.len, 0);
    http_head_done(&head);
}

static void finds_fields_by_name(void **state)
{
    struct http_head head;

    (void)state;
    takes(&head, "HTTP/1.1 200 OK\r\n"
                 "X-RateLimit-Remaining:  42\t\r\n"
                 "ETag:\r\n"
                 "X-Twice: one\r\n"
                 "x-twice: two\r\n"
                 "X-Folded: a\r\n"
                 " \t b \r\n"
                 "X: last\r\n"
                 "\r\n");
    assert_string_equal(http_head_find(&head, "x-ratelimit-remaining"), "42");
    assert_string_equal(http_head_find(&head, "etag"), "");
    assert_string_equal(http_head_find(&head, "X-TWICE"), "one");
    assert_string_equal(http_head_find(&head, "X-Folded"), "a b");
    assert_string_equal(http_head_find(&head, "x"), "last");
    /* A value is no name, and neither is the beginning of one. */
    assert_null(http_head_find(&head, "one"));
    assert_null(http_head_find(&head, "X-Twic"));
    http_head_done(&head);
}

/* The most lines that a head may have, each as short as can be. */
static void keeps_as_much_as_a_head_may_have(void **state)
{
    struct weir_error error = {0};
    struct http_head head;
    size_t n = 0;

    (void)state;
    http_head_init(&head);
    assert_int_equal(feed(&head, "HTTP/1.1 200 OK\n", &error), WEIR_OK);
    while (head.bytes + 3 + 5 <= HTTP_HEAD_MAX) {
        assert_int_equal(feed(&head, "a:\n", &error), WEIR_OK);
        n++;
    }
    assert_int_equal(feed(&head, "z:9\n", &error), WEIR_OK);
    assert_string_equal(http_head_find(&head, "z"), "9");
    assert_int_equal(head.fields.len, 3 * n + 4);
    http_head_done(&head);
}

static void keeps_nothing_for_the_next_answer(void **state)
{
    struct weir_error error = {0};
    struct http_head head;

    (void)state;
    takes(&head, "HTTP/1.1 200 OK\r\nLocation: /a\r\nLink: <a>\r\nContent-Length: 5\r\n\r\n");
    http_head_reset(&head);
    assert_int_equal(feed(&head, "HTTP/1.1 200 OK\r\n\r\n", &error), WEIR_OK);
    assert_null(http_head_find(&head, "Location"));
    assert_null(http_head_find(&head, "Link"));
    assert_int_equal(head.links.len, 0);
    assert_int_equal(head.framing.n_lengths, 0);
    http_head_done(&head);
}

static void leaves_informational_answers_behind(void **state)
{
    struct http_head head;

    (void)state;
    takes(&head, "HTTP/1.1 103 Early Hints\r\nLink: <early>\r\nContent-Length: 9\r\n\r\n"
                 "HTTP/1.1 100 Continue\r\n\r\n"
                 "HTTP/1.1 200 OK\r\nLink: <real>\r\n\r\n");
    assert_int_equal(head.status, 200);
    assert_string_equal(head.links.ptr, "<real>");
    assert_int_equal(head.framing.n_lengths, 0);
    http_head_done(&head);
}

static void ends_a_flood_of_them(void **state)
{
    char flood[1024] = "";

    (void)state;
    for (int i = 0; i <= HTTP_HEAD_MAX_INFORMATIONAL; i++)
        strcat(flood, "HTTP/1.1 100 Continue\r\n\r\n");
    refuses(flood, "E-HTTP-HEADERS", "1xx");
}

static void ends_headers_without_end(void **state)
{
    static char line[1024];
    struct weir_error error = {0};
    struct http_head head;
    size_t n = 0;

    (void)state;
    memset(line, 'm', sizeof(line));
    memcpy(line, "Link: ", 6);
    memcpy(line + sizeof(line) - 2, "\r\n", 2);
    http_head_init(&head);
    assert_int_equal(feed(&head, "HTTP/1.1 200 OK\r\n", &error), WEIR_OK);
    while (http_head_add(&head, (struct weir_str){line, sizeof(line)}, &error) == WEIR_OK)
        n++;
    assert_int_equal(n, HTTP_HEAD_MAX / sizeof(line) - 1);
    assert_string_equal(error.code, "E-HTTP-HEADERS");
    http_head_done(&head);
}

static void refuses_other_beginnings(void **state)
{
    static const char *const bad[] = {"HTTP/1.1 2oo OK\r\n", "HTTP/1.1 99999 Huge\r\n",
        "ICY 200 OK\r\n", "HTTP/1.1\r\n", "HTTP/1.1 20\r\n", "HTTP/1.2 200 OK\r\n",
        "HTTP/2 200\r\n", "http/1.1 200 OK\r\n", "HTTP/1.1 099 Low\r\n", "\r\n", "[{\"id\":1}]"};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        refuses(bad[i], "E-HTTP-PROTOCOL", "HTTP/1.1");
    refuses("HTTP/1.1 101 Switching Protocols\r\n", "E-HTTP-PROTOCOL", "not asked for");
}

static void refuses_lines_that_are_none(void **state)
{
    struct weir_error error = {0};
    struct http_head head;

    (void)state;
    refuses("HTTP/1.1 200 OK\r\nno colon\r\n", "E-HTTP-PROTOCOL", "no colon");
    refuses("HTTP/1.1 200 OK\r\n: nameless\r\n", "E-HTTP-PROTOCOL", "nameless");
    refuses("HTTP/1.1 200 OK\r\nContent-Length : 4\r\n", "E-HTTP-PROTOCOL", "no header");
    refuses("HTTP/1.1 200 OK\r\nContent-Length:\r\n 4\r\n", "E-HTTP-PROTOCOL", "second line");
    http_head_init(&head);
    assert_int_equal(feed(&head, "HTTP/1.1 200 OK\r\n", &error), WEIR_OK);
    assert_int_equal(
        http_head_add(&head, (struct weir_str){"X-N: a\0b\r\n", 10}, &error), WEIR_FAIL);
    assert_non_null(strstr(error.text, "NUL"));
    http_head_done(&head);
}

static void lets_others_be_folded(void **state)
{
    struct http_head head;

    (void)state;
    takes(&head, "HTTP/1.1 200 OK\r\nX-Long: a\r\n\tContent-Length: 4\r\n\r\n");
    assert_int_equal(head.framing.n_lengths, 0);
    http_head_done(&head);
}

static void ignores_trailers(void **state)
{
    struct weir_error error = {0};
    struct http_head head;

    (void)state;
    takes(&head, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    assert_int_equal(feed(&head, "Content-Length: 3\r\nLink: <late>\r\n", &error), WEIR_OK);
    assert_int_equal(head.framing.n_lengths, 0);
    assert_int_equal(head.links.len, 0);
    assert_null(http_head_find(&head, "Link"));
    http_head_done(&head);
}

static void takes_http_2_only_where_it_is_no_lie(void **state)
{
    struct weir_error error = {0};
    struct http_head head;

    (void)state;
    http_head_init(&head);
    http_head_reset(&head);
    head.may_be_two = true;
    assert_int_equal(feed(&head, "HTTP/2 204 \r\nx-a: b\r\n\r\n", &error), WEIR_OK);
    assert_int_equal(head.place, HTTP_HEAD_WHOLE);
    assert_int_equal(head.status, 204);
    assert_true(head.is_two);
    assert_string_equal(http_head_find(&head, "X-A"), "b");

    http_head_reset(&head);
    head.may_be_two = true;
    assert_int_equal(feed(&head, "HTTP/1.1 200 OK\r\n\r\n", &error), WEIR_OK);
    assert_false(head.is_two);

    http_head_reset(&head);
    assert_int_equal(feed(&head, "HTTP/2 204 \r\n", &error), WEIR_FAIL);
    assert_string_equal(error.code, "E-HTTP-PROTOCOL");
    http_head_done(&head);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_is_asked_for),
        cmocka_unit_test(takes_little),
        cmocka_unit_test(finds_fields_by_name),
        cmocka_unit_test(keeps_as_much_as_a_head_may_have),
        cmocka_unit_test(keeps_nothing_for_the_next_answer),
        cmocka_unit_test(leaves_informational_answers_behind),
        cmocka_unit_test(ends_a_flood_of_them),
        cmocka_unit_test(ends_headers_without_end),
        cmocka_unit_test(refuses_other_beginnings),
        cmocka_unit_test(refuses_lines_that_are_none),
        cmocka_unit_test(lets_others_be_folded),
        cmocka_unit_test(ignores_trailers),
        cmocka_unit_test(takes_http_2_only_where_it_is_no_lie),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
