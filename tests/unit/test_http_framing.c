/* What says where a body ends is believed only where it can be true, and held against what came. */
#include "client/framing.h"
#include "client/whole.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { LIMIT = 1000 };

struct claim {
    const char *lengths[3];
    const char *codings[3];
    const char *encoding;
    const char *type;
    int status; /* 0: 200 */
    int minor;  /* 0: 1, that is HTTP/1.1; -1: HTTP/1.0 */
};

static struct http_framing gather(const struct claim *claim)
{
    struct http_framing framing = {0};

    for (int i = 0; claim->lengths[i]; i++)
        http_framing_add_length(&framing, weir_str(claim->lengths[i]));
    for (int i = 0; claim->codings[i]; i++)
        http_framing_add_coding(&framing, weir_str(claim->codings[i]));
    if (claim->encoding)
        http_framing_add_encoding(&framing, weir_str(claim->encoding));
    if (claim->type)
        http_framing_add_type(&framing, weir_str(claim->type));
    return framing;
}

static enum weir_status begin(
    const struct claim *claim, struct http_framing *framing, struct weir_error *error)
{
    *error = (struct weir_error){0};
    *framing = gather(claim);
    return http_framing_begin(
        framing, claim->status ? claim->status : 200, claim->minor < 0 ? 0 : 1, LIMIT, error);
}

static void believes(const struct claim *claim, enum http_body_end end, uint64_t length)
{
    struct http_framing framing;
    struct weir_error error;

    assert_int_equal(begin(claim, &framing, &error), WEIR_OK);
    assert_int_equal(framing.end, end);
    assert_int_equal(framing.length, length);
    assert_false(weir_error_is_set(&error));
}

static void refuses(const struct claim *claim, const char *code, const char *text)
{
    struct http_framing framing;
    struct weir_error error;

    assert_int_equal(begin(claim, &framing, &error), WEIR_FAIL);
    assert_string_equal(error.code, code);
    assert_non_null(strstr(error.text, text));
}

static void believes_a_length_of_digits(void **state)
{
    (void)state;
    believes(&(struct claim){.lengths = {"0"}}, HTTP_END_LENGTH, 0);
    believes(&(struct claim){.lengths = {"12"}}, HTTP_END_LENGTH, 12);
    believes(&(struct claim){.lengths = {"0012"}}, HTTP_END_LENGTH, 12);
    believes(&(struct claim){.lengths = {"1000"}}, HTTP_END_LENGTH, 1000);
    believes(&(struct claim){.lengths = {"7", "7"}}, HTTP_END_LENGTH, 7);
}

static void refuses_lengths_that_are_none(void **state)
{
    static const char *const bad[] = {"", "-5", "+5", "5 5", "5, 5", "0x10", "1e3", "5.0", "five",
        "9223372036854775808", "18446744073709551616", "18446744073709551917",
        "99999999999999999999999999"};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        refuses(&(struct claim){.lengths = {bad[i]}}, "E-HTTP-PROTOCOL", "Content-Length");
    refuses(&(struct claim){.lengths = {"9223372036854775807"}}, "E-LIMIT-BODY",
        "9223372036854775807 bytes");
}

static void refuses_lengths_that_differ(void **state)
{
    (void)state;
    refuses(&(struct claim){.lengths = {"5", "7"}}, "E-HTTP-PROTOCOL", "differ");
    refuses(&(struct claim){.lengths = {"7", "5"}}, "E-HTTP-PROTOCOL", "differ");
    refuses(&(struct claim){.lengths = {"0", "5"}}, "E-HTTP-PROTOCOL", "differ");
    refuses(&(struct claim){.lengths = {"x", "5"}}, "E-HTTP-PROTOCOL", "Content-Length");
}

static void refuses_more_than_may_be_taken(void **state)
{
    (void)state;
    refuses(&(struct claim){.lengths = {"1001"}}, "E-LIMIT-BODY", "1001");
    refuses(&(struct claim){.lengths = {"1001"}, .status = 404}, "E-LIMIT-BODY", "1001");
}

static void knows_chunks(void **state)
{
    (void)state;
    believes(&(struct claim){.codings = {"chunked"}}, HTTP_END_CHUNKED, 0);
    believes(&(struct claim){.codings = {"Chunked"}}, HTTP_END_CHUNKED, 0);
    refuses(&(struct claim){.codings = {"gzip"}}, "E-HTTP-PROTOCOL", "Transfer-Encoding");
    refuses(&(struct claim){.codings = {"gzip, chunked"}}, "E-HTTP-PROTOCOL", "Transfer-Encoding");
    refuses(&(struct claim){.codings = {"identity"}}, "E-HTTP-PROTOCOL", "Transfer-Encoding");
    refuses(&(struct claim){.codings = {"chunked", "chunked"}}, "E-HTTP-PROTOCOL", "Transfer");
    refuses(&(struct claim){.codings = {"chunked"}, .minor = -1}, "E-HTTP-PROTOCOL", "Transfer");
}

static void refuses_two_ends_at_once(void **state)
{
    (void)state;
    refuses(
        &(struct claim){.lengths = {"4"}, .codings = {"chunked"}}, "E-HTTP-PROTOCOL", "ambiguous");
}

