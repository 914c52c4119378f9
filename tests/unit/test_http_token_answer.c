/* What an authorization server answers. */
#include "http_checks.h"

#include "../../plugins/http/auth/token_answer.h"

enum { DEFAULT_MS = 3600 * 1000 };

static enum weir_status answer(struct http_fixture *f, const char *json, struct http_grant *grant)
{
    f->error = (struct weir_error){0};
    return http_token_answer(weir_str(json), DEFAULT_MS, f->arena, grant, &f->error);
}

static void check_grant(struct http_fixture *f, const char *json, uint64_t lifetime)
{
    struct http_grant grant;

    assert_int_equal(answer(f, json, &grant), WEIR_OK);
    assert_string_equal(grant.secret, "t0k");
    assert_string_equal(grant.header, "Authorization: Bearer t0k");
    assert_int_equal(grant.lifetime, lifetime);
}

static void takes_the_token_and_how_long_it_is_good(void **state)
{
    struct http_fixture *f = *state;

    check_grant(f, "{\"access_token\":\"t0k\"}", DEFAULT_MS);
    check_grant(f, "{\"access_token\":\"t0k\",\"token_type\":\"bEARER\",\"expires_in\":90}", 90000);
    check_grant(f, "{\"access_token\":\"t0k\",\"expires_in\":\"90\",\"scope\":[1]}", 90000);
    check_grant(f, "{\"access_token\":\"t0k\",\"expires_in\":1.5}", 1500);
    /* What is no time is none. */
    check_grant(f, "{\"access_token\":\"t0k\",\"expires_in\":0}", DEFAULT_MS);
    check_grant(f, "{\"access_token\":\"t0k\",\"expires_in\":-5}", DEFAULT_MS);
    check_grant(f, "{\"access_token\":\"t0k\",\"expires_in\":\"soon\"}", DEFAULT_MS);
    check_grant(f, "{\"access_token\":\"t0k\",\"expires_in\":1e300}", DEFAULT_MS);
    check_grant(
        f, "{\"access_token\":\"t0k\",\"expires_in\":null,\"token_type\":null}", DEFAULT_MS);
}

static void check_bad(struct http_fixture *f, const char *json, const char *text)
{
    struct http_grant grant;

    assert_int_equal(answer(f, json, &grant), WEIR_FAIL);
    assert_string_equal(f->error.code, "E-AUTH");
    assert_non_null(strstr(f->error.text, text));
}

static void tells_of_answers_that_are_none(void **state)
{
    struct http_fixture *f = *state;

    check_bad(f, "", "no JSON document");
    check_bad(f, "<html>", "no JSON document");
    check_bad(f, "[\"access_token\"]", "no access_token");
    check_bad(f, "{}", "no access_token");
    check_bad(f, "{\"access_token\":null}", "no access_token");
    check_bad(f, "{\"access_token\":\"\"}", "no access_token");
    check_bad(f, "{\"access_token\":{\"a\":1}}", "no access_token");
    check_bad(f, "{\"access_token\":\"t0k\",\"token_type\":\"mac\"}", "'mac'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            takes_the_token_and_how_long_it_is_good, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(tells_of_answers_that_are_none, http_setup, http_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
