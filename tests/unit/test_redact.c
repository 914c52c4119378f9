/* A secret is taken out in every form in which it may turn up. */
#include "report/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void check(const char *text, const char *expected)
{
    char copy[256];

    strcpy(copy, text);
    log_redact(copy);
    assert_string_equal(copy, expected);
}

static void takes_out_a_secret_wherever_it_stands(void **state)
{
    (void)state;
    log_add_secret("hunter2!");
    check("the password is hunter2!", "the password is ***");
    check("hunter2!hunter2! and hunter2!", "****** and ***");
    check("nothing here", "nothing here");
}

static void takes_out_encoded_forms(void **state)
{
    (void)state;
    log_add_secret("top secret/42");
    check("http://h/?key=top%20secret%2F42&x=1", "http://h/?key=***&x=1");
    check("http://h/?key=top%20secret%2f42&x=1", "http://h/?key=***&x=1");
    /* base64 of "top secret/42" is dG9wIHNlY3JldC80Mg== */
    check("Basic dG9wIHNlY3JldC80Mg==", "Basic ***Mg==");
}

static void takes_out_what_json_escapes(void **state)
{
    (void)state;
    log_add_secret("say \"x\\y\"");
    check("token=say \"x\\y\".", "token=***.");
    check("{\"token\": \"say \\\"x\\\\y\\\"\"}", "{\"token\": \"***\"}");
}

static void leaves_no_end_of_a_longer_secret(void **state)
{
    (void)state;
    log_add_secret("swordfish");
    log_add_secret("swordfish-and-chips");
    check("it is swordfish-and-chips", "it is ***");
    check("it is swordfish", "it is ***");
}

static void leaves_short_values_alone(void **state)
{
    (void)state;
    log_add_secret("a");
    check("a banana", "a banana");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_out_a_secret_wherever_it_stands),
        cmocka_unit_test(takes_out_encoded_forms),
        cmocka_unit_test(takes_out_what_json_escapes),
        cmocka_unit_test(leaves_no_end_of_a_longer_secret),
        cmocka_unit_test(leaves_short_values_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