static void takes_no_body_from_statuses_without(void **state)
{
    struct http_framing framing;
    struct weir_error error;

    (void)state;
    believes(&(struct claim){.status = 204}, HTTP_END_NO_BODY, 0);
    believes(&(struct claim){.status = 304, .lengths = {"0"}}, HTTP_END_NO_BODY, 0);
    assert_int_equal(begin(&(struct claim){.status = 204}, &framing, &error), WEIR_OK);
    assert_false(framing.has_surplus);
    assert_int_equal(
        begin(&(struct claim){.status = 204, .lengths = {"9"}}, &framing, &error), WEIR_OK);
    assert_true(framing.has_surplus);
    assert_int_equal(
        begin(&(struct claim){.status = 304, .codings = {"chunked"}}, &framing, &error), WEIR_OK);
    assert_true(framing.has_surplus);
}

static void knows_what_was_asked_for(void **state)
{
    struct http_framing framing;
    struct weir_error error;

    (void)state;
    assert_int_equal(begin(&(struct claim){.encoding = "x-GZIP"}, &framing, &error), WEIR_OK);
    assert_ptr_equal(framing.encoding, &http_encoding_gzip);
    assert_int_equal(begin(&(struct claim){.encoding = "identity"}, &framing, &error), WEIR_OK);
    assert_null(framing.encoding);
    assert_int_equal(begin(&(struct claim){.encoding = "br"}, &framing, &error), WEIR_OK);
    assert_ptr_equal(framing.encoding, &http_encoding_brotli);
    assert_int_equal(begin(&(struct claim){.encoding = "Zstd"}, &framing, &error), WEIR_OK);
    assert_ptr_equal(framing.encoding, &http_encoding_zstd);
    refuses(&(struct claim){.encoding = "deflate"}, "E-HTTP-PROTOCOL", "Content-Encoding");
    refuses(&(struct claim){.encoding = "gzip, gzip"}, "E-HTTP-PROTOCOL", "Content-Encoding");
    /* The status is what counts then. */
    assert_int_equal(
        begin(&(struct claim){.encoding = "deflate", .status = 500}, &framing, &error), WEIR_OK);
    assert_true(framing.is_encoding_bad);
}

static enum weir_status end(
    const struct claim *claim, const char *body, uint64_t received, struct weir_error *error)
{
    struct http_framing framing;

    assert_int_equal(begin(claim, &framing, error), WEIR_OK);
    return http_framing_end(&framing, claim->status ? claim->status : 200, received,
        http_json_is_whole(weir_str(body)), error);
}

static void holds_the_length_against_what_came(void **state)
{
    const struct claim ten = {.lengths = {"10"}};
    struct weir_error error;

    (void)state;
    assert_int_equal(end(&ten, "0123456789", 10, &error), WEIR_OK);
    assert_int_equal(end(&ten, "012345678", 9, &error), WEIR_FAIL);
    assert_string_equal(error.code, "E-HTTP-TRUNCATED");
    assert_non_null(strstr(error.text, "got 9 of 10 bytes"));
    assert_int_equal(end(&ten, "", 0, &error), WEIR_FAIL);
}

static void groups_digits_of_what_is_missing(void **state)
{
    struct weir_error error = {0};

    (void)state;
    assert_int_equal(http_truncated(4210, 1238421, &error), WEIR_FAIL);
    assert_non_null(strstr(error.text, "got 4,210 of 1,238,421 bytes"));
}

static void believes_an_open_end_only_of_whole_documents(void **state)
{
    const struct claim open = {0};
    const struct claim lines = {.type = "application/x-ndjson"};
    struct weir_error error;

    (void)state;
    assert_int_equal(end(&open, "[{\"id\":1}]", 10, &error), WEIR_OK);
    assert_int_equal(end(&open, "[{\"id\":1}", 9, &error), WEIR_FAIL);
    assert_string_equal(error.code, "E-HTTP-TRUNCATED");
    assert_int_equal(end(&open, "{\"id\":1}\n{\"id\":2}\n", 18, &error), WEIR_FAIL);
    assert_int_equal(end(&open, "", 0, &error), WEIR_FAIL);
    assert_int_equal(end(&open, "12", 2, &error), WEIR_FAIL);
    assert_int_equal(end(&lines, "{\"id\":1}\n", 9, &error), WEIR_FAIL);
    /* A failure's body is no data. */
    assert_int_equal(end(&(struct claim){.status = 503}, "<html>try la", 12, &error), WEIR_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(believes_a_length_of_digits),
        cmocka_unit_test(refuses_lengths_that_are_none),
        cmocka_unit_test(refuses_lengths_that_differ),
        cmocka_unit_test(refuses_more_than_may_be_taken),
        cmocka_unit_test(knows_chunks),
        cmocka_unit_test(refuses_two_ends_at_once),
        cmocka_unit_test(takes_no_body_from_statuses_without),
        cmocka_unit_test(knows_what_was_asked_for),
        cmocka_unit_test(holds_the_length_against_what_came),
        cmocka_unit_test(groups_digits_of_what_is_missing),
        cmocka_unit_test(believes_an_open_end_only_of_whole_documents),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
