/* Challenges, and what meets them: the examples of RFC 7616 and RFC 2617, and headers of all kinds. */
#include "http_checks.h"

#include "../../plugins/http/auth/challenge.h"
#include "../../plugins/http/auth/credential_kinds.h"

static struct http_challenge read_one(struct http_fixture *f, const char *header)
{
    struct http_challenge challenge = {.algorithm = HTTP_DIGEST_NONE};

    http_challenge_read(&challenge, header, f->arena);
    return challenge;
}

static const struct http_digest mufasa = {.username = "Mufasa", .password = {"Circle of Life"}};

static void check_response(
    struct http_fixture *f, const char *challenge, const char *cnonce, const char *response)
{
    struct http_challenge c = read_one(f, challenge);
    const char *header =
        http_digest_header(&mufasa, &c, 1, cnonce, "GET", "/dir/index.html", f->arena);

    if (!strstr(header, weir_printf(f->arena, "response=\"%s\"", response)))
        fail_msg("%s: not %s", header, response);
}

static void meets_the_examples_of_the_standard(void **state)
{
    static const char cnonce[] = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
    struct http_fixture *f = *state;

    check_response(f,
        "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm=MD5, "
        "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", "
        "opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"",
        cnonce, "8ca523f5e9506fed4657c9700eebdbec");
    check_response(f,
        "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm=SHA-256, "
        "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", "
        "opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"",
        cnonce, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
}

static void meets_the_older_form(void **state)
{
    struct http_fixture *f = *state;
    struct http_challenge c = read_one(f, "digest realm=testrealm@host.com,nonce=abc");
    const char *header = http_digest_header(&mufasa, &c, 1, "x", "GET", "/", f->arena);

    assert_false(c.has_qop);
    assert_null(strstr(header, "qop"));
    assert_null(strstr(header, "cnonce"));
    assert_null(strstr(header, "opaque"));
    assert_non_null(
        strstr(header, "username=\"Mufasa\", realm=\"testrealm@host.com\", nonce=\"abc\""));
}

static void takes_the_strongest_that_it_knows(void **state)
{
    static const char both[] =
        "Basic realm=\"a, Digest nonce=1\", Digest realm=\"m\", nonce=\"1\", "
        "algorithm=MD5, Digest realm=\"s\", nonce=\"2\", "
        "algorithm=SHA-256, Digest realm=\"x\", nonce=\"3\", "
        "algorithm=SHA-512-256";
    struct http_fixture *f = *state;
    struct http_challenge c = read_one(f, both);

    assert_int_equal(c.algorithm, HTTP_DIGEST_SHA256);
    assert_string_equal(c.realm, "s");
    assert_string_equal(c.nonce, "2");
    c = read_one(f, "Digest realm=\"a \\\"b\\\"\", nonce=\"n\", algorithm=md5-SESS, qop=auth");
    assert_string_equal(c.realm, "a \"b\"");
    assert_true(c.is_session);
    assert_true(c.has_qop);
    assert_int_equal(c.algorithm, HTTP_DIGEST_MD5);
}

static void leaves_what_it_cannot_meet(void **state)
{
    static const char *const bad[] = {"", ",,", "Bearer", "Digest", "Digest realm=\"x\"",
        "Digest nonce=\"x\"", "Digest realm=\"x, nonce=\"y\"", "Digest realm=\"x\", nonce=\"y",
        "Digest realm=x, nonce=y, algorithm=SHA-512", "Digest realm=x, nonce=y, qop=auth-int",
        "Digest = , realm=x", "\"", "=", "Digestrealm=x, nonce=y", "Negotiate YII="};
    struct http_fixture *f = *state;

    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        if (read_one(f, bad[i]).algorithm != HTTP_DIGEST_NONE)
            fail_msg("%s", bad[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            meets_the_examples_of_the_standard, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(meets_the_older_form, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(
            takes_the_strongest_that_it_knows, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(leaves_what_it_cannot_meet, http_setup, http_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
