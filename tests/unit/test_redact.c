/* A secret is taken out in every form in which it may turn up. */
#include "report/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
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

static void takes_out_what_a_stage_told(void **state)
{
    (void)state;
    log_add_token("tok/en-of-a-server");
    check("Bearer tok/en-of-a-server", "Bearer ***");
    check("?token=tok%2Fen-of-a-server&x=1", "?token=***&x=1");
}

/* Texts are cut before they come to where secrets are taken out. */
static void takes_out_what_is_left_of_a_cut_token(void **state)
{
    (void)state;
    log_add_token("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ3ZWlyIn0.c2ln");
    check("got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOi...", "got ***...");
    check("got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ3ZWlyIn0.c2ln here", "got *** here");
    check("got eyJhbGciOiJ here", "got eyJhbGciOiJ here");
}

static void forgets_the_token_told_longest_ago(void **state)
{
    char token[32], text[64];

    (void)state;
    log_add_secret("of the file");
    log_add_token("the first token");
    log_add_token("the second token");
    for (int i = 0; i < 1200; i++) {
        (void)snprintf(token, sizeof(token), "token-number-%d", i);
        log_add_token(token);
        if (i % 100 == 0)
            log_add_token("the second token");
    }
    check("the first token", "the first token");
    check("the second token", "***");
    check("of the file", "***");
    (void)snprintf(text, sizeof(text), "it is %s", token);
    check(text, "it is ***");
}

/* Tokens never take the place of what the file says, nor of each other's bytes without end. */
static void huge_tokens_are_bounded(void **state)
{
    enum { SIZE = 1 << 18 };
    char *huge = malloc(SIZE);

    (void)state;
    memset(huge, 'h', SIZE);
    huge[SIZE - 1] = '\0';
    for (char c = 'a'; c <= 'z'; c++) {
        huge[0] = c;
        log_add_token(huge);
    }
    check("zhhhhhhhhhhhhhhhhhhhhhhhhhh", "***");
    check("hunter2!", "***");
    free(huge);
}

static void what_is_a_token_and_in_the_file_stays(void **state)
{
    char token[32];

    (void)state;
    log_add_token("both-of-them");
    log_add_secret("both-of-them");
    for (int i = 0; i < 1200; i++) {
        (void)snprintf(token, sizeof(token), "other-token-%d", i);
        log_add_token(token);
    }
    check("both-of-them", "***");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_out_a_secret_wherever_it_stands),
        cmocka_unit_test(takes_out_encoded_forms),
        cmocka_unit_test(takes_out_what_json_escapes),
        cmocka_unit_test(leaves_no_end_of_a_longer_secret),
        cmocka_unit_test(leaves_short_values_alone),
        cmocka_unit_test(takes_out_what_a_stage_told),
        cmocka_unit_test(takes_out_what_is_left_of_a_cut_token),
        cmocka_unit_test(forgets_the_token_told_longest_ago),
        cmocka_unit_test(huge_tokens_are_bounded),
        cmocka_unit_test(what_is_a_token_and_in_the_file_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
